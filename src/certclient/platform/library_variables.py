"""Variables by which somebody else decides what this program's libraries load or give away."""

from __future__ import annotations

import os

LIBRARY_VARIABLES = (
    # OpenSSL: a configuration may name a provider, which is a library.
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
    "OPENSSL_ENGINES",
    # Python's ssl and GnuTLS write the keys of each connection into this file.
    "SSLKEYLOGFILE",
    # GnuTLS reads which algorithms and versions are good enough from this file.
    "GNUTLS_SYSTEM_PRIORITY_FILE",
    # Qt: folders of plugins, and plugins that are loaded by name.
    "QT_PLUGIN_PATH",
    "QT_QPA_PLATFORM_PLUGIN_PATH",
    "QT_QPA_GENERIC_PLUGINS",
    "PYSIDE_DISABLE_INTERNAL_QT_CONF",
)


def drop_library_variables() -> None:
    """Removes them from this process, and so from those that it starts.

    To be called before OpenSSL, GnuTLS or Qt is loaded. The Windows program removes most of them
    earlier (installer/native/search.c), before Python's own DLL is loaded.
    """
    for name in LIBRARY_VARIABLES:
        os.environ.pop(name, None)

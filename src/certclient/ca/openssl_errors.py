"""Clears errors that other libraries leave in the OpenSSL that Python's ssl module shares."""

from __future__ import annotations

import ssl
from contextlib import suppress


def clear_foreign_errors() -> None:
    """Empties this thread's OpenSSL error queue. Call it before any work with ssl.

    A PKCS#11 module may use the same libcrypto in this process and leave its failures in the queue
    (SoftHSM: a wrong PIN, a missing engine). OpenSSL requires an empty queue before each TLS
    operation (SSL_get_error(3)); otherwise Python reports the foreign error as its own. The ssl
    module has no function to empty the queue, but does so whenever it raises an error, so this
    provokes one.
    """
    with suppress(ssl.SSLError):
        _SCRAP.load_verify_locations(cadata=b"\x30\x00")


_SCRAP = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

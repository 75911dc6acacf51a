"""What Wine 10 lacks of certificates' properties; for programs that must not import pytest."""

from __future__ import annotations

import ctypes
import sys

assert sys.platform == "win32"

from certclient.store.windows import declarations

WINE = hasattr(ctypes.WinDLL("ntdll.dll"), "wine_get_version")
_CERT_DESCRIPTION_PROP_ID = 13


def archive_under_wine() -> None:
    """Wine rejects CERT_ARCHIVED_PROP_ID ("stub"), so another property of the same type replaces
    it. REAL_WINDOWS.md checks that Windows hides archived certificates."""
    if WINE:
        declarations.CERT_ARCHIVED_PROP_ID = _CERT_DESCRIPTION_PROP_ID

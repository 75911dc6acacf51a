"""Whether Windows' smart-card service answers: without it no USB token is ever seen."""

from __future__ import annotations

from ctypes import POINTER, byref, c_size_t, c_void_p
from ctypes.wintypes import DWORD, LONG

from certclient.platform.windows_dll import WindowsCallError, declare, load, status

_winscard = load("winscard.dll")
_SCOPE_USER = 0

_establish = declare(
    _winscard,
    "SCardEstablishContext",
    status,
    LONG,
    DWORD,
    c_void_p,
    c_void_p,
    POINTER(c_size_t),
)
_release = declare(_winscard, "SCardReleaseContext", status, LONG, c_size_t)


def running() -> bool:
    """Asks the resource manager (winscard.h), which starts with the first reader plugged in."""
    context = c_size_t()
    try:
        _establish(_SCOPE_USER, None, None, byref(context))
        _release(context)
    except WindowsCallError:
        return False
    return True

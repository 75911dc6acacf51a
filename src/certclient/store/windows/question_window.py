"""Which window Windows' own questions about keys belong to: without one they may open behind ours.

Microsoft recommends it for every key that asks (.NET: CngKey.ParentWindowHandle); the property is
NCRYPT_WINDOW_HANDLE_PROPERTY in CNG and PP_CLIENT_HWND in CAPI.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from ctypes import POINTER, byref, c_void_p
from ctypes.wintypes import DWORD

from certclient.platform.windows_dll import WindowsCallError, declare, load
from certclient.store.windows import declarations as w

_PP_CLIENT_HWND = 1

_user32 = load("user32.dll")
# No window is an answer, too.
_get_foreground_window = declare(_user32, "GetForegroundWindow", lambda _: None, c_void_p)
_get_window_thread_process_id = declare(
    _user32, "GetWindowThreadProcessId", lambda _: None, DWORD, c_void_p, POINTER(DWORD)
)


def in_front() -> int:
    """This program's window that the customer works in; 0 where that is another program's."""
    window, process_id = _get_foreground_window() or 0, DWORD(0)
    _get_window_thread_process_id(window, byref(process_id))
    return window if process_id.value == os.getpid() else 0


def ask_over_it_cng(key: int) -> None:
    """Questions about this CNG key from now on. A provider that does not know the property asks as
    it likes."""
    window = c_void_p(in_front())
    with suppress(WindowsCallError):
        w.ncrypt_set_property(key, "HWND Handle", byref(window), ctypes.sizeof(window), 0)


def ask_over_it_capi(provider: int) -> None:
    """Questions of this open CAPI provider from now on."""
    window = c_void_p(in_front())
    with suppress(WindowsCallError):
        w.crypt_set_prov_param(provider, _PP_CLIENT_HWND, byref(window), 0)

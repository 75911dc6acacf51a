"""Sets the parent window of Windows' key prompts, which may otherwise open behind this program's.

Microsoft recommends this for every key that may prompt (.NET: CngKey.ParentWindowHandle). The
property is NCRYPT_WINDOW_HANDLE_PROPERTY in CNG and PP_CLIENT_HWND in CAPI.
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
# Zero means that there is no foreground window, not that the call failed.
_get_foreground_window = declare(_user32, "GetForegroundWindow", lambda _: None, c_void_p)
_get_window_thread_process_id = declare(
    _user32, "GetWindowThreadProcessId", lambda _: None, DWORD, c_void_p, POINTER(DWORD)
)


def foreground_window() -> int:
    """Returns the HWND of the foreground window if this process owns it, else 0."""
    window, process_id = _get_foreground_window() or 0, DWORD(0)
    _get_window_thread_process_id(window, byref(process_id))
    return window if process_id.value == os.getpid() else 0


def set_cng_parent_window(key: int) -> None:
    """Makes the foreground window the parent of further prompts for this CNG key.

    Best effort: some providers do not support the property.
    """
    window = c_void_p(foreground_window())
    with suppress(WindowsCallError):
        w.ncrypt_set_property(key, "HWND Handle", byref(window), ctypes.sizeof(window), 0)


def set_capi_parent_window(provider: int) -> None:
    """Makes the foreground window the parent of further prompts of this open CAPI provider.

    Best effort, like `set_cng_parent_window`.
    """
    window = c_void_p(foreground_window())
    with suppress(WindowsCallError):
        w.crypt_set_prov_param(provider, _PP_CLIENT_HWND, byref(window), 0)

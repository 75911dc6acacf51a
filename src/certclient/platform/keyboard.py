"""Whether CapsLock is on: what a password field has to warn of."""

from __future__ import annotations

import ctypes
import sys

_VK_CAPITAL = 0x14
_TOGGLED = 1
_CORE_KEYBOARD = 0x0100
"""XkbUseCoreKbd (X11/extensions/XKB.h)."""
_CAPS_INDICATOR = 1


def caps_lock_on(window_system: str) -> bool | None:
    """Returns whether CapsLock is on; None if this system cannot be asked.

    `window_system`: Qt's name of it ("windows", "xcb", "wayland", …). Wayland tells no program
    without the focus of the keyboard, and Qt has no question for it.
    """
    if sys.platform == "win32":
        # GetKeyState: the low-order bit is the toggle state.
        # https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-getkeystate
        return bool(ctypes.windll.user32.GetKeyState(_VK_CAPITAL) & _TOGGLED)
    return _x11() if window_system == "xcb" else None


def _x11() -> bool | None:
    """XkbGetIndicatorState on a connection of its own: Qt's may be in use by another thread."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
    x11.XkbGetIndicatorState.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint,
        ctypes.POINTER(ctypes.c_uint),
    ]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        return None
    state = ctypes.c_uint()
    failed = x11.XkbGetIndicatorState(display, _CORE_KEYBOARD, ctypes.byref(state))
    x11.XCloseDisplay(display)
    return None if failed else bool(state.value & _CAPS_INDICATOR)

"""Whether this program is used over remote desktop: keys would be made on the far computer."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

_SM_REMOTESESSION = 0x1000
"""GetSystemMetrics: nonzero in a Remote Desktop Services session (Microsoft, winuser.h)."""


def detector() -> Callable[[], bool] | None:
    """Asks Windows; None where the system has no such question."""
    if sys.platform != "win32":
        return None
    return _windows_session_is_remote


def _windows_session_is_remote() -> bool:
    if sys.platform != "win32":
        return False
    return bool(ctypes.windll.user32.GetSystemMetrics(_SM_REMOTESESSION))

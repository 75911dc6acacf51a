"""Whether this program is used over remote desktop: keys would be made on the far computer."""

from __future__ import annotations

import os
import sys
from ctypes import POINTER, byref, c_int
from ctypes.wintypes import BOOL, DWORD

from certclient.platform.windows_dll import declare, load, not_zero

if sys.platform == "win32":
    import winreg

    _SM_REMOTESESSION = 0x1000
    _TERMINAL_SERVER = r"SYSTEM\CurrentControlSet\Control\Terminal Server"

    _get_system_metrics = declare(
        load("user32.dll"), "GetSystemMetrics", lambda _: None, c_int, c_int
    )
    _process_id_to_session_id = declare(
        load("kernel32.dll"), "ProcessIdToSessionId", not_zero, BOOL, DWORD, POINTER(DWORD)
    )

    def is_remote() -> bool:
        """Asks Windows both ways that Microsoft names ("Detecting the Remote Desktop Services
        environment"): remote sessions with a graphics card of their own deny the first."""
        if _get_system_metrics(_SM_REMOTESESSION):
            return True
        console = _console_session()
        return console is not None and console != _own_session()

    def _own_session() -> int:
        session = DWORD()
        _process_id_to_session_id(os.getpid(), byref(session))
        return session.value

    def _console_session() -> int | None:
        """The session at the computer's own screen; None where Windows does not write it."""
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _TERMINAL_SERVER) as key:
                value, kind = winreg.QueryValueEx(key, "GlassSessionId")
        except OSError:
            return None
        return int(value) if kind == winreg.REG_DWORD else None

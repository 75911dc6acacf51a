"""Which programs run on this computer now: their names and nothing else."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from ctypes import POINTER, byref, c_size_t, c_wchar, sizeof
from ctypes.wintypes import BOOL, DWORD, HANDLE, LONG
from pathlib import Path

from certclient.platform.windows_dll import WindowsCallError, declare, last_error, load, not_zero

_PROC = Path("/proc")


def running(proc: Path = _PROC) -> frozenset[str]:
    """Names in small letters, on Windows without `.exe`, on Linux cut at 15 characters.

    Empty where the system does not tell. `proc`: where Linux tells it.
    """
    if sys.platform == "win32" and proc == _PROC:
        return frozenset(name.lower().removesuffix(".exe") for name in _of_windows())
    return frozenset(_commands(proc))


def _commands(proc: Path) -> Iterator[str]:
    for entry in proc.glob("[0-9]*/comm"):
        try:
            yield entry.read_text(encoding="utf-8", errors="replace").strip().lower()
        except OSError:
            # The process ended meanwhile.
            continue


if sys.platform == "win32":
    # The Tool Help Library (Windows SDK: tlhelp32.h) needs no rights, and `tasklist` would flash a
    # console window.
    _TH32CS_SNAPPROCESS = 0x2

    class _Entry(ctypes.Structure):
        """PROCESSENTRY32W."""

        _fields_ = (
            ("size", DWORD),
            ("usage", DWORD),
            ("process_id", DWORD),
            ("heap_id", c_size_t),
            ("module_id", DWORD),
            ("threads", DWORD),
            ("parent_id", DWORD),
            ("priority", LONG),
            ("flags", DWORD),
            ("exe_file", c_wchar * 260),
        )

    def _valid_handle(result: int | None) -> int | None:
        return last_error() if result == HANDLE(-1).value else None

    _kernel32 = load("kernel32.dll")
    _snapshot = declare(_kernel32, "CreateToolhelp32Snapshot", _valid_handle, HANDLE, DWORD, DWORD)
    _first = declare(_kernel32, "Process32FirstW", not_zero, BOOL, HANDLE, POINTER(_Entry))
    _next = declare(_kernel32, "Process32NextW", not_zero, BOOL, HANDLE, POINTER(_Entry))
    _close = declare(_kernel32, "CloseHandle", not_zero, BOOL, HANDLE)

    def _of_windows() -> Iterator[str]:
        try:
            snapshot = _snapshot(_TH32CS_SNAPPROCESS, 0)
        except WindowsCallError:
            return
        entry, ask = _Entry(size=sizeof(_Entry)), _first
        try:
            while True:
                ask(snapshot, byref(entry))
                yield entry.exe_file
                ask = _next
        except WindowsCallError:
            # ERROR_NO_MORE_FILES, or Windows tells no more.
            return
        finally:
            _close(snapshot)

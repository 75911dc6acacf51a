"""Windows' job objects: child processes that end with this one, however it ends."""

from __future__ import annotations

import ctypes
import sys
from ctypes import byref, c_size_t, c_uint64, c_void_p, sizeof
from ctypes.wintypes import BOOL, DWORD, HANDLE, LPCWSTR
from functools import cache

from certclient.platform.windows_dll import Function, WindowsCallError, declare, load, not_zero

_KILL_ON_JOB_CLOSE = 0x2000
"""JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE (winnt.h)."""

_ASSIGNABLE = 0x0100 | 0x0001
"""PROCESS_SET_QUOTA, PROCESS_TERMINATE."""

_EXTENDED_LIMITS = 9
"""JobObjectExtendedLimitInformation."""


class _ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("times", c_uint64 * 2),
        ("flags", DWORD),
        ("working_sets", c_size_t * 2),
        ("active_processes", DWORD),
        ("affinity", c_size_t),
        ("priority_class", DWORD),
        ("scheduling_class", DWORD),
        ("io_counters", c_uint64 * 6),
        ("memory", c_size_t * 4),
    )


def end_with_this_process(process_id: int) -> None:
    """Windows ends the process with this id when this process ends.

    Does nothing where that is not possible: the child then notices that its pipe has closed.
    """
    if sys.platform != "win32":
        return
    try:
        process = _open()(_ASSIGNABLE, False, process_id)
    except WindowsCallError:
        return
    try:
        _assign()(_job(), process)
    except WindowsCallError:
        return
    finally:
        _close()(process)


@cache
def _job() -> int:
    """The job of all children. Its handle is never closed: Windows does so at the end."""
    kernel32 = load("kernel32.dll")
    create = declare(kernel32, "CreateJobObjectW", not_zero, HANDLE, c_void_p, LPCWSTR)
    limit = declare(
        kernel32, "SetInformationJobObject", not_zero, BOOL, HANDLE, DWORD, c_void_p, DWORD
    )
    job: int = create(None, None)
    limits = _ExtendedLimits(flags=_KILL_ON_JOB_CLOSE)
    limit(job, _EXTENDED_LIMITS, byref(limits), sizeof(limits))
    return job


@cache
def _assign() -> Function:
    return declare(load("kernel32.dll"), "AssignProcessToJobObject", not_zero, BOOL, HANDLE, HANDLE)


@cache
def _open() -> Function:
    return declare(load("kernel32.dll"), "OpenProcess", not_zero, HANDLE, DWORD, BOOL, DWORD)


@cache
def _close() -> Function:
    return declare(load("kernel32.dll"), "CloseHandle", not_zero, BOOL, HANDLE)

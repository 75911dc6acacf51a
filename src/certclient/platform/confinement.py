"""What a process does before it holds a secret, or loads somebody else's code."""

from __future__ import annotations

import ctypes
import os
import sys
from io import FileIO

if sys.platform == "win32":
    import msvcrt

    from certclient.platform.windows_dll import load
else:
    import resource
    from signal import SIGKILL

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
"""prctl(2)."""

_NO_ERROR_BOXES = 0x1 | 0x2 | 0x8000
"""SetErrorMode: SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX."""

_STD_INPUT, _STD_OUTPUT = -10, -11
"""SetStdHandle: STD_INPUT_HANDLE, STD_OUTPUT_HANDLE."""


_NO_HEAP, _NO_UI = 0x1, 0x20
"""WerSetFlags: WER_FAULT_REPORTING_FLAG_NOHEAP, WER_FAULT_REPORTING_NO_UI."""


def secure_this_process() -> None:
    """For a child process: `keep_memory_private`, and it ends with its parent."""
    keep_memory_private()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, SIGKILL)


def keep_memory_private() -> None:
    """No core dump, no crash report with this process's memory, no debugger of this user's.

    Linux: nobody but root may attach (prctl(2), PR_SET_DUMPABLE), whatever ptrace_scope says.
    Windows: no error box, whose report would hold the memory, and reports without the heap;
    administrators may still collect dumps (LocalDumps), and this user's debugger may attach.
    """
    if sys.platform == "win32":
        kernel32 = load("kernel32.dll")
        kernel32.SetErrorMode(_NO_ERROR_BOXES)
        kernel32.WerSetFlags(_NO_HEAP | _NO_UI)
    else:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)


def take_pipes() -> tuple[FileIO, FileIO]:
    """Moves the two pipes to descriptors of their own; returns (source, sink).

    Standard input, output and error are the null device from now on, for Python and for libraries:
    whatever a library prints or reads cannot get into the pipes.
    """
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    if sys.platform == "win32":
        for descriptor in (source, sink):
            msvcrt.setmode(descriptor, os.O_BINARY)
        # A DLL may have a C library of its own, which asks Windows for the handles.
        kernel32 = load("kernel32.dll")
        kernel32.SetStdHandle(_STD_INPUT, msvcrt.get_osfhandle(0))
        kernel32.SetStdHandle(_STD_OUTPUT, msvcrt.get_osfhandle(1))
    return FileIO(source, "rb"), FileIO(sink, "wb")

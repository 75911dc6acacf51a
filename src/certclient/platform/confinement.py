"""What a child process does at its start, before it loads somebody else's code."""

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


def secure_this_process() -> None:
    """No core dump, no error box, no debugger of this user, ends with its parent."""
    if sys.platform == "win32":
        load("kernel32.dll").SetErrorMode(_NO_ERROR_BOXES)
    else:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_PDEATHSIG, SIGKILL)
        prctl(_PR_SET_DUMPABLE, 0)


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

"""A link's ticket or code in this process's arguments, which every user of a computer can read."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from pathlib import Path

_TICKET = b"ticket="
_ARG_START, _ARG_END = 47, 48
"""proc_pid_stat(5): fields 48 and 49, counted from 0."""
_LONGEST = 1 << 17
"""MAX_ARG_STRLEN and some: more than our own arguments ever are."""


def hide_ticket() -> None:
    """Overwrites each ticket in the memory from which Linux shows `/proc/PID/cmdline`.

    `sys.argv` keeps its own copy. Until here, since the process was started, the ticket could be
    read; it can be in the arguments of the programs that have opened the link. Does nothing on
    other systems: on Windows, other users cannot read a process's command line. Never raises.
    """
    if sys.platform != "linux" or not any("ticket=" in one for one in sys.argv):
        return
    with suppress(OSError, ValueError, IndexError):
        # The program's name, in brackets, may hold blanks and brackets.
        stat = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace")
        fields = stat.rpartition(")")[2].split()
        start, end = (int(fields[field - 2]) for field in (_ARG_START, _ARG_END))
        if 0 < end - start <= _LONGEST:
            _overwrite(start, end - start)


def _overwrite(start: int, length: int) -> None:
    text = ctypes.string_at(start, length)
    at = text.find(_TICKET)
    while at >= 0:
        value = at + len(_TICKET)
        ends = [one for one in (text.find(b"&", value), text.find(b"\0", value)) if one >= 0]
        ctypes.memset(start + value, ord("x"), min(ends, default=length) - value)
        at = text.find(_TICKET, value)

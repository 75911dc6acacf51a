"""The moments at which a test breaks a program, and what happens then.

A moment is `journal:STATE`, right after that state is durable; `before:CALL` and `after:CALL`,
right before or after a call of a store or the CA; or `FAULT@N`, just before the program's change
number N (`changes.Changes`):

    kill@3            SIGKILL; on Windows TerminateProcess
    kill:PID@3        another process, such as the bank's
    full:FILE@3       the disk of FILE is full from then on
    limit@3           no file can grow any more (EFBIG: SQLite and NSS see an I/O error)
    none@0            nothing: prints the names of all changes
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

from support.torture.changes import Changes

if sys.platform != "win32":
    import resource

_KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL
"""On Windows, SIGTERM calls TerminateProcess, which no program survives either."""
_CHUNK = 1 << 16


def changes_at(moment: str) -> Changes:
    """Watches for `moment`, see above. Raises ValueError for one that is none."""
    fault, _, number = moment.rpartition("@")
    if fault:
        return Changes(_fault(fault), at=int(number))
    kind, _, name = moment.partition(":")
    if kind == "before":
        return Changes(crash, before=name)
    if kind not in ("journal", "after"):
        raise ValueError(moment)
    return Changes(crash, after=name if kind == "after" else moment)


def is_counted(moment: str) -> bool:
    """Whether it is a number of a change."""
    return "@" in moment


def crash() -> NoReturn:
    """Ends this process at once."""
    os.kill(os.getpid(), _KILL)
    raise AssertionError("still alive")


def _fault(text: str) -> Callable[[], None]:
    kind, _, argument = text.partition(":")
    faults: dict[str, Callable[[], None]] = {
        "kill": partial(os.kill, int(argument), _KILL) if argument.isdigit() else crash,
        "full": lambda: fill_disk(Path(argument)),
        "limit": stop_growth,
        "none": lambda: None,
    }
    return faults[kind]


def fill_disk(file: Path) -> None:
    """Writes `file` until its disk has no room."""
    with file.open("wb", buffering=0) as filler:
        size = _CHUNK
        while size:
            try:
                filler.write(bytes(size))
            except OSError:
                size //= 2


def stop_growth() -> None:
    """No file of this process can be written to beyond its first byte; Python ignores SIGXFSZ."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def let_grow() -> None:
    """Ends `stop_growth`."""
    if sys.platform != "win32":
        highest = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (highest, highest))

"""Lets the benchmarks run before other programs of a busy machine (Linux, root).

Linux shares the processors between sessions first (sched(7), autogroup), and by niceness within
one. Programs that the benchmarks start may begin sessions of their own, as certclient does for
token modules; these get the same priority.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

NICENESS = -15
_SECONDS = 0.05


def take_priority() -> None:
    """Gives priority to this process and to all that it will start. Raises OSError without the
    right. If this process leads a group, a child goes on in its place."""
    if os.getsid(0) != os.getpid():
        child = os.fork()
        if child:
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os.setsid()
    os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    if Path("/proc/self/autogroup").exists():
        _raise_session(os.getpid())
        threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    """Gives priority to the sessions that descendants begin."""
    known = {os.getsid(0)}
    while True:
        for pid in _descendants(os.getpid()):
            with suppress(OSError):
                session = os.getsid(pid)
                if session not in known:
                    _raise_session(pid)
                    known.add(session)
        time.sleep(_SECONDS)


def _raise_session(pid: int) -> None:
    Path(f"/proc/{pid}/autogroup").write_text(str(NICENESS), encoding="ascii")


def _descendants(pid: int) -> Iterator[int]:
    children: list[str] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += (task / "children").read_text(encoding="ascii").split()
    for child in map(int, children):
        yield child
        yield from _descendants(child)

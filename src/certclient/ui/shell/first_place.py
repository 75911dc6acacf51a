"""Of several starts at the same moment exactly one becomes the program, and the others tell it."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from certclient.ui.shell.single_instance import Wish, tell_running

_ATTEMPTS = 6
_BETWEEN_ATTEMPTS = 0.5
"""Seconds; a program that starts or ends holds the place for a moment without listening."""


def take_place(folder: Path, name: str, wish: Wish) -> FileLock | None:
    """Makes this program the first; None if another one is and has heard `wish`.

    Two starts at the same moment (at logon: the Run key and a missed daily reminder) would find
    nobody both, and Windows lets both listen. So the place is a lock, kept until the program ends.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(folder / "instance.lock")
    for _ in range(_ATTEMPTS):
        if tell_running(name, wish):
            return None
        try:
            lock.acquire(timeout=_BETWEEN_ATTEMPTS)
        except Timeout:
            continue
        except OSError:
            break
        return lock
    # The first one hangs, or the folder cannot be written to: a second window, and nothing else.
    return lock

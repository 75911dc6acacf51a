"""A lock file that one process holds at a time; the system releases it when the process ends.

Without the filelock library, which takes 30 ms to load: the windows need this before they show.
Both lock the same bytes, so that an older version of this program and this one exclude each other.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from certclient.platform.private_files import open_private

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    _HELD = PermissionError

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    _HELD = BlockingIOError

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class ProcessLock:
    """Not acquired at first. Its file stays, because another process may wait for it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def is_locked(self) -> bool:
        """Whether this process holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Takes the lock if no other process holds it; returns whether that worked.

        Raises OSError if the file cannot be opened, or its file system has no locks.
        """
        descriptor = open_private(self._path, os.O_RDWR | os.O_CREAT)
        try:
            _lock(descriptor)
        except _HELD:
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Gives the lock back; does nothing without it."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

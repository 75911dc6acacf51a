"""Reads small files of settings, never what only looks like a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class NotAFileError(OSError):
    """A folder, a pipe, a socket or a device stands in a file's place."""


def read_regular(
    path: Path, most: int, check: Callable[[os.stat_result], None] | None = None
) -> bytes:
    """Returns the first `most` + 1 bytes of a regular file; more than `most`: it is too large.

    `check` gets the open file's state before a byte is read. Raises OSError, NotAFileError; what
    `check` raises. Never waits for the other end of a pipe, and never opens a device: the kind is
    looked at before opening, and again at the open file in case it was replaced in between.
    """
    _require_regular(path.stat())
    # Without O_NONBLOCK, opening a pipe waits for a writer; O_CLOEXEC is Python's own.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        state = os.fstat(file.fileno())
        _require_regular(state)
        if check is not None:
            check(state)
        return file.read(most + 1)


def _require_regular(state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise NotAFileError

"""Who can change what a path leads to, on systems with owners and modes of files."""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

_MOST_LINKS = 40
"""As Linux has it: path_resolution(7)."""


@dataclass(frozen=True, slots=True)
class ExposedPlace:
    """A file, folder or link that somebody may replace. `who`: its mode, and its owner."""

    path: Path
    who: str


def exposed_place(
    path: Path, owners: Collection[int], skip: Collection[Path] = ()
) -> ExposedPlace | None:
    """Returns the first place on the way to `path` that other users than `owners` may change.

    `owners`: uids; `skip`: folders that are not looked at. Looks at every component from the root
    down, and at those of each symbolic link's target, one after the other: whoever can replace one
    of them decides what is read. A folder that others may write to passes if it is sticky (/tmp):
    they can only add to it. Raises OSError: a component is missing, links in a circle.
    """
    for place, state in _components(path):
        if place not in skip and _is_exposed(state, owners):
            who = f"{stat.filemode(state.st_mode)}, uid {state.st_uid}"
            return ExposedPlace(place, who)
    return None


def _components(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The folders and links on the way to `path`, and the file itself."""
    here, parts, links = Path("/"), deque(path.absolute().parts[1:]), 0
    yield here, os.lstat(here)
    while parts:
        part = parts.popleft()
        if part == "..":
            here = here.parent
            continue
        place = here / part
        state = os.lstat(place)
        yield place, state
        if not stat.S_ISLNK(state.st_mode):
            here = place
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        target = Path(os.readlink(place))
        if target.is_absolute():
            here = Path("/")
            yield here, os.lstat(here)
        parts.extendleft(reversed([part for part in target.parts if part != target.anchor]))


def _is_exposed(state: os.stat_result, owners: Collection[int]) -> bool:
    """Whether others than `owners` can change a place itself. The mode of a link means nothing."""
    if state.st_uid not in owners:
        return True
    writable = state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    sticky = stat.S_ISDIR(state.st_mode) and state.st_mode & stat.S_ISVTX
    return bool(writable) and not (stat.S_ISLNK(state.st_mode) or sticky)

"""The entry points of other installed packages: plug-ins for stores and for CAs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.metadata import EntryPoint


def entry_points_of(group: str) -> Sequence[EntryPoint]:
    """Returns the entry points of `group`, as `importlib.metadata.entry_points`.

    Few computers have any: the packages' own lists are searched before that library is loaded.
    """
    if not any(_may_name(folder or os.curdir, group) for folder in sys.path):
        return ()
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))


def _may_name(folder: str, group: str) -> bool:
    """Whether a package in `folder` has an entry point of `group`; True for an archive, too, but
    for that of a frozen program, which is Python's own library."""
    if not os.path.isdir(folder):
        return os.path.exists(folder) and not getattr(sys, "frozen", False)
    if folder.endswith(".egg"):
        return True
    heading = f"[{group}]".encode()
    return any(heading in content for content in _lists_in(folder))


def _lists_in(folder: str) -> Iterator[bytes]:
    """The lists of entry points of the packages in `folder` (PyPA, entry points specification)."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                    yield file.read()
            except OSError:
                continue

"""How much can be written to a folder."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Room:
    """What is left for this user. `path`: the folder that was asked about, or its nearest one that
    exists; `free_bytes`: without what is reserved for root; `files_left`: whether the file system
    takes another file."""

    path: Path
    free_bytes: int
    files_left: bool
    writable: bool


def room(folder: Path) -> Room:
    """The room in `folder`, which need not exist; writes nothing. Raises OSError."""
    path = next(one for one in (folder, *folder.parents) if one.is_dir())
    free = shutil.disk_usage(path).free
    return Room(path, free, _files_left(path), os.access(path, os.W_OK))


if sys.platform == "win32":

    def _files_left(path: Path) -> bool:
        """NTFS and FAT have no number of files that is used up before the space is."""
        return path.is_dir()

else:

    def _files_left(path: Path) -> bool:
        """statvfs(3): f_files is 0 where the number is not limited (btrfs)."""
        found = os.statvfs(path)
        return found.f_files == 0 or found.f_favail > 0

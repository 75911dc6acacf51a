"""Folders and files that only this user may read, whatever the umask."""

from __future__ import annotations

import os
from pathlib import Path


def private_folder(folder: Path) -> None:
    """Creates `folder` and its missing parents with mode 0700. Raises OSError.

    `Path.mkdir` would create the parents with the umask's mode.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)  # raises what is in its place


def may_exist(path: Path) -> bool:
    """Whether there is something at `path`, or we are kept from looking; never raises.

    `Path.exists` raises for a folder that cannot be entered.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def write_private(path: Path, data: bytes) -> None:
    """Writes `data` aside with mode 0600 and renames it, so that nobody reads half a file.

    Creates the folder as `private_folder`. Raises OSError and then leaves nothing behind.
    """
    private_folder(path.parent)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(open_private(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
            file.write(data)
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def open_private(path: str | Path, flags: int) -> int:
    """`os.open` with mode 0600: an `opener` for `open`."""
    return os.open(path, flags, 0o600)

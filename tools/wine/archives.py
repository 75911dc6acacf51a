"""Unpacks archives that were verified by hash or signature."""

from __future__ import annotations

import tarfile
from pathlib import Path


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Extracts all of `archive` to `folder`, filtered unless Python is too old (Debian 12's is)."""
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
    else:
        archive.extractall(folder)  # noqa: S202 - the caller has checked what is in it

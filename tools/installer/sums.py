"""SHA256SUMS, for `sha256sum --check` and a bank's download page."""

from __future__ import annotations

import hashlib
from pathlib import Path

NAME = "SHA256SUMS"
_NOT_LISTED = frozenset({NAME, f"{NAME}.sig"})


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sums_hold(folder: Path) -> bool:
    """Whether `folder` contains exactly the files of its SHA256SUMS, unchanged; the signature of
    that file apart."""
    target = folder / NAME
    return target.is_file() and target.read_text(encoding="utf-8") == _sums(folder)


def write_sums(folder: Path) -> Path:
    """Writes `folder`/SHA256SUMS for every other file in it, sorted by name; returns its path."""
    target = folder / NAME
    target.write_text(_sums(folder), encoding="utf-8")
    return target


def _sums(folder: Path) -> str:
    listed = (path for path in folder.iterdir() if path.is_file() and path.name not in _NOT_LISTED)
    return "".join(f"{sha256(path)}  {path.name}\n" for path in sorted(listed))

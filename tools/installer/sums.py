"""SHA256SUMS: what `sha256sum --check` and a bank's download page read."""

from __future__ import annotations

import hashlib
from pathlib import Path

NAME = "SHA256SUMS"


def sha256(path: Path) -> str:
    """In hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_sums(folder: Path) -> Path:
    """Writes `folder`/SHA256SUMS for every other file in it, by name."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != NAME)
    target = folder / NAME
    lines = (f"{sha256(path)}  {path.name}\n" for path in files)
    target.write_text("".join(lines), encoding="utf-8")
    return target

"""Compares two builds: `python -m tools.installer compare A B`. Signatures may differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.installer.pe import is_pe, without_signature


def differences(one: Path, other: Path) -> Iterator[str]:
    """A line for every file that is in one folder only, or differs by more than its signature."""
    names = {str(path.relative_to(one)) for path in one.rglob("*") if path.is_file()}
    others = {str(path.relative_to(other)) for path in other.rglob("*") if path.is_file()}
    yield from (f"{name}: only in {one}" for name in sorted(names - others))
    yield from (f"{name}: only in {other}" for name in sorted(others - names))
    for name in sorted(names & others):
        first, second = (_unsigned(folder / name) for folder in (one, other))
        if first != second:
            yield f"{name}: {_where(first, second)}"


def _unsigned(path: Path) -> bytes:
    content = path.read_bytes()
    return without_signature(content) if is_pe(content) else content


def _where(one: bytes, other: bytes) -> str:
    if len(one) != len(other):
        return f"{len(one)} and {len(other)} bytes"
    places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    return f"{len(places)} bytes differ, the first at {places[0]:#x}"

"""Compares two builds apart from their signatures: `python -m tools.installer compare A B`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from tools.installer.pe import is_pe, without_signature
from tools.installer.release_key import PUBLIC_KEY
from tools.installer.settings import Places
from tools.installer.sums import NAME

_WHY_NOT: Mapping[str, str] = {
    "*.exe": "signed files are packed in it; what it installs is in payload",
    "*.msi": "signed files are packed in it; what it installs is in payload",
    "*[!b].cdx.json": "it names the hashes of signed files",
    NAME: "it names the hashes of signed files",
    f"{NAME}.sig": "it is a signature",
    PUBLIC_KEY: "each test build has its own",
}
"""Results that differ whenever signatures do, with the reason. (The .deb's bill of materials, in a
file *.deb.cdx.json, names no signed file.)"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differences`: one line for each file that only one build has, or that differs in more than
    its signature. `not_compared`: one line, with the reason, for each result that cannot be
    compared.
    """

    differences: tuple[str, ...]
    not_compared: tuple[str, ...]


def compare(one: Path, other: Path) -> Comparison:
    """Compares the payloads and results of two builds, given by their folders (`--folder`).

    Raises FileNotFoundError if one of these is missing.
    """
    ours, theirs = Places(one), Places(other)
    for folder in (ours.payload, theirs.payload, ours.results, theirs.results):
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder} is not there: give the folders of two whole builds")
    reasons = {name: _why_not(name) for name in _both(ours.results, theirs.results)}
    comparable = [name for name, reason in reasons.items() if not reason]
    return Comparison(
        (
            *_in_one_only(ours.payload, theirs.payload),
            *_changed(ours.payload, theirs.payload, _both(ours.payload, theirs.payload)),
            *_in_one_only(ours.results, theirs.results),
            *_changed(ours.results, theirs.results, comparable),
        ),
        tuple(f"{name}: not compared, {reason}" for name, reason in reasons.items() if reason),
    )


def _why_not(name: str) -> str:
    reasons = (reason for pattern, reason in _WHY_NOT.items() if fnmatch(name, pattern))
    return next(reasons, "")


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def _both(one: Path, other: Path) -> list[str]:
    return sorted(_names(one) & _names(other))


def _in_one_only(one: Path, other: Path) -> Iterator[str]:
    names, others = _names(one), _names(other)
    yield from (f"{name}: only in {one}" for name in sorted(names - others))
    yield from (f"{name}: only in {other}" for name in sorted(others - names))


def _changed(one: Path, other: Path, names: Iterable[str]) -> Iterator[str]:
    for name in names:
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

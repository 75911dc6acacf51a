"""The counts of a run, kept in docs/reliability.json."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

FILE = Path(__file__).parents[2] / "docs" / "reliability.json"


class Count(msgspec.Struct, frozen=True, order=True):
    """The cases of one row: how many have passed, and how many have not."""

    kind: str
    row: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0


class Results(msgspec.Struct, frozen=True):
    """One run. `date` is ISO 8601, `machine` in general terms, `commit` what was tested.

    `again`: cases that failed once and passed when they were run again, alone.
    """

    date: str
    version: str
    machine: str
    seed: str
    rounds: int
    counts: tuple[Count, ...]
    commit: str = ""
    again: int = 0


def counted(raw: Sequence[tuple[str, str, str, int]]) -> tuple[Count, ...]:
    """The rows of what tests/support/torture/results.py writes: kind, row, outcome, number."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for kind, row, outcome, number in raw:
        row_counts = found.setdefault((kind, row), {})
        row_counts[outcome] = row_counts.get(outcome, 0) + number
    return tuple(
        Count(kind, row, *(numbers.get(one, 0) for one in ("passed", "failed", "skipped")))
        for (kind, row), numbers in sorted(found.items())
    )


def read() -> Results:
    """Those that are kept. Raises OSError, msgspec.DecodeError."""
    return msgspec.json.decode(FILE.read_bytes(), type=Results)


def write(results: Results) -> None:
    """Keeps them."""
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")

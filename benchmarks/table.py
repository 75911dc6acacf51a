"""The common shape of all benchmarks' results, and the table that `make bench` makes of them.

Each benchmark is a module of its own with a function

    def rows() -> list[Row]

which measures and returns its lines of the table. `python -m benchmarks.NAME` still runs it alone.
`benchmarks.__main__` lists the modules; each runs in a process of its own
(`python -m benchmarks.table NAME`), as SoftHSM has one configuration and Qt one application per
process. A benchmark that fails becomes a line that says so; the others go on.

A row says what was measured beside what, in one run, alternately, as medians:

    Row("one renewal by command line, NSS", measured="0.41 s", beside="openssl pair 0.33 s",
        ratio="1.24 x", goal="<= 1.5 x that pair", met=True, runs=5)

Where a goal is missed, benchmarks/notes.md says why; the table ends with that file.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from rich.console import Console
from rich.table import Table

COLUMNS = ("what", "measured", "beside it", "ratio", "goal", "met", "runs", "others' load")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; texts in English, numbers with their units.

    `beside`: what was measured in turn with it; `ratio`: of the two, or empty; `goal`: empty where
    there is none; `met`: None where there is no goal or no result; `runs`: how many runs the
    medians are of, 0 if it failed.
    """

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""
    goal: str = ""
    met: bool | None = None
    runs: int = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """A benchmark's rows, and how much of the CPU time other programs used meanwhile (0 to 1)."""

    rows: Sequence[Row]
    load: float


def encode(rows: Sequence[Row]) -> bytes:
    """The rows as one line of JSON, with which they pass from process to process."""
    return msgspec.json.encode(list(rows))


def decode(data: bytes) -> list[Row]:
    """The opposite of `encode`. Raises msgspec.DecodeError."""
    return msgspec.json.decode(data, type=list[Row])


def cells(row: Row, load: float) -> tuple[str, ...]:
    """The texts of one line, in the order of COLUMNS."""
    met = {True: "yes", False: "NO", None: ""}[row.met]
    measured = (row.what, row.measured, row.beside, row.ratio, row.goal, met)
    return (*measured, str(row.runs or ""), f"{load:.0%}")


def show(console: Console, sections: Sequence[Measured]) -> None:
    """Prints the table."""
    table = Table(box=None, show_lines=False, padding=(0, 1))
    for name in COLUMNS:
        table.add_column(name, justify="left")
    for section in sections:
        for row in section.rows:
            table.add_row(*cells(row, section.load))
    console.print(table)


def markdown(sections: Sequence[Measured], day: date, machine: str, notes: str) -> str:
    """The text of benchmarks/results.md: the table, then the notes."""
    lines = [
        "# Results of `make bench`",
        "",
        f"{day.isoformat()}, {machine}. Written by `make bench`; edit benchmarks/notes.md instead.",
        "Medians of so many runs, each in turn with what stands beside it. *Others' load*: the",
        "share of the machine's CPU time that other programs used meanwhile.",
        "",
        _line(COLUMNS),
        _line(["---"] * len(COLUMNS)),
    ]
    for section in sections:
        lines += [_line(cells(row, section.load)) for row in section.rows]
    return "\n".join([*lines, "", notes.strip(), ""])


def _line(texts: Sequence[str]) -> str:
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |"


def main(arguments: Sequence[str]) -> int:
    """`table.py NAME`: prints `benchmarks.NAME`'s rows as the last line of standard output."""
    (name,) = arguments
    rows = importlib.import_module(f"benchmarks.{name}").rows()
    print(encode(rows).decode(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

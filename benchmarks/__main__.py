"""`make bench`: runs all benchmarks, prints one table and writes it to benchmarks/results.md.

    python -m benchmarks [NAME ...] [--out FILE] [--priority]

With names, only those benchmarks run. `benchmarks.table` says what a benchmark has to offer.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console

from benchmarks.priority import take_priority
from benchmarks.table import Measured, Row, decode, markdown, show

FOLDER = Path(__file__).parent
BENCHMARKS = (
    "gui_start",  # exec to the first painted window, to the filled list; memory
    "gui_peers",  # the same of other programs
    "start",  # remind, --help, list
    "renewal",  # one renewal beside OpenSSL's; fdatasync; connections
    "gui_stall",  # the GUI thread's longest stalls
    "growth",  # list and renewal with ever more certificates in a store
    "batch",  # 20 renewals at once beside 20 single ones
    "fleet",  # a million clients, in simulated time
    "bank_load",  # the practice bank under load
    "bank_growth",  # its memory over transactions; renewals with many customers on file
)
"""Modules of this folder, in the order of the table."""

_MAX_SECONDS = 900


def measure(name: str) -> Measured:
    """Runs one benchmark in a process of its own; a failure becomes a row."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    others = OthersLoad()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.table", name],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=_MAX_SECONDS,
            check=True,
        )
        rows = decode(done.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, IndexError, msgspec.DecodeError) as error:
        rows = [Row(name, f"failed: {error}", runs=0)]
    return Measured(rows, others.share())


class OthersLoad:
    """The CPU time that other programs use from construction on (Linux: /proc/stat)."""

    def __init__(self) -> None:
        self._begin = _busy_seconds() - _own_seconds(), time.monotonic()

    def share(self) -> float:
        """Their part of all processors' time so far, 0 to 1."""
        busy, begin = self._begin
        everything = (time.monotonic() - begin) * (os.cpu_count() or 1)
        return max(_busy_seconds() - _own_seconds() - busy, 0.0) / everything


def _busy_seconds() -> float:
    first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    user, nice, system, _idle, _wait, irq, softirq, *_ = (int(word) for word in first.split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def this_machine() -> str:
    """Processors, system and interpreter, in general terms."""
    return (
        f"{os.cpu_count()} processors, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}"
    )


def run(names: Sequence[str], machine: str, out: Path | None) -> bool:
    """Measures, prints and, if `out` is given, writes; returns whether each benchmark worked."""
    begin = time.monotonic()
    sections: list[Measured] = []
    for name in names:
        print(f"==> {name}", flush=True)
        sections.append(measure(name))
        if out is not None:
            notes = (FOLDER / "notes.md").read_text(encoding="utf-8")
            text = markdown(sections, datetime.now(UTC).date(), machine, notes)
            out.write_text(text, encoding="utf-8")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    show(console, sections)
    print(f"{time.monotonic() - begin:.0f} s altogether", flush=True)
    return all(row.runs for section in sections for row in section.rows)


def main(arguments: Sequence[str]) -> int:
    """Returns 1 if a benchmark failed; a missed goal is a result, not a failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--out", type=Path, help="benchmarks/results.md by default; with names none"
    )
    parser.add_argument(
        "--priority",
        action="store_true",
        help="on a busy machine, as root: run before other programs",
    )
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    out = options.out or (None if options.names else FOLDER / "results.md")
    machine = this_machine()
    if options.priority:
        take_priority()
        machine += ", with priority over other programs"
    worked = run(options.names or BENCHMARKS, machine, out)
    return 0 if worked else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What starting costs: `remind`, `--help` and `list` beside `python -c pass` and other programs.

    python -m benchmarks.start

Three certificates in NSS, none of them due, from a practice bank.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.commands import Cost, side_by_side
from benchmarks.customers_world import customers_world
from benchmarks.table import Measured, Row, show
from demo.world import World

RUNS = 9
CERTIFICATES, DAYS_LEFT = 3, 300
REMIND, REMIND_MEGABYTES, HELP, LIST = 4, 20, 5, 10
"""The goals: times `python -c pass`; MB."""
_CERTCLIENT = str(Path(sys.executable).parent / "certclient")
_PYTHON = "python -c pass"


def measure(world: World, profile: Path, runs: int = RUNS) -> dict[str, Cost]:
    """The medians of each command, by its name."""
    commands = {
        _PYTHON: [sys.executable, "-c", "pass"],
        "remind": [_CERTCLIENT, "--profile", str(profile), "remind"],
        "--help": [_CERTCLIENT, "--help"],
        "list": [_CERTCLIENT, "--profile", str(profile), "list"],
        "ykman --help": ["ykman", "--help"],
        "certutil -L": ["certutil", "-L", "-d", f"sql:{world.nss_database}"],
    }
    return side_by_side(commands, runs, world.environment)


def rows() -> list[Row]:
    """See benchmarks.table."""
    with tempfile.TemporaryDirectory(prefix="certclient-start-") as folder:
        return _rows(measure(*customers_world(Path(folder), CERTIFICATES, DAYS_LEFT)))


def _rows(costs: dict[str, Cost]) -> list[Row]:
    python, remind = costs[_PYTHON], costs["remind"]
    return [
        Row(
            "`certclient remind`, nothing due",
            str(remind),
            f"`{_PYTHON}` {python}",
            f"{remind.cpu / python.cpu:.1f} x (CPU), {remind.wall / python.wall:.1f} x",
            f"<= {REMIND} x, <= {REMIND_MEGABYTES} MB",
            remind.cpu <= REMIND * python.cpu and remind.megabytes <= REMIND_MEGABYTES,
            RUNS,
        ),
        _against_python("`certclient --help`", "--help", "ykman --help", HELP, costs),
        _against_python("`certclient list`, 3 in NSS", "list", "certutil -L", LIST, costs),
    ]


def _against_python(what: str, name: str, peer: str, goal: int, costs: dict[str, Cost]) -> Row:
    own, python = costs[name], costs[_PYTHON]
    # Of CPU time: on a busy machine, waiting for a processor says nothing about the program.
    ratio = own.cpu / python.cpu
    beside = f"`{_PYTHON}` {python}; `{peer}` {costs[peer]}"
    text = f"{ratio:.1f} x (CPU), {own.wall / python.wall:.1f} x"
    return Row(what, str(own), beside, text, f"<= {goal} x Python", ratio <= goal, RUNS)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    show(Console(highlight=False), [Measured(rows(), 0.0)])

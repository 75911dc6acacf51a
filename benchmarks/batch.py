"""20 renewals in one command beside 20 commands: `.venv/bin/python -m benchmarks.batch [ROUNDS]`.

In the PC's store (NSS) and on a token (SoftHSM), against a practice bank in another process. In
each round, all certificates are renewed one by one, in a process each, then all in one command, and
then again in one command in which each key is made in its turn (`--to`, with which no key is made
ahead).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.table import Row
from certclient.model.destination import Destination
from certclient.model.secret import Secret
from certclient_practice.admin.cli import practice
from demo.command_line import CommandLine, PracticeBank, practice_bank
from demo.customers import issue_certificate_to, store_for
from demo.world import SOFTHSM_MODULE, World

CERTIFICATES = 20
ROUNDS = 1
GOAL = 0.6
PLACES = {Destination.PC: "NSS", Destination.USB: "SoftHSM"}
_PROGRAM = str(Path(sys.executable).parent / "certclient")


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of CPU time in the commands (not the bank's)."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __str__(self) -> str:
        return f"{self.wall:.1f} s (CPU {self.cpu:.1f} s)"


@dataclass(frozen=True)
class Costs:
    """Of each way to renew all certificates, one entry for each round."""

    single: list[Cost] = field(default_factory=list)
    batch: list[Cost] = field(default_factory=list)
    in_turn: list[Cost] = field(default_factory=list)


def renew(world: World, *arguments: str) -> Cost:
    """Runs `certclient renew`. Raises CalledProcessError."""
    started, cpu = time.perf_counter(), _cpu_of_children()
    subprocess.run(
        [_PROGRAM, "renew", *arguments, "--yes", "--pin-stdin"],
        cwd=world.folder,
        env={**os.environ, **world.environment},
        input=f"{world.pin.reveal()}\n",
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return Cost(time.perf_counter() - started, _cpu_of_children() - cpu)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(one.wall for one in costs), statistics.median(one.cpu for one in costs)
    )


class OperatedHere(PracticeBank):
    """The practice bank, operated from this process: 240 commands would take minutes."""

    def admin(self, *arguments: str) -> str:
        """See PracticeBank.admin."""
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            practice.main(["--data", str(self.folder), *arguments], standalone_mode=False)
        return output.getvalue()


def measure(world: World, rounds: int, certificates: int) -> dict[Destination, Costs]:
    """Renews three times `certificates` in each store in each round."""
    profile = world.folder / "practice.toml"
    command_line = CommandLine(world.folder, world.environment)
    results = {place: Costs() for place in PLACES}
    with practice_bank(command_line, world.folder / "bank") as running:
        bank = OperatedHere(running.command_line, running.folder, running.pid)
        module = ("--pkcs11-module", str(SOFTHSM_MODULE))
        bank.admin("profile", "--out", str(profile), *module)
        option = ("--profile", str(profile))
        for number in range(rounds):
            for place, costs in results.items():
                # A renewed certificate is not due again, so each way has its own.
                one, every, each = (
                    _customers(world, bank, place, f"{way}{number}", certificates) for way in "ABC"
                )
                costs.single.append(
                    sum((renew(world, user_id, *option) for user_id in one), Cost())
                )
                costs.batch.append(renew(world, *every, *option))
                costs.in_turn.append(renew(world, *each, "--to", place.value, *option))
    return results


def _customers(
    world: World, bank: PracticeBank, place: Destination, prefix: str, certificates: int
) -> list[str]:
    """New customers with a certificate that is due; returns their user IDs."""
    store = store_for(place)
    ids = [f"{place.value.upper()}{prefix}{number:02}" for number in range(certificates)]
    for user_id in ids:
        issue_certificate_to(bank, world, user_id, store)
    return ids


def table_rows(results: dict[Destination, Costs], certificates: int) -> list[Row]:
    """The lines of `make bench`."""
    found = []
    for place, costs in results.items():
        single, batch, in_turn = map(_median, (costs.single, costs.batch, costs.in_turn))
        rounds = len(costs.single)
        found.append(
            Row(
                f"{certificates} renewals in one command, {PLACES[place]}",
                measured=str(batch),
                beside=f"{certificates} commands {single}",
                ratio=f"{batch.wall / single.wall:.2f} x",
                goal=f"<= {GOAL} x",
                met=batch.wall <= GOAL * single.wall,
                runs=rounds,
            )
        )
        found.append(
            Row(
                f"the same, each key made in its turn, {PLACES[place]}",
                measured=str(in_turn),
                beside=f"keys made ahead {batch}",
                ratio=f"{in_turn.wall / batch.wall:.2f} x",
                runs=rounds,
            )
        )
    return found


def rows(rounds: int = ROUNDS, certificates: int = CERTIFICATES) -> list[Row]:
    """Measures, and returns the lines of the table."""
    with tempfile.TemporaryDirectory(prefix="certclient-bench-") as folder:
        world = World(Path(folder), Secret(f"{secrets.randbelow(10**6):06}"))
        world.prepare()
        os.environ.update(world.environment)
        return table_rows(measure(world, rounds, certificates), certificates)


def main(arguments: Sequence[str]) -> int:
    """Runs `batch.py [ROUNDS]`; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=ROUNDS)
    parser.add_argument("--certificates", type=int, default=CERTIFICATES)
    options = parser.parse_args(arguments)
    for row in rows(options.rounds, options.certificates):
        print(f"{row.what}: {row.measured}; {row.beside}; {row.ratio}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

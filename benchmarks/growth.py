"""How `list` and a renewal grow with what is in a store.

    python -m benchmarks.growth

`list` with 1, 10, 100 and 1,000 certificates in NSS and on a token (SoftHSM), with as many
put-away ones, beside certutil and pkcs11-tool; one renewal in NSS with nothing put away and with
100 certificates and their procedures. The folders are in memory (/dev/shm): making the keys would
otherwise take longer than all that is measured.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.commands import Cost, cost_of, median_of, side_by_side
from benchmarks.filled_store import FilledStore
from benchmarks.table import Measured, Row, show
from certclient.model.destination import Destination
from certclient.model.secret import Secret
from certclient.platform.folders import journal_file
from certclient_practice.bank.bank import Bank
from demo.command_line import CommandLine, PracticeBank, practice_bank
from demo.world import SOFTHSM_MODULE, World

COUNTS = (1, 10, 100, 1000)
TABLE_COUNTS = (1, 10, 100)
"""For `make bench`: filling a token with 2,000 certificates takes longer than all the rest."""
RUNS = 3
PUT_AWAY = 100
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory; the one below has a random name
_CERTCLIENT = str(Path(sys.executable).parent / "certclient")
_PEERS = {Destination.PC: "certutil -L", Destination.USB: "pkcs11-tool -O"}
_NAMES = {Destination.PC: "NSS", Destination.USB: "SoftHSM"}


@dataclass(frozen=True, slots=True)
class Listing:
    """`list` and the peer's listing of a store with `count` certificates and as many put away."""

    count: int
    ours: Cost
    peer: Cost


@contextmanager
def _filled(place: Destination) -> Iterator[tuple[FilledStore, PracticeBank, Path]]:
    """An empty store, the bank, and its profile."""
    folder = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="certclient-growth-", dir=folder) as name:
        world = World(Path(name), Secret(f"{secrets.randbelow(10**6):06}"))
        world.prepare()
        # Without its folder for temporary files, which does not outlive this store.
        os.environ.update({k: v for k, v in world.environment.items() if k != "TMPDIR"})
        data, profile = world.folder / "bank", world.folder / "practice.toml"
        with closing(Bank(data)) as bank:
            options = ("--profile", str(profile))
            with practice_bank(CommandLine(world.folder, world.environment), data, *options) as own:
                yield FilledStore(world, place, bank), own, profile


def listings(place: Destination, counts: Sequence[int] = COUNTS) -> list[Listing]:
    """Medians of `RUNS`, for ever more certificates in one store."""
    found, before = [], 0
    with _filled(place) as (filled, _, profile):
        peer = {
            Destination.PC: ["certutil", "-L", "-d", f"sql:{filled.world.nss_database}"],
            Destination.USB: ["pkcs11-tool", "--module", str(SOFTHSM_MODULE), "-O"],
        }[place]
        own = [_CERTCLIENT, "--profile", str(profile), "list", "--archived"]
        for count in counts:
            filled.fill(range(before, count))
            filled.put_away(range(10**6 + before, 10**6 + count), journal_file())
            costs = side_by_side({"own": own, "peer": peer}, RUNS, filled.world.environment)
            found.append(Listing(count, costs["own"], costs["peer"]))
            before = count
    return found


def renewals() -> tuple[Cost, Cost]:
    """One renewal by command line in NSS: with nothing and with PUT_AWAY put away."""
    with _filled(Destination.PC) as (filled, _, profile):
        costs = []
        for numbers in (range(0), range(10**6, 10**6 + PUT_AWAY)):
            filled.put_away(numbers, journal_file())
            costs.append(_renewal(filled, profile))
    return costs[0], costs[1]


def _renewal(filled: FilledStore, profile: Path) -> Cost:
    """Each run renews another certificate; the first one fills caches and does not count."""
    base = [_CERTCLIENT, "--profile", str(profile), "renew", "--yes"]
    costs = []
    for _ in range(RUNS + 1):
        due = filled.add_due(secrets.randbits(60))
        costs.append(cost_of([*base, due.serial_hex], filled.world.environment))
    return median_of(costs[1:])


def rows() -> list[Row]:
    """See benchmarks.table."""
    found = [row for place in _PEERS for row in _rows(place, listings(place, TABLE_COUNTS))]
    nothing, much = renewals()
    ratio = much.cpu / nothing.cpu
    return [
        *found,
        Row(
            f"one renewal by command line, NSS, {PUT_AWAY} certificates put away",
            str(much),
            f"nothing put away {nothing}",
            f"{ratio:.2f} x (CPU)",
            "no slower",
            ratio <= 1.1,
            RUNS,
        ),
    ]


def _rows(place: Destination, found: Sequence[Listing]) -> Iterator[Row]:
    first, store = found[0], _NAMES[place]
    for one in found:
        yield Row(
            f"`list --archived`, {one.count} in {store} and {one.count} put away",
            str(one.ours),
            f"`{_PEERS[place]}` {one.peer}",
            f"{one.ours.cpu / one.peer.cpu:.1f} x (CPU)",
            runs=RUNS,
        )
    last, more = found[-1], 2 * (found[-1].count - first.count)
    own, peer = last.ours.cpu - first.ours.cpu, last.peer.cpu - first.peer.cpu
    yield Row(
        f"`list`, each further certificate in {store}",
        f"CPU {own / more * 1000:.2f} ms",
        f"`{_PEERS[place]}` {peer / more * 1000:.2f} ms",
        f"{own / peer:.2f} x (CPU)",
        "<= 1 x",
        own <= peer,
        RUNS,
    )


def main(arguments: Sequence[str]) -> None:
    """Prints the table; `--most` limits the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=COUNTS[-1])
    most: int = parser.parse_args(arguments).most
    counts = [count for count in COUNTS if count <= most]
    shown = [row for place in _PEERS for row in _rows(place, listings(place, counts))]
    show(Console(highlight=False), [Measured(shown, 0.0)])


if __name__ == "__main__":
    main(sys.argv[1:])

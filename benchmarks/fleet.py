"""Simulates the unattended renewals of a million computers: `python -m benchmarks.fleet`.

80,000 of them by default; the rates are scaled up.

When each computer renews is decided by the program's own code (`model.lifecycle`,
`model.spreading`, `enrollment.backoff`); computers, their hours and the CA are simulated, in
simulated time, with a fixed seed. The bank issued all certificates on four days of the year, so
that their times for renewal begin on four days, three of them shortly before long holidays.

Computers: 80 % are on in the office (from 8:30-9:30 to 17:15-19:00, 5 % of the days not), 10 % are
used for two to six hours on three of five working days, 5 % for one hour of the day, 5 % never go
off. Nothing but these runs at night, on weekends and holidays. A run that a computer missed is made
up for after it starts. One of 50 requests is answered with checkAfter. A CA that is down answers
503 with Retry-After; it is down for the four hours in which most would renew, once for each of the
four days of issue.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.fleet_chart import draw
from benchmarks.fleet_computers import NOON, TWICE, Computer, Trigger, next_working_day
from benchmarks.fleet_load import BIN, OPENINGS, OUTAGE, Load, Plan
from benchmarks.renewal_years import practice_bank
from benchmarks.table import Row
from certclient.enrollment.backoff import MAX_ATTEMPTS, pause_after
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import TOKYO
from certclient.model.lifecycle import DEFAULT_RENEWAL, Lifecycle, lifecycle_of
from certclient.model.spreading import is_turn, is_urgent, tries_again

CLIENTS, SEED = 80_000, 2027
_CLIENTS_OF_TABLE = 40_000
_MOST_UNEVEN = 1.5
_LIFETIME = timedelta(days=365)
_PATIENCE = 60.0
"""`--wait`: how many seconds one run waits for the CA."""
_BUSY = CertclientError(ErrorCode.SERVER_BUSY, host="ca", status="503", retry_after="10")
_WAITING = 0.02


@dataclass
class Client:
    """One computer with its certificate."""

    plan: Plan
    certificate: Certificate
    chance: random.Random
    name: str
    load: Load
    _failed: datetime | None = None
    _outage_end: datetime | None = None
    _later_days: set[date] = field(default_factory=set)
    _waiting: bool = False

    def live(self, opening: date) -> None:
        """Lives through the time for renewal."""
        used = False
        for now in Computer.drawn(self.chance).runs(opening, self.plan.triggers):
            life = lifecycle_of(self.certificate, now, DEFAULT_RENEWAL)
            if now > life.deadline:
                break
            used = used or is_urgent(life, now)
            if self._outage_end is not None and now.date() > self._outage_end.date():
                self._later_days.add(now.date())
            if self._acts(life, now) and self._request(now):
                self.load.renewed += 1
                return
        self.load.lapsed += 1
        self.load.unused += not used

    def _acts(self, life: Lifecycle, now: datetime) -> bool:
        """As `renew --all --unattended`."""
        if not self.plan.spread or self._waiting:
            return True
        if self._failed is None:
            return is_turn(self.certificate, life, now)
        return is_urgent(life, now) or tries_again(self.name, self._failed, now)

    def _request(self, now: datetime) -> bool:
        """Asks the CA as one run does, with its attempts; returns whether that renewed."""
        waited, end = 0.0, now
        for attempt in range(MAX_ATTEMPTS):
            moment = now + timedelta(seconds=waited)
            outage = self.plan.outage_at(moment)
            if outage is None:
                return self._answered(moment)
            end = outage + OUTAGE
            pause = pause_after(_BUSY, attempt, self.chance.randbytes)
            if pause is None or waited + pause > _PATIENCE:
                break
            waited += pause
        self.load.failed += self._failed is None
        self._failed, self._outage_end = now, end
        return False

    def _answered(self, now: datetime) -> bool:
        self.load.served[now - (now - _EPOCH) % BIN] += 1
        if self._outage_end is not None:
            self._recovered(now, self._outage_end)
        self._waiting = not self._waiting and self.chance.random() < _WAITING
        return not self._waiting

    def _recovered(self, now: datetime, end: datetime) -> None:
        self._outage_end = None
        self.load.delays.append(now - end)
        next_day = next_working_day(end.date())
        if now.date() > next_day:
            self.load.late += 1
            self.load.off += next_day not in self._later_days
            self.load.slow += len(self._later_days) > 1


_EPOCH = datetime(2027, 1, 1, tzinfo=TOKYO)


def simulate(plan: Plan, clients: int, seed: int = SEED) -> Load:
    """The load of `clients` computers, a quarter for each of the days of issue."""
    load = Load(clients)
    with TemporaryDirectory() as folder:
        _, sample = practice_bank(Path(folder))
    for number in range(clients):
        opening = OPENINGS[number % len(OPENINGS)]
        end = datetime.combine(opening + timedelta(days=30), time(23, 59, 59), TOKYO)
        certificate = replace(
            sample, serial=(7 << 64) + number, not_before=end - _LIFETIME, not_after=end
        )
        chance = random.Random(f"{seed} {number}")  # noqa: S311 - a simulation
        Client(plan, certificate, chance, f"{number:032x}", load).live(opening)
    return load


def worst_outages(load: Load) -> tuple[datetime, ...]:
    """For each batch, the begin of the four hours in which most would be served."""
    steps = OUTAGE // BIN

    def lost(begin: datetime) -> int:
        return sum(load.served[begin + BIN * number] for number in range(steps))

    batches = [
        [one for one in load.served if timedelta() <= one.date() - opening < timedelta(days=31)]
        for opening in OPENINGS
    ]
    return tuple(
        max((moment - BIN * back for moment in batch for back in range(steps)), key=lost)
        for batch in batches
        if batch
    )


def rows() -> list[Row]:
    """The lines for `make bench`."""
    at_once = simulate(Plan("at once", NOON, spread=False), _CLIENTS_OF_TABLE)
    (_, spread), (_, worst) = _simulated(TWICE, _CLIENTS_OF_TABLE, spread=True)
    what = "unattended renewals of a million computers"
    return [
        _peak(f"{what}: busiest hour", spread, at_once),
        _peak(f"{what}, the CA down for the worst 4 hours", worst, at_once),
        Row(
            f"{what}: too late, with and without the CA down",
            f"{spread.lapsed + worst.lapsed} of {2 * spread.clients}",
            goal="none",
            met=not spread.lapsed + worst.lapsed,
        ),
        Row(
            f"{what}: failed ones renewed by the end of the next working day",
            f"{worst.recovered():.0%}",
            f"of those whose job ran on that day {worst.recovered(ran=True):.0%}",
            goal="100% of those",
            met=worst.late == worst.off,
        ),
    ]


def _peak(what: str, load: Load, before: Load) -> Row:
    ratio = load.peak / load.mean
    beside = f"working hours' mean {load.mean:.2f}/s; all on the first day: {before.peak:.1f}/s"
    met = ratio <= _MOST_UNEVEN
    return Row(what, f"{load.peak:.2f}/s", beside, f"{ratio:.2f} x mean", "<= 1.5 x mean", met)


def _simulated(
    triggers: Sequence[Trigger], clients: int, *, spread: bool
) -> Sequence[tuple[Plan, Load]]:
    """Without and with outages."""
    name = "spread" if spread else "at once"
    plan = Plan(name, triggers, spread=spread)
    load = simulate(plan, clients)
    failing = replace(plan, name=f"{name}, CA down", outages=worst_outages(load))
    return [(plan, load), (failing, simulate(failing, clients))]


def main(arguments: Sequence[str]) -> int:
    """Prints the table and draws the chart; returns 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=_ABOUT)
    parser.add_argument("clients", type=int, nargs="?", default=CLIENTS)
    parser.add_argument("--chart", type=Path, help="write the chart (PNG) into this file")
    options = parser.parse_args(arguments)
    loads = [
        *_simulated(NOON, options.clients, spread=False),
        *_simulated(TWICE, options.clients, spread=True),
    ]
    Console().print(_table(options.clients, loads))
    if options.chart:
        (_, before), (_, after) = loads[0], loads[2]
        draw(options.chart, [("before", _rates(before)), ("after", _rates(after))], after.mean)
    (_, spread), (_, worst) = loads[2:]
    missed = spread.lapsed + worst.lapsed > 0 or worst.late > worst.off
    return int(missed or max(spread.peak, worst.peak) > _MOST_UNEVEN * spread.mean)


def _rates(load: Load) -> Sequence[tuple[datetime, float]]:
    """Requests per second of the second batch, whose holidays are the longest."""
    begin = datetime.combine(OPENINGS[1], time(), TOKYO)
    moments = (begin + BIN * number for number in range(timedelta(days=22) // BIN))
    return [(moment, load.per_second(load.served[moment])) for moment in moments]


def _table(clients: int, loads: Sequence[tuple[Plan, Load]]) -> Table:
    table = Table(title=f"{clients} simulated clients; requests/s for a million", box=None)
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    for plan, load in loads:
        lapsed = f"{load.lapsed} ({load.unused})"
        rates = (f"{rate:.2f}" for rate in (load.peak, load.mean, load.peak / load.mean))
        table.add_row(plan.name, *rates, str(load.renewed), lapsed, *_recovery(load))
    return table


def _recovery(load: Load) -> Sequence[str]:
    if not load.delays:
        return ("", "", "", "")
    delays = sorted(load.delays)
    last = f"{delays[len(delays) * 99 // 100] / timedelta(hours=1):.0f}"
    return (str(load.failed), last, f"{load.late} ({load.off})", str(load.slow))


_ABOUT = "Simulates the unattended renewals of many computers."
_COLUMNS = (
    *("jobs", "peak/s", "mean/s", "peak/mean", "renewed", "lapsed (PC off)", "failed"),
    *("99 % after (h)", "late (PC off)", "slow"),
)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Simulates the unattended renewals of a million computers: `python -m benchmarks.fleet`.

80,000 of them by default; the rates are scaled up.

When each computer renews is decided by the program's own code (`model.lifecycle`,
`model.spreading`, `enrollment.backoff`); computers, their hours and the CA are simulated, in
simulated time, with a fixed seed. The bank issued all certificates on four days of the year, so
that their times for renewal begin on four days, three of them shortly before long holidays.

Computers: 85 % are on in the office (from 8:30-9:30 to 17:15-19:00, 5 % of the days not), 10 % are
used for two to six hours on three of five working days, 5 % never go off. Nothing but these runs at
night, on weekends and holidays. A run that a computer missed is made up for 10 minutes after it
starts (StartWhenAvailable, Persistent). One of 50 requests is answered with checkAfter. A CA that
is down answers 503 with Retry-After; it is down for the four hours in which most would renew, once
for each of the four days of issue.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.fleet_chart import draw
from benchmarks.renewal_years import practice_bank
from certclient.enrollment.backoff import MAX_ATTEMPTS, pause_after
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import TOKYO
from certclient.model.lifecycle import DEFAULT_RENEWAL, Lifecycle, lifecycle_of
from certclient.model.spreading import is_turn, is_urgent, tries_again

FLEET, CLIENTS, SEED = 1_000_000, 80_000, 2027
CHART = Path(__file__).parents[1] / "docs" / "fleet-load.png"
OPENINGS = (date(2027, 2, 1), date(2027, 4, 19), date(2027, 7, 30), date(2027, 12, 20))
"""The first day of renewal of each batch; the last three before holidays of many days."""
HOLIDAYS = frozenset(
    {date(2027, 2, 11), date(2027, 2, 23), date(2027, 4, 29), date(2027, 4, 30)}
    | {date(2027, 5, day) for day in (3, 4, 5)}
    | {date(2027, 8, day) for day in (11, 12, 13)}
    | {date(2027, 12, day) for day in (29, 30, 31)}
    | {date(2028, 1, day) for day in (3, 10)}
)
BIN = timedelta(hours=1)
"""Requests per second are averages of this time."""
OUTAGE = timedelta(hours=4)
_LIFETIME = timedelta(days=365)
_PATIENCE = 60.0
"""`--wait`: how many seconds one run waits for the CA."""
_BUSY = CertclientError(ErrorCode.SERVER_BUSY, host="ca", status="503", retry_after="10")
_WAITING = 0.02
_WORK = (time(9), time(17))

Trigger = tuple[time, timedelta]
NOON: Sequence[Trigger] = ((time(12), timedelta(hours=2)),)
TWICE: Sequence[Trigger] = (
    (time(10), timedelta(hours=3, minutes=30)),
    (time(13, 30), timedelta(hours=3, minutes=30)),
)
"""As in installer/policy/renew-task.xml: start and random delay."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How jobs are scheduled. `outages`: when the CA goes down, for `OUTAGE` each."""

    name: str
    triggers: Sequence[Trigger]
    spread: bool
    outages: tuple[datetime, ...] = ()

    def outage_at(self, moment: datetime) -> datetime | None:
        """The begin of the outage at `moment`; None if the CA is up."""
        return next((one for one in self.outages if one <= moment < one + OUTAGE), None)


@dataclass
class Load:
    """What happened. `delays`: from the end of an outage to a renewal that it made fail."""

    clients: int = 0
    served: Counter[datetime] = field(default_factory=Counter)
    renewed: int = 0
    lapsed: int = 0
    unused: int = 0
    """Of the lapsed ones: the computer was not on for any run when every run renews."""
    failed: int = 0
    delays: list[timedelta] = field(default_factory=list)
    late: int = 0
    """Renewed after the next working day, after an outage."""

    @property
    def peak(self) -> float:
        """Requests per second in the busiest time, for a million clients."""
        return self.per_second(max(self.served.values()))

    @property
    def mean(self) -> float:
        """Requests per second if all were spread evenly over the working hours of the first halves
        of the times for renewal, for a million clients."""
        days = sum(len(calm_days(opening)) for opening in OPENINGS)
        hours = _WORK[1].hour - _WORK[0].hour
        bins = days * (timedelta(hours=hours) / BIN)
        return self.per_second(sum(self.served.values()) / bins)

    def per_second(self, requests: float) -> float:
        """Requests of one `BIN` as requests per second of a million clients."""
        return requests / BIN.total_seconds() * FLEET / self.clients


def is_working_day(day: date) -> bool:
    """Whether offices are open."""
    return day.weekday() < 5 and day not in HOLIDAYS


def calm_days(opening: date) -> Sequence[date]:
    """The working days of the first half of a time for renewal."""
    days = (opening + timedelta(days=number) for number in range(15))
    return [day for day in days if is_working_day(day)]


def next_working_day(day: date) -> date:
    """The first working day after `day`."""
    day += timedelta(days=1)
    return day if is_working_day(day) else next_working_day(day)


@dataclass
class Client:
    """One computer with its certificate."""

    plan: Plan
    certificate: Certificate
    chance: random.Random
    name: str
    load: Load
    _failed: datetime | None = None
    _outage: datetime | None = None
    _waiting: bool = False

    def live(self, opening: date) -> None:
        """Lives through the time for renewal."""
        used = False
        for now in self._runs(opening, self.chance.random()):
            life = lifecycle_of(self.certificate, now, DEFAULT_RENEWAL)
            if now > life.deadline:
                break
            used = used or is_urgent(life, now)
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
        waited = 0.0
        for attempt in range(MAX_ATTEMPTS):
            moment = now + timedelta(seconds=waited)
            outage = self.plan.outage_at(moment)
            if outage is None:
                return self._answered(moment)
            pause = pause_after(_BUSY, attempt, self.chance.randbytes)
            if pause is None or waited + pause > _PATIENCE:
                break
            waited += pause
        self.load.failed += self._failed is None
        self._failed, self._outage = now, outage
        return False

    def _answered(self, now: datetime) -> bool:
        self.load.served[now - (now - _EPOCH) % BIN] += 1
        if self._outage is not None:
            end = self._outage + OUTAGE
            self.load.delays.append(now - end)
            self.load.late += now.date() > next_working_day(end.date())
            self._outage = None
        self._waiting = not self._waiting and self.chance.random() < _WAITING
        return not self._waiting

    def _runs(self, opening: date, kind: float) -> Iterator[datetime]:
        """The moments at which the job runs."""
        missed, triggers = False, self.plan.triggers
        for number in range(32):
            start = datetime.combine(opening, time(), TOKYO) + timedelta(days=number)
            planned = [_at(start, one, self.chance.random() * delay) for one, delay in triggers]
            on, off = self._hours(start, kind)
            if missed or any(moment < on for moment in planned):
                made_up = on + timedelta(minutes=10)
                if made_up < off:
                    yield made_up
                    missed = False
            yield from (moment for moment in planned if on <= moment < off)
            missed = missed or any(moment >= off for moment in planned)

    def _hours(self, day: datetime, kind: float) -> tuple[datetime, datetime]:
        """When the computer is on; the same moment twice if it is not."""
        if kind < 0.05:
            return day, day + timedelta(days=1)
        rare = kind < 0.15
        if not is_working_day(day.date()) or self.chance.random() < (0.4 if rare else 0.05):
            return day, day
        if rare:
            on = day + timedelta(hours=9 + 6 * self.chance.random())
            return on, on + timedelta(hours=2 + 4 * self.chance.random())
        on = day + timedelta(hours=8.5 + self.chance.random())
        return on, day + timedelta(hours=17.25 + 1.75 * self.chance.random())


_EPOCH = datetime(2027, 1, 1, tzinfo=TOKYO)


def _at(day: datetime, start: time, delay: timedelta) -> datetime:
    return day + timedelta(hours=start.hour, minutes=start.minute) + delay


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


def main(arguments: Sequence[str]) -> int:
    """Prints the table and draws the chart; returns 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=_ABOUT)
    parser.add_argument("clients", type=int, nargs="?", default=CLIENTS)
    parser.add_argument("--chart", type=Path, help="write the chart (PNG) into this file")
    options = parser.parse_args(arguments)
    loads: list[tuple[Plan, Load]] = []
    for plan in (Plan("at once", NOON, spread=False), Plan("spread", TWICE, spread=True)):
        loads.append((plan, simulate(plan, options.clients)))
        failing = replace(plan, name=f"{plan.name}, CA down", outages=worst_outages(loads[-1][1]))
        loads.append((failing, simulate(failing, options.clients)))
    Console().print(_table(options.clients, loads))
    if options.chart:
        (_, before), (_, after) = loads[0], loads[2]
        draw(options.chart, [("before", _rates(before)), ("after", _rates(after))], after.mean)
    (_, spread), (_, worst) = loads[2:]
    return int(worst.lapsed > worst.unused or spread.peak > 1.5 * spread.mean)


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
        delays = sorted(load.delays)
        last = f"{delays[len(delays) * 99 // 100] / timedelta(hours=1):.0f}" if delays else ""
        table.add_row(
            *(plan.name, f"{load.peak:.2f}", f"{load.mean:.2f}", f"{load.peak / load.mean:.2f}"),
            *(
                str(load.renewed),
                f"{load.lapsed} ({load.unused})",
                str(load.failed),
                last,
                str(load.late),
            ),
        )
    return table


_ABOUT = "Simulates the unattended renewals of many computers."
_COLUMNS = (
    *("jobs", "peak/s", "mean/s", "peak/mean", "renewed", "lapsed (PC off)", "failed"),
    *("99 % recovered after (h)", "later than next working day"),
)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

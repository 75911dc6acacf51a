"""The simulated computers of `benchmarks.fleet`: when they are on, and when their jobs run."""

from __future__ import annotations

import enum
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from certclient.model.japan_time import TOKYO

HOLIDAYS = frozenset(
    {date(2027, 2, 11), date(2027, 2, 23), date(2027, 4, 29), date(2027, 4, 30)}
    | {date(2027, 5, day) for day in (3, 4, 5)}
    | {date(2027, 8, day) for day in (11, 12, 13)}
    | {date(2027, 12, day) for day in (29, 30, 31)}
    | {date(2028, 1, day) for day in (3, 10)}
)

Trigger = tuple[time, timedelta]
NOON: Sequence[Trigger] = ((time(12), timedelta(hours=2)),)
TWICE: Sequence[Trigger] = (
    (time(10), timedelta(hours=3, minutes=30)),
    (time(13, 30), timedelta(hours=3, minutes=30)),
)
"""As in installer/policy/renew-task.xml and systemd's timers: start and random delay."""


class Use(enum.Enum):
    """How much a computer is on."""

    OFFICE = enum.auto()
    RARE = enum.auto()
    ONE_HOUR = enum.auto()
    ALWAYS = enum.auto()


SHARES = {Use.OFFICE: 80, Use.RARE: 10, Use.ONE_HOUR: 5, Use.ALWAYS: 5}
"""In per cent of all."""


def is_working_day(day: date) -> bool:
    """Whether offices are open."""
    return day.weekday() < 5 and day not in HOLIDAYS


def next_working_day(day: date) -> date:
    """The first working day after `day`."""
    day += timedelta(days=1)
    return day if is_working_day(day) else next_working_day(day)


@dataclass(frozen=True, slots=True)
class Computer:
    """One computer. `linux`: systemd's timers, else Windows' Task Scheduler."""

    use: Use
    linux: bool
    chance: random.Random

    @classmethod
    def drawn(cls, chance: random.Random) -> Computer:
        """One of the fleet; one of ten has Linux."""
        (use,) = chance.choices(list(SHARES), list(SHARES.values()))
        return cls(use, chance.random() < 0.1, chance)

    def runs(self, opening: date, triggers: Sequence[Trigger]) -> Iterator[datetime]:
        """The moments at which the job runs, in 32 days."""
        missed = False
        for number in range(32):
            start = datetime.combine(opening, time(), TOKYO) + timedelta(days=number)
            on, off = self._hours(start)
            planned = [self._planned(start, trigger) for trigger in triggers]
            caught_up = self._catches_up(on, missed or any(moment < on for moment in planned))
            found = [moment for moment in (*caught_up, *planned) if on <= moment < off]
            yield from sorted(found)
            missed = (missed and not found) or any(moment >= off for moment in planned)

    def _planned(self, day: datetime, trigger: Trigger) -> datetime:
        start, delay = trigger
        return day + timedelta(hours=start.hour, minutes=start.minute) + self._up_to(delay)

    def _catches_up(self, on: datetime, missed: bool) -> Sequence[datetime]:
        """When the job runs because the computer has started.

        Windows (StartWhenAvailable): 10 minutes later, if a run was missed. Linux: 10 to 20 minutes
        later (OnStartupSec, RandomizedDelaySec); what Persistent adds to that is left out.
        """
        if self.linux:
            return [on + timedelta(minutes=10) + self._up_to(timedelta(minutes=10))]
        return [on + timedelta(minutes=10)] if missed else []

    def _hours(self, day: datetime) -> tuple[datetime, datetime]:
        """When the computer is on; the same moment twice if it is not."""
        if self.use is Use.ALWAYS:
            return day, day + timedelta(days=1)
        off = 0.4 if self.use is Use.RARE else 0.05
        if not is_working_day(day.date()) or self.chance.random() < off:
            return day, day
        if self.use is Use.OFFICE:
            on = day + timedelta(hours=8.5) + self._up_to(timedelta(hours=1))
            return on, day + timedelta(hours=17.25) + self._up_to(timedelta(hours=1.75))
        if self.use is Use.ONE_HOUR:
            on = day + timedelta(hours=8.5) + self._up_to(timedelta(hours=9))
            return on, on + timedelta(hours=1)
        on = day + timedelta(hours=9) + self._up_to(timedelta(hours=6))
        return on, on + timedelta(hours=2) + self._up_to(timedelta(hours=4))

    def _up_to(self, most: timedelta) -> timedelta:
        return most * self.chance.random()

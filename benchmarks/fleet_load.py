"""How `benchmarks.fleet` schedules jobs, and the load that a CA gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from benchmarks.fleet_computers import Trigger, is_working_day

FLEET = 1_000_000
OPENINGS = (date(2027, 2, 1), date(2027, 4, 19), date(2027, 7, 30), date(2027, 12, 20))
"""The first day of renewal of each batch; the last three before holidays of many days."""
BIN = timedelta(hours=1)
"""Requests per second are averages of this time."""
OUTAGE = timedelta(hours=4)
_WORK = (time(9), time(17))


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
    """Of the lapsed ones: the computer was on for no run when every run renews."""
    failed: int = 0
    delays: list[timedelta] = field(default_factory=list)
    late: int = 0
    """Renewed after the next working day, after an outage."""
    off: int = 0
    """Of the late ones: the job did not run on the next working day."""
    slow: int = 0
    """Of the late ones: not renewed on the first later day on which the job ran."""

    def recovered(self, *, ran: bool = False) -> float:
        """Of the failed ones, the share renewed by the end of the next working day. `ran`: counting
        only computers whose job ran on that day."""
        late, of = self.late, len(self.delays)
        if ran:
            late, of = late - self.off, of - self.off
        return 1 - late / of if of else 1.0

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


def calm_days(opening: date) -> Sequence[date]:
    """The working days of the first half of a time for renewal."""
    days = (opening + timedelta(days=number) for number in range(15))
    return [day for day in days if is_working_day(day)]

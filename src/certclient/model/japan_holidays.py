"""On which days few computers of Japanese offices are on, as far as a calendar can say.

Only evenness depends on it, so it needs no updates: a law that moves a holiday, or a company with a
calendar of its own, makes some renewals come on another day of the same time for renewal. Source:
the law of national holidays (国民の祝日に関する法律), and the customs of most companies.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_ONE_DAY = timedelta(days=1)
_FIXED = (
    *((1, 1), (2, 11), (2, 23), (4, 29), (5, 3), (5, 4), (5, 5)),
    *((8, 11), (11, 3), (11, 23)),
)
_MONDAYS = ((1, 2), (7, 3), (9, 3), (10, 2))
"""Month, and which of its Mondays."""
_CUSTOMARY = (
    *((12, 29), (12, 30), (12, 31), (1, 2), (1, 3)),
    *((8, 12), (8, 13), (8, 14), (8, 15)),
)
"""Around New Year, and お盆: many companies close then."""


def is_day_off(day: date) -> bool:
    """Whether most offices are closed: weekends, holidays, customary days, and a single day between
    two such days (a "bridge", such as a Friday after a holiday)."""
    if _is_closed(day):
        return True
    if day in (date.min, date.max):
        return False
    return _is_closed(day - _ONE_DAY) and _is_closed(day + _ONE_DAY)


@lru_cache(maxsize=4096)
def working_days(begin: date, end: date) -> int:
    """How many days from `begin` to before `end` are no day off; 0 if `end` is earlier."""
    days = (begin + timedelta(days=number) for number in range((end - begin).days))
    return sum(not is_day_off(day) for day in days)


def working_day_from(day: date) -> date:
    """`day`, or the first one after it that is no day off."""
    while is_day_off(day) and day < date.max:
        day += _ONE_DAY
    return day


def national_holidays(year: int) -> frozenset[date]:
    """The national holidays of `year`, with their substitutes (振替休日).

    The equinoxes are computed by the usual formula, which is exact from 1980 to 2099. The rare
    citizens' holiday between two others is a bridge: see `is_day_off`.
    """
    days = {date(year, month, day) for month, day in _FIXED}
    days |= {_monday(year, month, number) for month, number in _MONDAYS}
    days |= {date(year, 3, _equinox(year, 20.8431)), date(year, 9, _equinox(year, 23.2488))}
    for sunday in [day for day in sorted(days) if day.weekday() == 6]:
        substitute = sunday
        while substitute in days:
            substitute += _ONE_DAY
        days.add(substitute)
    return frozenset(days)


@lru_cache(maxsize=4096)
def _is_closed(day: date) -> bool:
    customary = (day.month, day.day) in _CUSTOMARY
    return day.weekday() >= 5 or customary or day in _holidays(day.year)


_holidays = lru_cache(maxsize=16)(national_holidays)


def _monday(year: int, month: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7 + 7 * (number - 1))


def _equinox(year: int, base: float) -> int:
    """The day of March or September."""
    since = year - 1980
    day = int(base + 0.242194 * since - since // 4)
    return min(max(day, 19), 24)

"""Calendar days in Japan, in arithmetic that cannot fail.

A certificate may end in the year 9999 ("no expiry", RFC 5280, 4.1.2.5) or begin in the year 1;
Python's own arithmetic raises OverflowError there.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

TOKYO = timezone(timedelta(hours=9), "JST")
"""The time zone of every calendar day that certclient counts or shows.

Japan has had no daylight saving time since 1951, and no certificate is older; so no time zone
database is needed, which slim containers and Windows lack.
"""

_FIRST = datetime.min.replace(tzinfo=TOKYO)
_LAST = datetime.max.replace(microsecond=0, tzinfo=TOKYO)


def in_tokyo(moment: datetime) -> datetime:
    """`moment` (aware) in Asia/Tokyo; the nearest that Python can hold, where it cannot hold it."""
    try:
        return moment.astimezone(TOKYO)
    except OverflowError:
        return _FIRST if moment.year == 1 else _LAST


def day_in_tokyo(moment: datetime) -> date:
    """The calendar day of `moment` (aware) in Japan."""
    return in_tokyo(moment).date()


def clock_time(moment: datetime) -> str:
    """The hour and minute of `moment` (aware) in Japan: 9:00, 23:59."""
    local = in_tokyo(moment)
    return f"{local.hour}:{local.minute:02}"


def days_after(day: date, days: int) -> date:
    """The day `days` later, or earlier if negative; the first or last that Python can hold."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def later(moment: datetime, pause: timedelta) -> datetime:
    """`moment` (aware) moved by `pause`; unmoved where Python cannot hold the result."""
    try:
        return moment + pause
    except OverflowError:
        return moment

"""When a scheduled job renews: spread over the first half of the time for renewal.

Certificates that a bank issued on one day become due on one day. If every job renewed its
certificate on the first run, the CA would get the requests of a year within two hours. Instead,
each certificate has its own half of a working day, by a hash of itself: the answer is the same on
each run and on each computer. Days off that the calendar knows are not counted: the spreading ends
as much later. If the computer is off in that half-day, the certificate draws in each later one,
with a chance of one half, so that the first morning after a company's holiday is no peak. Days and
hours are Japan's.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta

from certclient.model.certificate import Certificate
from certclient.model.japan_holidays import is_day_off, working_day_from, working_days
from certclient.model.japan_time import in_tokyo, later
from certclient.model.lifecycle import Lifecycle

RESERVE = timedelta(days=10)
"""The last days of a window, in which every run renews: longer than a row of holidays."""
_LAST = timedelta(days=5)
"""The last days, in which the hour does not matter, either."""
_MORNING = time(10)
"""Before it, computers start, all at about the same time, and catch up on runs they missed."""
_EARLY_SHARE = 1 / 4
"""Of a morning's renewals, those for the time before `_MORNING`, about an hour of four. A computer
that is on in no other hour has this chance only."""
_AFTERNOON = time(13, 30)
_MISSED_SHARE = 1 / 2
"""Of the certificates whose half-day has passed, those renewed in each later one."""
_SAME_DAY_SHARE, _NEXT_MORNING_SHARE = 1 / 3, 1 / 2
"""Of the failed requests, those repeated in the afternoon of that day, and in a later morning."""
_LONG_FAILED = 3
"""In working days: a request that failed so long ago is repeated at any hour."""


def is_turn(certificate: Certificate, life: Lifecycle, now: datetime) -> bool:
    """Whether a scheduled job renews `certificate` at `now` (aware).

    `life`: of this certificate, in whose time for renewal `now` lies. True from 10:00 on in the
    last third of that time and in its last 10 days; always in its last 5 days, and for a time for
    renewal of up to 10 days.
    """
    if is_urgent(life, now):
        return True
    identity = certificate.issuer + certificate.serial_hex.encode()
    until_always = _half_days(life.opens, _always_from(life))
    spread = max(1, min(until_always, _half_days_of(life.deadline - life.opens) // 2))
    passed = _half_days(life.opens, now)
    own = int(_fraction(identity) * spread)
    if passed < own:
        return False
    chance = _MISSED_SHARE if own < passed < spread else 1.0
    return _draw(identity, now) < chance * _share(now)


def is_urgent(life: Lifecycle, now: datetime) -> bool:
    """Whether every run renews: see `is_turn`. `now` is aware."""
    always = _always_from(life)
    if always <= life.opens or now >= later(life.deadline, -_LAST):
        return True
    return now >= always and in_tokyo(now).time() >= _MORNING


def tries_again(procedure_id: str, failed: datetime, now: datetime) -> bool:
    """Whether a scheduled job repeats at `now` a request that the CA could not answer.

    `failed`: when it last failed (both aware). Not in the same half-day, whatever the CA has asked
    for (Retry-After); a third of them in the afternoon of the same day, half of the others in the
    morning of a later day, all in the afternoon of a later day: a CA that comes back is not asked
    by all at once, not on the first morning after a holiday, either. The hash is of the procedure.
    """
    if _half_day(now) == _half_day(failed):
        return False
    begin, today = in_tokyo(failed).date(), in_tokyo(now).date()
    if working_days(begin, today) >= _LONG_FAILED:
        return True
    if today > begin and in_tokyo(now).time() >= _AFTERNOON:
        return True
    chance = _NEXT_MORNING_SHARE if today > begin else _SAME_DAY_SHARE
    return _draw(procedure_id.encode(), now) < chance * _share(now)


def _share(now: datetime) -> float:
    return _EARLY_SHARE if in_tokyo(now).time() < _MORNING else 1


def _always_from(life: Lifecycle) -> datetime:
    last_third = later(life.opens, (life.deadline - life.opens) * 2 / 3)
    return min(last_third, later(life.deadline, -RESERVE))


def _half_days_of(window: timedelta) -> int:
    """How many half-days a time without holidays has, in whole working days."""
    return window.days * 5 // 7 * 2


def _half_days(begin: datetime, end: datetime) -> int:
    """How many half-days begin from that of `begin` to before that of `end`."""
    (first, later_half), (last, ends_later) = _half_day(begin), _half_day(end)
    return 2 * working_days(first, last) + ends_later - later_half


def _half_day(moment: datetime) -> tuple[date, bool]:
    """The working day, and whether it is its second half.

    A day off counts as the morning of the next working day: computers that run then are few.
    """
    local = in_tokyo(moment)
    if is_day_off(local.date()):
        return working_day_from(local.date()), False
    return local.date(), local.time() >= _AFTERNOON


def _draw(identity: bytes, now: datetime) -> float:
    """From 0 to 1, evenly distributed, the same for all of a half-day."""
    day, second = _half_day(now)
    return _fraction(identity + f" {day.isoformat()} {second:d}".encode("ascii"))


def _fraction(text: bytes) -> float:
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") / 2**64

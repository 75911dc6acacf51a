"""When a scheduled job renews: spread over the first half of the time for renewal.

Certificates that a bank issued on one day become due on one day. If every job renewed its
certificate on the first run, the CA would get the requests of a year within two hours. Instead,
each certificate draws in each half of a working day, by a hash of itself and of that half-day: the
answer is the same on each run and on each computer. A half-day that was missed (computer off, a
holiday) is not made up for at once, but drawn again in those that remain, so that the first morning
after a holiday is no peak. Days and hours are Japan's.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta

from certclient.model.certificate import Certificate
from certclient.model.japan_time import in_tokyo, later
from certclient.model.lifecycle import Lifecycle

RESERVE = timedelta(days=10)
"""The last days of a window, in which every run renews: longer than a row of holidays."""
_LAST = timedelta(days=5)
"""The last days, in which the hour does not matter, either."""
_MORNING = time(10)
"""Before it, computers start, all at about the same time, and catch up on runs they missed."""
_AFTERNOON = time(13, 30)
_MOST_EVEN = 6
"""In half-days: after holidays at the end of the first half, the rest is spread over as many."""


def is_turn(certificate: Certificate, life: Lifecycle, now: datetime) -> bool:
    """Whether a scheduled job renews `certificate` at `now` (aware).

    `life`: of this certificate, in whose time for renewal `now` lies. True from 10:00 on in the
    last third of that time and in its last 10 days; always in its last 5 days, and for a time for
    renewal of up to 10 days.
    """
    if is_urgent(life, now):
        return True
    if in_tokyo(now).time() < _MORNING:
        return False
    always = _always_from(life)
    half = later(life.opens, (life.deadline - life.opens) / 2)
    end = min(half, always)
    least = max(1, min(_half_day(always) - _half_day(now), _MOST_EVEN))
    remaining = max(_half_day(end) - _half_day(now), least)
    identity = certificate.issuer + certificate.serial_hex.encode()
    return _draw(identity, now) * remaining < 1


def is_urgent(life: Lifecycle, now: datetime) -> bool:
    """Whether every run renews: see `is_turn`. `now` is aware."""
    always = _always_from(life)
    if always <= life.opens or now >= later(life.deadline, -_LAST):
        return True
    return now >= always and in_tokyo(now).time() >= _MORNING


def tries_again(procedure_id: str, failed: datetime, now: datetime) -> bool:
    """Whether a scheduled job repeats at `now` a request that the CA could not answer.

    `failed`: when it last failed (both aware). Half of them are repeated in each half-day, all of
    them from the afternoon of the next working day on, so that a CA that comes back is not asked by
    all at once. The hash is of the procedure.
    """
    if in_tokyo(now).time() < _MORNING:
        return False
    next_afternoon = _half_day(failed) // 2 * 2 + 3
    if _half_day(now) >= next_afternoon:
        return True
    return _draw(procedure_id.encode(), now) < 1 / 2


def _always_from(life: Lifecycle) -> datetime:
    last_third = later(life.opens, (life.deadline - life.opens) * 2 / 3)
    return min(last_third, later(life.deadline, -RESERVE))


def _half_day(moment: datetime) -> int:
    """The number of the half-day since the year 1; mornings are even.

    Saturday and Sunday count as the Monday that follows: computers that run then are few.
    """
    local = in_tokyo(moment)
    weeks, day = divmod(local.toordinal() - 1, 7)
    return (weeks * 5 + min(day, 5)) * 2 + (local.time() >= _AFTERNOON)


def _draw(identity: bytes, now: datetime) -> float:
    """From 0 to 1, evenly distributed, the same for all of a half-day."""
    text = identity + b" " + str(_half_day(now)).encode("ascii")
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") / 2**64

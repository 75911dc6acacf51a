"""Decides whether a certificate can be renewed today, in whole calendar days in Asia/Tokyo.

The limits come from the bank's profile (seeds S0, S1, S3: 30 days before, 90 days after); the CA
has the final say.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from certclient.model.certificate import TOKYO


class Stage(enum.Enum):
    """The stages of a certificate.

    NOT_YET: too early to renew. RENEWABLE: renew with the certificate itself. OBTAINABLE: expired,
    obtain a new one with an issue code. TOO_LATE: only the branch can help.
    """

    NOT_YET = "not-yet"
    RENEWABLE = "renewable"
    OBTAINABLE = "obtainable"
    TOO_LATE = "too-late"


@dataclass(frozen=True, slots=True)
class RenewalPolicy:
    """A bank's limits in calendar days, counted from the expiry date in Japan."""

    renew_days_before: int = 30
    obtain_days_after: int = 90


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The stage of a certificate. `days_left` is negative after the expiry date.

    `renew_from` is the first day of renewal, `deadline` the last minute of validity (aware,
    Asia/Tokyo), `obtain_until` the last day on which a new certificate can be obtained.
    """

    stage: Stage
    days_left: int
    renew_from: date
    deadline: datetime
    obtain_until: date


def lifecycle(not_after: datetime, now: datetime, policy: RenewalPolicy) -> Lifecycle:
    """Computes the Lifecycle at `now` of a certificate that expires at `not_after` (both aware).

    On the expiry date it is renewable up to the last moment; after that its signature no longer
    counts, and a new certificate has to be obtained.
    """
    end = not_after.astimezone(TOKYO)
    days_left = (end.date() - now.astimezone(TOKYO).date()).days
    return Lifecycle(
        stage=_stage(days_left, now > not_after, policy),
        days_left=days_left,
        renew_from=end.date() - timedelta(days=policy.renew_days_before),
        deadline=end.replace(second=0, microsecond=0),
        obtain_until=end.date() + timedelta(days=policy.obtain_days_after),
    )


def _stage(days_left: int, expired: bool, policy: RenewalPolicy) -> Stage:
    if not expired:
        return Stage.RENEWABLE if days_left <= policy.renew_days_before else Stage.NOT_YET
    return Stage.OBTAINABLE if -days_left <= policy.obtain_days_after else Stage.TOO_LATE

"""Decides whether a certificate can be renewed today, in whole calendar days in Asia/Tokyo.

The limits come from the bank's profile (seeds S0, S1, S3: 30 days before, 90 days after); the CA
has the final say.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from certclient.model.certificate import Certificate
from certclient.model.japan_time import day_in_tokyo, days_after, in_tokyo, later


class Stage(enum.Enum):
    """The stages of a certificate.

    NOT_YET: too early to renew. RENEWABLE: renew with the certificate itself. OBTAINABLE: expired,
    obtain a new one with an issue code. TOO_LATE: only the branch can help.
    """

    NOT_YET = "not-yet"
    RENEWABLE = "renewable"
    OBTAINABLE = "obtainable"
    TOO_LATE = "too-late"


RENEW_DAYS = (1, 366)
OBTAIN_DAYS = (0, 3660)
"""The days (smallest, largest) that a profile may set."""


@dataclass(frozen=True, slots=True)
class RenewalPolicy:
    """A bank's limits in calendar days, counted from the expiry date in Japan.

    The window for renewal is never more than a third of the certificate's own lifetime, in whole
    days: else a short-lived certificate would be due again as soon as it is renewed.
    """

    renew_days_before: int = 30
    obtain_days_after: int = 90


DEFAULT_RENEWAL = RenewalPolicy()
"""The limits of a bank that names none (seeds S0, S1, S3)."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The stage of a certificate. `days_left` is negative after the expiry date.

    `renew_from` is the first day of renewal, `deadline` the last minute of validity (aware,
    Asia/Tokyo), `obtain_until` the last day on which a new certificate can be obtained.
    `short_lived`: renewal begins later than `renew_days_before`, at the last third of its lifetime.
    `begins`: the first day of validity if it has not come yet, else None.
    """

    stage: Stage
    days_left: int
    renew_from: date
    deadline: datetime
    obtain_until: date
    short_lived: bool = False
    begins: date | None = None

    @property
    def renew_days(self) -> int:
        """The length of the window for renewal in days, at least 1."""
        return max((self.deadline.date() - self.renew_from).days, 1)


def lifecycle_of(certificate: Certificate, now: datetime, policy: RenewalPolicy) -> Lifecycle:
    """The Lifecycle of `certificate` at `now` (aware)."""
    return lifecycle(certificate.not_after, now, policy, certificate.not_before)


def lifecycle(
    not_after: datetime, now: datetime, policy: RenewalPolicy, not_before: datetime | None = None
) -> Lifecycle:
    """Computes the Lifecycle at `now` of a certificate that expires at `not_after` (all aware).

    On the expiry date it is renewable up to the last moment; after that its signature no longer
    counts, and a new certificate has to be obtained. Without `not_before`, its lifetime is taken to
    be long.
    """
    end = in_tokyo(not_after)
    days_left = (end.date() - day_in_tokyo(now)).days
    third = _third(not_before, not_after)
    days = policy.renew_days_before if third is None else min(policy.renew_days_before, third.days)
    renew_from, due = days_after(end.date(), -days), days_left <= days
    if third is not None and not third.days:
        # Shorter than three days: by the day, it could be due as soon as it is issued.
        moment = later(not_after, -third)
        renew_from, due = day_in_tokyo(moment), now >= moment
    return Lifecycle(
        stage=_stage(days_left, due, now > not_after, policy),
        days_left=days_left,
        renew_from=renew_from,
        deadline=end.replace(second=0, microsecond=0),
        obtain_until=days_after(end.date(), policy.obtain_days_after),
        short_lived=days < policy.renew_days_before,
        begins=day_in_tokyo(not_before) if not_before is not None and now < not_before else None,
    )


def _third(not_before: datetime | None, not_after: datetime) -> timedelta | None:
    """A third of the lifetime; None for an unknown or impossible one."""
    if not_before is None or not_before >= not_after:
        return None
    return (not_after - not_before) / 3


def _stage(days_left: int, due: bool, expired: bool, policy: RenewalPolicy) -> Stage:
    if not expired:
        return Stage.RENEWABLE if due else Stage.NOT_YET
    return Stage.OBTAINABLE if -days_left <= policy.obtain_days_after else Stage.TOO_LATE

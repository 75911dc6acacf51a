"""Decides whether a certificate can be renewed today, in whole calendar days in Asia/Tokyo.

The limits come from the bank's profile (seeds S0, S1, S3: 30 days before, 90 days after); the CA
has the final say.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from certclient.model.certificate import Certificate
from certclient.model.faults import FaultError, Reason
from certclient.model.japan_time import TOKYO, day_in_tokyo, days_after, in_tokyo, later


class Stage(enum.Enum):
    """The stages of a certificate.

    NOT_YET: too early to renew. RENEWABLE: renew with the certificate itself. OBTAINABLE: expired,
    or the bank takes no renewal any more (`Lifecycle.closed`): obtain a new one with an issue code.
    TOO_LATE: only the branch can help.
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
    days: else a short-lived certificate would be due again as soon as it is renewed. `until`: the
    hour in Japan at which renewal closes on the expiry date; None: only with the certificate's end.
    """

    renew_days_before: int = 30
    obtain_days_after: int = 90
    until: time | None = None


DEFAULT_RENEWAL = RenewalPolicy()
"""The limits of a bank that names none (seeds S0, S1, S3)."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The stage of a certificate. `days_left` is negative after the expiry date.

    `renew_from` is the first day of renewal, `opens` its first moment, `deadline` the last minute
    in which it can be renewed, `expires` the last minute of validity (all aware, Asia/Tokyo; these
    two differ only at a bank that closes renewal at an hour of the expiry date), `obtain_until` the
    last day on which a new certificate can be obtained. `closed`: renewal has closed, and the
    certificate still logs in.
    `short_lived`: renewal begins later than `renew_days_before`, at the last third of its lifetime.
    `begins`: the first day of validity if it has not come yet, else None.
    """

    stage: Stage
    days_left: int
    renew_from: date
    opens: datetime
    deadline: datetime
    expires: datetime
    obtain_until: date
    closed: bool = False
    short_lived: bool = False
    begins: date | None = None

    @property
    def renew_days(self) -> int:
        """The length of the window for renewal in days, at least 1."""
        return max((self.deadline.date() - self.renew_from).days, 1)

    @property
    def first(self) -> date | datetime:
        """When renewal begins, for people: a day, or a moment within one (short-lived ones)."""
        return self.opens if self.opens.time() != time() else self.renew_from

    @property
    def renewal_ahead(self) -> bool:
        """Whether the certificate can be renewed, now or later."""
        return self.stage in (Stage.NOT_YET, Stage.RENEWABLE)

    @property
    def closes_early(self) -> bool:
        """Whether renewal closes before the certificate expires."""
        return self.deadline != self.expires


def closing_hour(text: str) -> time | None:
    """The hour of `RenewalPolicy.until` as a profile writes it, `HH:MM`; None for "".

    Raises FaultError: UNTIL_FORM.
    """
    if not text:
        return None
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text, re.ASCII):
        raise FaultError(Reason.UNTIL_FORM, found=text[:80])
    return time.fromisoformat(text)


def hour_text(until: time | None) -> str:
    """The inverse of `closing_hour`."""
    return f"{until:%H:%M}" if until is not None else ""


def lifecycle_of(certificate: Certificate, now: datetime, policy: RenewalPolicy) -> Lifecycle:
    """The Lifecycle of `certificate` at `now` (aware)."""
    return lifecycle(certificate.not_after, now, policy, certificate.not_before)


def lifecycle(
    not_after: datetime, now: datetime, policy: RenewalPolicy, not_before: datetime | None = None
) -> Lifecycle:
    """Computes the Lifecycle at `now` of a certificate that expires at `not_after` (all aware).

    On the expiry date it is renewable up to the last moment, or to `policy.until`; after that, a
    new certificate has to be obtained. Without `not_before`, its lifetime is taken to be long.
    """
    end = in_tokyo(not_after)
    days_left = (end.date() - day_in_tokyo(now)).days
    third = _third(not_before, not_after)
    closing = _closing(not_after, policy, not_before, third)
    days = policy.renew_days_before if third is None else min(policy.renew_days_before, third.days)
    opens = datetime.combine(days_after(end.date(), -days), time(), TOKYO)
    if not_before is not None and third is not None and not third.days:
        # Shorter than three days: by the day, it could be due as soon as it is issued.
        opens = in_tokyo(later(closing, -(closing - not_before) / 3))
    return Lifecycle(
        stage=_stage(days_left, now >= opens, now > closing, policy),
        days_left=days_left,
        renew_from=opens.date(),
        opens=opens,
        deadline=_minute(closing),
        expires=_minute(not_after),
        obtain_until=days_after(end.date(), policy.obtain_days_after),
        closed=closing < now <= not_after,
        short_lived=days < policy.renew_days_before,
        begins=day_in_tokyo(not_before) if not_before is not None and now < not_before else None,
    )


def _closing(
    not_after: datetime,
    policy: RenewalPolicy,
    not_before: datetime | None,
    third: timedelta | None,
) -> datetime:
    """The last moment of renewal.

    An hour before a certificate of some hours has lived for a third of its time does not count: it
    would be renewed again and again.
    """
    if policy.until is None:
        return not_after
    closing = min(datetime.combine(in_tokyo(not_after).date(), policy.until, TOKYO), not_after)
    if not_before is not None and third is not None and closing - not_before < third:
        return not_after
    return closing


def _minute(moment: datetime) -> datetime:
    return in_tokyo(moment).replace(second=0, microsecond=0)


def _third(not_before: datetime | None, not_after: datetime) -> timedelta | None:
    """A third of the lifetime; None for an unknown or impossible one."""
    if not_before is None or not_before >= not_after:
        return None
    return (not_after - not_before) / 3


def _stage(days_left: int, due: bool, over: bool, policy: RenewalPolicy) -> Stage:
    if not over:
        return Stage.RENEWABLE if due else Stage.NOT_YET
    return Stage.OBTAINABLE if -days_left <= policy.obtain_days_after else Stage.TOO_LATE

"""The issued certificate's validity: now, not for too long, and on renewal longer than the old."""

from __future__ import annotations

from datetime import datetime, timedelta

from certclient.enrollment.acceptance.requested import Requested, refused
from certclient.model.certificate import Certificate
from certclient.model.clock_error import CLOCK_LIMIT
from certclient.model.errors import ErrorCode
from certclient.model.japan_time import in_tokyo, later


def check_validity(
    record: Requested, certificate: Certificate, max_days: int, now: datetime
) -> None:
    """Raises ISSUED_EXPIRED, ISSUED_TOO_LONG, ISSUED_NOT_LATER. `now` is aware.

    `max_days`: of the whole validity period (RFC 5280, 4.1.2.5), wherever in it `now` lies.
    """
    # The CA's clock may be ahead of ours by as much as preflight tolerates with a warning.
    if not later(certificate.not_before, -CLOCK_LIMIT) <= now <= certificate.not_after:
        raise refused(ErrorCode.ISSUED_EXPIRED, certificate)
    lifetime = certificate.not_after - certificate.not_before
    if lifetime > timedelta(days=max_days):
        data = {"days": str(lifetime.days), "limit": str(max_days)}
        raise refused(ErrorCode.ISSUED_TOO_LONG, certificate, **data)
    if record.ends_after is not None and certificate.not_after <= record.ends_after:
        ends = {"found": _moment(certificate.not_after), "expected": _moment(record.ends_after)}
        raise refused(ErrorCode.ISSUED_NOT_LATER, certificate, **ends)


def _moment(end: datetime) -> str:
    return f"{in_tokyo(end):%Y-%m-%d %H:%M}"

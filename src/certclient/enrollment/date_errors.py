"""Why a certificate cannot be renewed today, by its dates alone."""

from __future__ import annotations

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Lifecycle, Stage

_BY_STAGE = {
    Stage.NOT_YET: ErrorCode.NOT_YET_RENEWABLE,
    Stage.OBTAINABLE: ErrorCode.EXPIRED_OBTAIN_ANEW,
    Stage.TOO_LATE: ErrorCode.TOO_LATE,
}


CLOCK_MAY_EXPLAIN = frozenset(
    {*_BY_STAGE.values(), ErrorCode.RENEWAL_CLOSED, ErrorCode.RENEWAL_GAINS_NOTHING}
)
"""Errors before a renewal that a wrong clock of this computer can cause."""


def date_error(certificate: Certificate, life: Lifecycle) -> CertclientError | None:
    """NOT_YET_RENEWABLE, RENEWAL_CLOSED, EXPIRED_OBTAIN_ANEW or TOO_LATE; None if it can be
    renewed.

    Data: `serial`; `renew_from`, `obtain_until`, `until` (the end of validity), `closed` (the last
    minute of renewal), in ISO 8601.
    """
    code = ErrorCode.RENEWAL_CLOSED if life.closed else _BY_STAGE.get(life.stage)
    if code is None:
        return None
    return CertclientError(
        code,
        serial=certificate.serial_hex,
        renew_from=life.first.isoformat(),
        obtain_until=life.obtain_until.isoformat(),
        until=life.expires.isoformat(),
        closed=life.deadline.isoformat(),
    )

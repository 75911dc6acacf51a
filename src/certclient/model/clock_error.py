"""The error for a computer whose clock is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from certclient.model.errors import CertclientError, ErrorCode

CLOCK_TOLERANCE = timedelta(minutes=5)
"""A clock error up to this is ignored; Kerberos has the same limit."""

CLOCK_LIMIT = timedelta(hours=1)
"""Beyond this, deadlines, TLS and the validity of a new certificate would be misjudged."""

PROGRAM_MADE = datetime(2026, 11, 1, tzinfo=UTC)
"""No right clock shows an earlier time: this version was made later. Raised with a release."""

_DAY = timedelta(days=1)


def clock_wrong(server_time: datetime | None, now: datetime) -> CertclientError:
    """CLOCK_WRONG with data `local`, `server` (ISO 8601, UTC, to the minute) and `days` of error.

    Both times are aware. `server_time` is None if it is unknown by how much `now` is wrong.
    """
    data = {"local": _iso_minute(now)}
    if server_time is not None:
        data["server"] = _iso_minute(server_time)
        if days := round(abs(server_time - now) / _DAY):
            data["days"] = str(days)
    return CertclientError(ErrorCode.CLOCK_WRONG, **data)


def _iso_minute(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="minutes")

"""更新できますか？ Checks before a renewal, each of which passes, warns, fails or is skipped.

Nothing here changes anything, and no check asks for a PIN. The messages are i18n/'s matter.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import REQUEST_ALGORITHMS
from certclient.store.base import CertificateStore, StoreSession, Unavailable


@dataclass(frozen=True, slots=True)
class System:
    """What can be asked of the system that the program runs on; None where it knows no such
    question. `remote`: is it used over remote desktop? `card_service`: does the service run
    without which no token is ever seen?"""

    remote: Callable[[], bool] | None = None
    card_service: Callable[[], bool] | None = None


CLOCK_TOLERANCE = timedelta(minutes=5)
"""What a clock may be off without a word; what Kerberos allows as well."""

CLOCK_LIMIT = timedelta(hours=1)
"""From here on deadlines, TLS and the validity of a new certificate are judged wrongly."""


class Check(enum.Enum):
    """What is looked at, in this order."""

    PROXY = "proxy"
    CA_REACHABLE = "ca-reachable"
    TLS_TRUSTED = "tls-trusted"
    CLOCK = "clock"
    STORE = "store"
    MIDDLEWARE = "middleware"
    TOKEN = "token"
    KEY = "key"
    REMOTE_DESKTOP = "remote-desktop"


class Verdict(enum.Enum):
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`error` says why a check failed, what it warns of, or what keeps it from being made."""

    check: Check
    verdict: Verdict
    error: CertclientError | None = None


def clock_skew(server_time: datetime | None, now: datetime) -> CertclientError | None:
    """CLOCK_WRONG (data `server`, `local`: ISO 8601, UTC) if `now` is off by over 5 minutes.

    Both times are aware. None if the clock is right, or if the server sent no time.
    """
    if server_time is None or abs(server_time - now) <= CLOCK_TOLERANCE:
        return None
    return CertclientError(
        ErrorCode.CLOCK_WRONG, server=_iso_minute(server_time), local=_iso_minute(now)
    )


def check_clock(
    server_time: datetime | None, now: datetime, limit: timedelta = CLOCK_LIMIT
) -> None:
    """Raises CertclientError(CLOCK_WRONG) if this computer's clock is off by more than `limit`, an
    hour.

    A smaller error is worth a warning only: see `clock_skew`.
    """
    error = clock_skew(server_time, now)
    if error is not None and server_time is not None and abs(server_time - now) > limit:
        raise error


def _iso_minute(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="minutes")


def clock_result(server_time: datetime | None, now: datetime) -> CheckResult:
    """The clock as a check: a warning above 5 minutes, a failure above an hour."""
    if server_time is None:
        return CheckResult(Check.CLOCK, Verdict.SKIPPED)
    try:
        check_clock(server_time, now)
    except CertclientError as error:
        return CheckResult(Check.CLOCK, Verdict.FAILED, error)
    skew = clock_skew(server_time, now)
    return CheckResult(Check.CLOCK, Verdict.WARNING if skew else Verdict.PASSED, skew)


_CONNECTION = (Check.PROXY, Check.CA_REACHABLE, Check.TLS_TRUSTED)

_MET_AT = {
    ErrorCode.PROXY_UNREACHABLE: Check.PROXY,
    ErrorCode.PROXY_AUTHENTICATION: Check.PROXY,
    ErrorCode.PROXY_SCRIPT: Check.PROXY,
    ErrorCode.TLS_UNTRUSTED: Check.TLS_TRUSTED,
    ErrorCode.TLS_OPENED: Check.TLS_TRUSTED,
}


def connection_results(
    probe: Callable[[], Sequence[CertclientError]],
) -> tuple[CheckResult, ...]:
    """Tries the way to the CA once and tells how far it leads: proxy, server, its TLS certificate.

    `probe` makes one harmless request and raises the transport's CertclientError, or returns what
    is to be warned of. A server that answers with an error of its own has been reached.
    """
    try:
        remarks = {_MET_AT[remark.code]: remark for remark in probe()}
    except CertclientError as error:
        return _stopped(error)
    return tuple(_passed(check, remarks.get(check)) for check in _CONNECTION)


def _passed(check: Check, remark: CertclientError | None) -> CheckResult:
    return CheckResult(check, Verdict.PASSED if remark is None else Verdict.WARNING, remark)


def _stopped(error: CertclientError) -> tuple[CheckResult, ...]:
    """Checks before the one that failed have passed, those behind it were never reached."""
    failed = _CONNECTION.index(_MET_AT.get(error.code, Check.CA_REACHABLE))
    return (
        *(CheckResult(check, Verdict.PASSED) for check in _CONNECTION[:failed]),
        CheckResult(_CONNECTION[failed], Verdict.FAILED, error),
        *(CheckResult(check, Verdict.SKIPPED) for check in _CONNECTION[failed + 1 :]),
    )


def store_result(store: CertificateStore) -> CheckResult:
    """Whether the store can be used now (token present, middleware installed)."""
    state = store.availability()
    if isinstance(state, Unavailable):
        error = CertclientError(state.reason, **state.data)
        return CheckResult(Check.STORE, Verdict.FAILED, error)
    return CheckResult(Check.STORE, Verdict.PASSED)


def remote_result(system: System) -> CheckResult:
    """Over remote desktop, a warning: the key would be made on the far computer."""
    if system.remote is None:
        return CheckResult(Check.REMOTE_DESKTOP, Verdict.SKIPPED)
    if not system.remote():
        return CheckResult(Check.REMOTE_DESKTOP, Verdict.PASSED)
    error = CertclientError(ErrorCode.REMOTE_SESSION)
    return CheckResult(Check.REMOTE_DESKTOP, Verdict.WARNING, error)


def key_result(session: StoreSession, current: Certificate) -> CheckResult:
    """Whether the current certificate's key still signs: KEY_DEAD if it is there and does not.

    As a request is signed, and no other way: it asks a protected key's owner as seldom as can be,
    and an old key need not know what TLS 1.3 wants of the new one.
    """
    try:
        session.self_test(current, REQUEST_ALGORITHMS)
    except CertclientError as error:
        if error.code is ErrorCode.KEY_SELF_TEST_FAILED:
            error = CertclientError(ErrorCode.KEY_DEAD, **error.data)
        return CheckResult(Check.KEY, Verdict.FAILED, error)
    return CheckResult(Check.KEY, Verdict.PASSED)


def first_failure(results: Sequence[CheckResult]) -> CertclientError | None:
    """The error to stop at, or None if the renewal may begin."""
    return next((r.error for r in results if r.verdict is Verdict.FAILED), None)

"""更新できますか？ Checks before a renewal; each has a `Verdict`.

They change nothing and never ask for a PIN. The texts are in i18n/.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.model.anchor_dates import anchor_error, last_anchor_ends
from certclient.model.clock_error import CLOCK_LIMIT, CLOCK_TOLERANCE, clock_wrong
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignaturePurpose
from certclient.store.base import CertificateStore, StoreSession, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from certclient.model.certificate import Certificate
    from certclient.model.profile import Profile


@dataclass(frozen=True, slots=True)
class System:
    """Queries to the operating system; None where a query does not exist.

    `remote`: whether this is a remote desktop session. `card_service`: whether the smart card
    service is running, without which no token is visible.
    """

    remote: Callable[[], bool] | None = None
    card_service: Callable[[], bool] | None = None


class Check(enum.Enum):
    """The checks. Those of `BEFORE_RENEWAL` are made before each renewal, in this order; the others
    by the check of the whole computer (`enrollment.full_check`)."""

    PROXY = "proxy"
    CA_REACHABLE = "ca-reachable"
    TLS_TRUSTED = "tls-trusted"
    CLOCK = "clock"
    PROFILE = "profile"
    STORE = "store"
    MIDDLEWARE = "middleware"
    TOKEN = "token"
    KEY = "key"
    REMOTE_DESKTOP = "remote-desktop"
    POLICY = "policy"
    RECORDS = "records"
    SPACE = "space"
    TOKEN_SPACE = "token-space"
    PIN = "pin"
    PERIOD = "period"


BEFORE_RENEWAL = tuple(Check)[: tuple(Check).index(Check.POLICY)]


class Verdict(enum.Enum):
    """The result of one check; a warning does not stop the renewal.

    SKIPPED: it does not apply here. UNCHECKED: it applies, but could not be made.
    """

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check. `error`: why it failed, what it warns of, or why it was skipped."""

    check: Check
    verdict: Verdict
    error: CertclientError | None = None


def clock_skew(server_time: datetime | None, now: datetime) -> CertclientError | None:
    """CLOCK_WRONG if `now` is off by more than 5 minutes.

    Both times are aware. None if the clock is right or the server sent no time.
    """
    if server_time is None or abs(server_time - now) <= CLOCK_TOLERANCE:
        return None
    return clock_wrong(server_time, now)


def check_clock(
    server_time: datetime | None, now: datetime, limit: timedelta = CLOCK_LIMIT
) -> None:
    """Raises CertclientError(CLOCK_WRONG) if this computer's clock is off by more than `limit`.

    The default is an hour. A smaller error only deserves a warning: see `clock_skew`.
    """
    error = clock_skew(server_time, now)
    if error is not None and server_time is not None and abs(server_time - now) > limit:
        raise error


def profile_clock(profile: Profile, now: datetime) -> CertclientError | None:
    """CLOCK_WRONG if `now` (aware) lies before all of the profile's trust anchors: they are older
    than the profile. Needs no network."""
    begins = [anchor.not_before for anchor in profile.ca.trust_anchors]
    earliest = min(begins, default=now)
    return clock_wrong(earliest, now) if earliest - now > CLOCK_LIMIT else None


def clock_result(server_time: datetime | None, now: datetime) -> CheckResult:
    """Checks the clock: a warning above 5 minutes, a failure above an hour.

    Unchecked if the server sent no time.
    """
    if server_time is None:
        return CheckResult(Check.CLOCK, Verdict.UNCHECKED)
    try:
        check_clock(server_time, now)
    except CertclientError as error:
        return CheckResult(Check.CLOCK, Verdict.FAILED, error)
    skew = clock_skew(server_time, now)
    return CheckResult(Check.CLOCK, Verdict.WARNING if skew else Verdict.PASSED, skew)


def profile_result(profile: Profile, now: datetime) -> CheckResult:
    """Checks the dates of the profile's trust anchors at `now` (aware), after the clock.

    A failure if none is valid; a warning if the last one ends soon. One that ends beside another is
    the bank's matter alone (`certclient status`).
    """
    error = anchor_error(profile, now)
    if error is not None:
        return CheckResult(Check.PROFILE, Verdict.FAILED, error)
    ending = last_anchor_ends(profile, now)
    verdict = Verdict.PASSED if ending is None else Verdict.WARNING
    return CheckResult(Check.PROFILE, verdict, ending)


_CONNECTION = (Check.PROXY, Check.CA_REACHABLE, Check.TLS_TRUSTED)

_CHECK_BY_ERROR = {
    ErrorCode.PROXY_UNREACHABLE: Check.PROXY,
    ErrorCode.PROXY_AUTHENTICATION: Check.PROXY,
    ErrorCode.PROXY_SCHEME: Check.PROXY,
    ErrorCode.PROXY_SETTING: Check.PROXY,
    ErrorCode.PROXY_SCRIPT: Check.PROXY,
    ErrorCode.TLS_UNTRUSTED: Check.TLS_TRUSTED,
    ErrorCode.TLS_OPENED: Check.TLS_TRUSTED,
    ErrorCode.CLOCK_WRONG: Check.TLS_TRUSTED,
}


def connection_results(
    probe: Callable[[], Sequence[CertclientError]],
) -> tuple[CheckResult, ...]:
    """Checks the connection to the CA with one request: proxy, server, TLS certificate.

    `probe` makes one harmless request and raises the transport's CertclientError, or returns the
    warnings. A server that responds with an error of its own counts as reached.
    """
    try:
        warnings = {
            _CHECK_BY_ERROR.get(warning.code, Check.CA_REACHABLE): warning for warning in probe()
        }
    except CertclientError as error:
        return _stopped(error)
    return tuple(_passed(check, warnings.get(check)) for check in _CONNECTION)


def _passed(check: Check, warning: CertclientError | None) -> CheckResult:
    return CheckResult(check, Verdict.PASSED if warning is None else Verdict.WARNING, warning)


def _stopped(error: CertclientError) -> tuple[CheckResult, ...]:
    """Checks before the failed one have passed; those after it were not reached."""
    failed = _CONNECTION.index(_CHECK_BY_ERROR.get(error.code, Check.CA_REACHABLE))
    return (
        *(CheckResult(check, Verdict.PASSED) for check in _CONNECTION[:failed]),
        CheckResult(_CONNECTION[failed], Verdict.FAILED, error),
        *(CheckResult(check, Verdict.UNCHECKED) for check in _CONNECTION[failed + 1 :]),
    )


def store_result(store: CertificateStore) -> CheckResult:
    """Checks that the store can be used now (token present, middleware installed)."""
    state = store.availability()
    if isinstance(state, Unavailable):
        error = CertclientError(state.reason, **state.data)
        return CheckResult(Check.STORE, Verdict.FAILED, error)
    return CheckResult(Check.STORE, Verdict.PASSED)


def remote_result(system: System) -> CheckResult:
    """Warns in a remote desktop session: the key would be created on the remote computer."""
    if system.remote is None:
        return CheckResult(Check.REMOTE_DESKTOP, Verdict.SKIPPED)
    if not system.remote():
        return CheckResult(Check.REMOTE_DESKTOP, Verdict.PASSED)
    error = CertclientError(ErrorCode.REMOTE_SESSION)
    return CheckResult(Check.REMOTE_DESKTOP, Verdict.WARNING, error)


def key_result(session: StoreSession, current: Certificate) -> CheckResult:
    """Checks that the current certificate's key still signs; KEY_DEAD if it exists but does not.

    Signs only as a request is signed: a protected key then prompts its owner as rarely as possible,
    and an old key need not support the PSS signatures that TLS 1.3 requires of the new one.
    """
    try:
        session.self_test(current, SignaturePurpose.REQUEST)
    except CertclientError as error:
        if error.code is ErrorCode.KEY_SELF_TEST_FAILED:
            error = CertclientError(ErrorCode.KEY_DEAD, **error.data)
        return CheckResult(Check.KEY, Verdict.FAILED, error)
    return CheckResult(Check.KEY, Verdict.PASSED)


def first_failure(results: Sequence[CheckResult]) -> CertclientError | None:
    """The error that stops the renewal, or None if it may begin."""
    return next((r.error for r in results if r.verdict is Verdict.FAILED), None)

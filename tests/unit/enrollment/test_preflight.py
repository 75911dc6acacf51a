"""更新できますか？ Checks of the clock, the connection to the CA and the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certclient.enrollment.preflight import (
    Check,
    CheckResult,
    Verdict,
    check_clock,
    clock_result,
    clock_skew,
    connection_results,
    first_failure,
    store_result,
)
from certclient.model.clock_error import CLOCK_LIMIT, CLOCK_TOLERANCE
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import Unavailable
from support.cli_runner import FakeStore

NOW = datetime(2027, 3, 11, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("direction", [1, -1])
def test_a_clock_off_by_a_day_stops_the_renewal(direction: int) -> None:
    with pytest.raises(CertclientError) as raised:
        check_clock(NOW, NOW + direction * timedelta(days=1))
    assert raised.value.code is ErrorCode.CLOCK_WRONG
    assert raised.value.data["server"] == "2027-03-11T03:00+00:00"
    assert raised.value.data["local"] != raised.value.data["server"]


@given(seconds=st.floats(-100_000, 100_000))
def test_clock_error_is_ignored_a_warning_or_fatal_depending_on_size(seconds: float) -> None:
    off = timedelta(seconds=seconds)
    result = clock_result(NOW, NOW + off)
    if abs(off) <= CLOCK_TOLERANCE:
        assert result == CheckResult(Check.CLOCK, Verdict.PASSED)
    elif abs(off) <= CLOCK_LIMIT:
        assert result.verdict is Verdict.WARNING
        check_clock(NOW, NOW + off)  # does not stop
        assert clock_skew(NOW, NOW + off) is not None
    else:
        assert result.verdict is Verdict.FAILED


def test_clock_is_unchecked_without_server_time() -> None:
    check_clock(None, NOW)
    assert clock_result(None, NOW).verdict is Verdict.UNCHECKED


def fail_with(code: ErrorCode) -> tuple[CheckResult, ...]:
    def probe() -> Sequence[CertclientError]:
        raise CertclientError(code)

    return connection_results(probe)


@pytest.mark.parametrize(
    ("code", "verdicts"),
    [
        (ErrorCode.PROXY_AUTHENTICATION, ("failed", "unchecked", "unchecked")),
        (ErrorCode.PROXY_UNREACHABLE, ("failed", "unchecked", "unchecked")),
        (ErrorCode.PROXY_SCRIPT, ("failed", "unchecked", "unchecked")),
        (ErrorCode.NETWORK_UNREACHABLE, ("passed", "failed", "unchecked")),
        (ErrorCode.SERVER_ERROR, ("passed", "failed", "unchecked")),
        (ErrorCode.TLS_UNTRUSTED, ("passed", "passed", "failed")),
    ],
)
def test_connection_failure_is_assigned_to_the_right_check(
    code: ErrorCode, verdicts: tuple[str, ...]
) -> None:
    results = fail_with(code)
    assert tuple(result.verdict.value for result in results) == verdicts
    error = first_failure(results)
    assert error is not None
    assert error.code is code


def test_working_connection_passes_all_checks() -> None:
    results = connection_results(tuple)
    assert {result.verdict for result in results} == {Verdict.PASSED}
    assert first_failure(results) is None


@pytest.mark.parametrize(
    ("code", "verdicts"),
    [
        (ErrorCode.PROXY_SCRIPT, ("warning", "passed", "passed")),
        (ErrorCode.TLS_OPENED, ("passed", "passed", "warning")),
    ],
)
def test_connection_warning_does_not_fail_the_checks(
    code: ErrorCode, verdicts: tuple[str, ...]
) -> None:
    warning = CertclientError(code)
    results = connection_results(lambda: (warning,))
    assert tuple(result.verdict.value for result in results) == verdicts
    assert [result.error for result in results if result.error] == [warning]
    assert first_failure(results) is None


def test_missing_token_is_reported() -> None:
    missing = Unavailable(ErrorCode.TOKEN_MISSING, {"token": "専用USB"})
    result = store_result(FakeStore("x", "専用USB", Destination.USB, cause=missing))
    assert result.error is not None
    assert result.error.code is ErrorCode.TOKEN_MISSING
    assert dict(result.error.data) == {"token": "専用USB"}
    assert store_result(FakeStore()).verdict is Verdict.PASSED

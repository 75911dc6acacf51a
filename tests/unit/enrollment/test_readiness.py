"""更新前の確認: each check on its own, with real stores and a CA that may be unreachable."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from certclient.enrollment.preflight import (
    BEFORE_RENEWAL,
    Check,
    CheckResult,
    System,
    Verdict,
)
from certclient.enrollment.readiness import ReadinessInputs, checks
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore
from certclient.store.unavailable import absent, unavailable
from support.customer import CustomerComputer, make_customer
from support.keyed_stores import KeyedStores
from support.nss import NssDatabase
from support.softhsm import SoftHsm

NOW = datetime.now(UTC)


@pytest.fixture
def on_pc(keyed_stores: KeyedStores, nss: NssDatabase, softhsm: SoftHsm) -> CustomerComputer:
    return make_customer(nss.directory.parent, keyed_stores.fill(nss).store(), lambda: 1)


@pytest.fixture
def on_token(keyed_stores: KeyedStores, nss: NssDatabase, softhsm: SoftHsm) -> CustomerComputer:
    store = keyed_stores.new_token(softhsm).store()
    return make_customer(nss.directory.parent, store, lambda: 1)


def inputs(customer: CustomerComputer, *others: CertificateStore) -> ReadinessInputs:
    return ReadinessInputs(
        ca=customer.ca,
        probe=customer.ca.probe,
        stores=(customer.store, *others),
        profile=customer.profile,
        current=customer.current,
        home=customer.store,
        clock=lambda: NOW,
        system=System(),
    )


def usb_only(customer: CustomerComputer) -> Profile:
    return replace(customer.profile, destinations=("usb",))


def results(inputs: ReadinessInputs) -> dict[Check, CheckResult]:
    return {result.check: result for result in checks(inputs)}


def verdicts(inputs: ReadinessInputs) -> dict[Check, Verdict]:
    return {check: result.verdict for check, result in results(inputs).items()}


def failure(inputs: ReadinessInputs, check: Check) -> ErrorCode:
    result = results(inputs)[check]
    assert result.verdict is Verdict.FAILED
    assert result.error is not None
    return result.error.code


def test_every_check_is_reported_once_and_in_order(on_pc: CustomerComputer) -> None:
    assert [result.check for result in checks(inputs(on_pc))] == list(BEFORE_RENEWAL)


def test_no_check_fails_on_a_pc_without_a_token(on_pc: CustomerComputer) -> None:
    on_pc.ca.clock_of_server = NOW
    found = verdicts(inputs(on_pc))
    assert found.pop(Check.MIDDLEWARE) is Verdict.SKIPPED
    assert found.pop(Check.TOKEN) is Verdict.SKIPPED
    assert found.pop(Check.REMOTE_DESKTOP) is Verdict.SKIPPED
    assert set(found.values()) == {Verdict.PASSED}


def test_a_token_is_checked_without_its_pin(on_token: CustomerComputer) -> None:
    found = verdicts(inputs(on_token))
    assert found[Check.TOKEN] is Verdict.PASSED
    assert found[Check.MIDDLEWARE] is Verdict.PASSED
    assert found[Check.KEY] is Verdict.UNCHECKED, "its key requires the PIN"


def test_missing_token_fails_only_its_own_renewal(
    on_token: CustomerComputer, on_pc: CustomerComputer
) -> None:
    away = replace(inputs(on_token), stores=(), home=absent("pkcs11:serial=12"))
    assert failure(away, Check.TOKEN) is ErrorCode.TOKEN_MISSING
    assert verdicts(inputs(on_pc))[Check.TOKEN] is Verdict.SKIPPED


def test_missing_middleware_fails_only_if_it_is_needed(on_pc: CustomerComputer) -> None:
    error = CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING, path="/opt/x.so")
    broken = unavailable("pkcs11-module:/opt/x.so", "x.so", Destination.USB, error)
    assert verdicts(inputs(on_pc, broken))[Check.MIDDLEWARE] is Verdict.SKIPPED
    first_issue = replace(inputs(on_pc, broken), current=None, home=None, profile=usb_only(on_pc))
    assert failure(first_issue, Check.MIDDLEWARE) is ErrorCode.STORE_MIDDLEWARE_MISSING
    assert failure(first_issue, Check.TOKEN) is ErrorCode.STORE_MIDDLEWARE_MISSING


def test_first_issue_limited_to_tokens_requires_a_token(on_pc: CustomerComputer) -> None:
    first_issue = replace(inputs(on_pc), current=None, home=None, profile=usb_only(on_pc))
    assert failure(first_issue, Check.TOKEN) is ErrorCode.TOKEN_MISSING
    assert verdicts(first_issue)[Check.KEY] is Verdict.SKIPPED


@pytest.mark.parametrize(
    ("code", "failed", "behind"),
    [
        (ErrorCode.PROXY_AUTHENTICATION, Check.PROXY, Check.CA_REACHABLE),
        (ErrorCode.NETWORK_UNREACHABLE, Check.CA_REACHABLE, Check.TLS_TRUSTED),
        (ErrorCode.TLS_UNTRUSTED, Check.TLS_TRUSTED, Check.CLOCK),
    ],
)
def test_connection_checks_after_the_first_failure_are_not_made(
    on_pc: CustomerComputer, code: ErrorCode, failed: Check, behind: Check
) -> None:
    on_pc.ca.faults["probe"] = [CertclientError(code)]
    found = results(inputs(on_pc))
    assert found[failed].verdict is Verdict.FAILED
    assert found[behind].verdict is Verdict.UNCHECKED
    assert found[Check.STORE].verdict is Verdict.PASSED, "the remaining checks still run"


def test_unusable_key_is_reported(on_pc: CustomerComputer) -> None:
    other = replace(inputs(on_pc), current=on_pc.lab.anchors[0])
    assert failure(other, Check.KEY) is ErrorCode.CERTIFICATE_NOT_FOUND


@pytest.mark.parametrize(("minutes", "verdict"), [(6, Verdict.WARNING), (61, Verdict.FAILED)])
def test_clock_difference_is_a_warning_or_a_failure(
    on_pc: CustomerComputer, minutes: int, verdict: Verdict
) -> None:
    on_pc.ca.clock_of_server = NOW + timedelta(minutes=minutes)
    assert verdicts(inputs(on_pc))[Check.CLOCK] is verdict


@pytest.mark.parametrize(
    ("is_remote", "verdict"), [(True, Verdict.WARNING), (False, Verdict.PASSED)]
)
def test_remote_desktop_is_a_warning(
    on_pc: CustomerComputer, is_remote: bool, verdict: Verdict
) -> None:
    system = System(remote=lambda: is_remote)
    result = results(replace(inputs(on_pc), system=system))[Check.REMOTE_DESKTOP]
    assert result.verdict is verdict
    assert (result.error is not None) is is_remote


def test_checks_change_nothing(on_pc: CustomerComputer) -> None:
    before: Sequence[object] = on_pc.store.certificates()
    list(checks(inputs(on_pc)))
    assert on_pc.store.certificates() == before
    assert [call for call, _ in on_pc.ca.calls] == ["probe"]
    assert os.path.isdir(on_pc.journal.path.parent)


@pytest.mark.parametrize(
    ("days_left", "verdict"),
    [(91, Verdict.PASSED), (89, Verdict.WARNING), (-1, Verdict.FAILED)],
)
def test_trust_anchors_that_end_are_a_warning_then_a_failure(
    on_pc: CustomerComputer, days_left: int, verdict: Verdict
) -> None:
    (root,) = on_pc.profile.ca.trust_anchors
    when = root.not_after - timedelta(days=days_left)
    on_pc.ca.clock_of_server = when
    result = results(replace(inputs(on_pc), clock=lambda: when))[Check.PROFILE]
    assert result.verdict is verdict
    if result.error is not None:
        assert result.error.data["anchor"] == root.common_name

"""更新前の確認: each check on its own, with real stores and a CA that can be away."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from certclient.enrollment.preflight import Check, CheckResult, System, Verdict
from certclient.enrollment.readiness import Surroundings, checks
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore
from certclient.store.unavailable import absent, unavailable
from support.customer import Customer, make_customer
from support.nss import NssDatabase
from support.softhsm import SoftHsm

NOW = datetime.now(UTC)
BOTH = (Destination.PC, Destination.USB)


@pytest.fixture
def on_pc(nss: NssDatabase, softhsm: SoftHsm) -> Customer:
    return make_customer(nss.directory.parent, nss.store(), lambda: 1)


@pytest.fixture
def on_token(nss: NssDatabase, softhsm: SoftHsm) -> Customer:
    return make_customer(nss.directory.parent, softhsm.new_token().store(), lambda: 1)


def around(customer: Customer, *others: CertificateStore) -> Surroundings:
    return Surroundings(
        ca=customer.ca,
        stores=(customer.store, *others),
        destinations=BOTH,
        current=customer.current,
        home=customer.store,
        clock=lambda: NOW,
        system=System(),
    )


def results(surroundings: Surroundings) -> dict[Check, CheckResult]:
    return {result.check: result for result in checks(surroundings)}


def verdicts(surroundings: Surroundings) -> dict[Check, Verdict]:
    return {check: result.verdict for check, result in results(surroundings).items()}


def failure(surroundings: Surroundings, check: Check) -> ErrorCode:
    result = results(surroundings)[check]
    assert result.verdict is Verdict.FAILED
    assert result.error is not None
    return result.error.code


def test_every_check_is_told_once_and_in_order(on_pc: Customer) -> None:
    assert [result.check for result in checks(around(on_pc))] == list(Check)


def test_all_is_well_on_a_pc_without_a_token(on_pc: Customer) -> None:
    on_pc.ca.clock_of_server = NOW
    found = verdicts(around(on_pc))
    assert found.pop(Check.MIDDLEWARE) is Verdict.SKIPPED
    assert found.pop(Check.TOKEN) is Verdict.SKIPPED
    assert found.pop(Check.REMOTE_DESKTOP) is Verdict.SKIPPED
    assert set(found.values()) == {Verdict.PASSED}


def test_a_token_is_checked_without_its_pin(on_token: Customer) -> None:
    found = verdicts(around(on_token))
    assert found[Check.TOKEN] is Verdict.PASSED
    assert found[Check.MIDDLEWARE] is Verdict.PASSED
    assert found[Check.KEY] is Verdict.SKIPPED, "its key wants the PIN"


def test_a_token_that_is_not_plugged_in_stops_its_own_renewal_only(
    on_token: Customer, on_pc: Customer
) -> None:
    away = replace(around(on_token), stores=(), home=absent("pkcs11:serial=12"))
    assert failure(away, Check.TOKEN) is ErrorCode.TOKEN_MISSING
    assert verdicts(around(on_pc))[Check.TOKEN] is Verdict.SKIPPED


def test_missing_middleware_stops_only_who_needs_it(on_pc: Customer) -> None:
    error = CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING, path="/opt/x.so")
    broken = unavailable("pkcs11-module:/opt/x.so", "x.so", Destination.USB, error)
    assert verdicts(around(on_pc, broken))[Check.MIDDLEWARE] is Verdict.SKIPPED
    first_issue = replace(
        around(on_pc, broken), current=None, home=None, destinations=(Destination.USB,)
    )
    assert failure(first_issue, Check.MIDDLEWARE) is ErrorCode.STORE_MIDDLEWARE_MISSING
    assert failure(first_issue, Check.TOKEN) is ErrorCode.STORE_MIDDLEWARE_MISSING


def test_a_first_issue_for_tokens_only_wants_one(on_pc: Customer) -> None:
    wants = replace(around(on_pc), current=None, home=None, destinations=(Destination.USB,))
    assert failure(wants, Check.TOKEN) is ErrorCode.TOKEN_MISSING
    assert verdicts(wants)[Check.KEY] is Verdict.SKIPPED


@pytest.mark.parametrize(
    ("code", "failed", "behind"),
    [
        (ErrorCode.PROXY_AUTHENTICATION, Check.PROXY, Check.CA_REACHABLE),
        (ErrorCode.NETWORK_UNREACHABLE, Check.CA_REACHABLE, Check.TLS_TRUSTED),
        (ErrorCode.TLS_UNTRUSTED, Check.TLS_TRUSTED, Check.CLOCK),
    ],
)
def test_the_way_to_the_bank_is_told_as_far_as_it_leads(
    on_pc: Customer, code: ErrorCode, failed: Check, behind: Check
) -> None:
    on_pc.ca.faults["probe"] = [CertclientError(code)]
    found = results(around(on_pc))
    assert found[failed].verdict is Verdict.FAILED
    assert found[behind].verdict is Verdict.SKIPPED
    assert found[Check.STORE].verdict is Verdict.PASSED, "the rest is checked all the same"


def test_a_key_that_no_longer_signs_is_told(on_pc: Customer) -> None:
    other = replace(around(on_pc), current=on_pc.lab.anchors[0])
    assert failure(other, Check.KEY) is ErrorCode.CERTIFICATE_NOT_FOUND


@pytest.mark.parametrize(("minutes", "verdict"), [(6, Verdict.WARNING), (61, Verdict.FAILED)])
def test_the_clock(on_pc: Customer, minutes: int, verdict: Verdict) -> None:
    on_pc.ca.clock_of_server = NOW + timedelta(minutes=minutes)
    assert verdicts(around(on_pc))[Check.CLOCK] is verdict


@pytest.mark.parametrize(("far", "verdict"), [(True, Verdict.WARNING), (False, Verdict.PASSED)])
def test_remote_desktop_is_worth_a_word(on_pc: Customer, far: bool, verdict: Verdict) -> None:
    system = System(remote=lambda: far)
    result = results(replace(around(on_pc), system=system))[Check.REMOTE_DESKTOP]
    assert result.verdict is verdict
    assert (result.error is not None) is far


def test_nothing_is_changed(on_pc: Customer) -> None:
    before: Sequence[object] = on_pc.store.certificates()
    list(checks(around(on_pc)))
    assert on_pc.store.certificates() == before
    assert [call for call, _ in on_pc.ca.calls] == ["probe"]
    assert os.path.isdir(on_pc.journal.path.parent)

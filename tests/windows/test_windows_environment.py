"""更新できますか？ on a Windows PC: the checks with real findings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

import winreg

from certclient.bootstrap import enrollment
from certclient.enrollment.preflight import Check, CheckResult, Verdict
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode
from certclient.model.profile import Profile
from certclient.store.registry import open_stores
from certclient.store.windows import card_service, keys
from certclient.store.windows.container import from_key_id
from support.bank_service import BankService
from support.pki import make_lab
from support.windows_pc import WindowsComputer


@pytest.fixture
def current(computer: WindowsComputer, bank_service: BankService) -> Certificate:
    return computer.add_certificate(bank_service, bank_service.new_customer(), 20)


def results(
    computer: WindowsComputer, profile: Profile, current: Certificate
) -> dict[Check, CheckResult]:
    procedures = enrollment(profile, open_stores(()))
    home = next(s for s in open_stores(()) if s.store_id == computer.store.store_id)
    return {r.check: r for r in procedures.readiness(current, home)}


def test_healthy_computer_passes_all_checks(
    computer: WindowsComputer, bank_service: BankService, current: Certificate
) -> None:
    found = results(computer, bank_service.profile(), current)
    verdicts = {check: result.verdict for check, result in found.items()}
    for check in (Check.PROXY, Check.CA_REACHABLE, Check.TLS_TRUSTED, Check.CLOCK, Check.STORE):
        assert verdicts[check] is Verdict.PASSED, check
    assert verdicts[Check.KEY] is Verdict.PASSED
    assert verdicts[Check.REMOTE_DESKTOP] is Verdict.PASSED


@pytest.fixture
def remote_session() -> Iterator[None]:
    """Sets the registry value with the session at the computer's own screen to another session."""
    place = r"SYSTEM\CurrentControlSet\Control\Terminal Server"
    with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
        winreg.SetValueEx(key, "GlassSessionId", 0, winreg.REG_DWORD, 4711)
        yield
        winreg.DeleteValue(key, "GlassSessionId")


@pytest.mark.usefixtures("remote_session")
def test_remote_session_gives_warning(
    computer: WindowsComputer, bank_service: BankService, current: Certificate
) -> None:
    found = results(computer, bank_service.profile(), current)[Check.REMOTE_DESKTOP]
    assert found.verdict is Verdict.WARNING
    assert found.error is not None
    assert found.error.code is ErrorCode.REMOTE_SESSION


def test_issuer_of_intercepted_tls_is_named(
    computer: WindowsComputer, bank_service: BankService, current: Certificate
) -> None:
    profile = replace(bank_service.profile(), tls_anchors=make_lab().anchors)
    found = results(computer, profile, current)[Check.TLS_TRUSTED]
    assert found.verdict is Verdict.FAILED
    assert found.error is not None
    assert found.error.code is ErrorCode.TLS_UNTRUSTED
    assert found.error.data["issuer"] == bank_service.intermediate().common_name


def test_missing_key_is_detected_before_renewal(
    computer: WindowsComputer, bank_service: BankService, current: Certificate
) -> None:
    (stored,) = computer.store.certificates()
    assert stored.key is not None
    place = from_key_id(stored.key.key_id)
    assert place is not None
    keys.delete(place)
    found = results(computer, bank_service.profile(), current)[Check.KEY]
    assert found.verdict is Verdict.FAILED
    assert found.error is not None
    assert found.error.code is ErrorCode.KEY_NOT_FOUND


def test_token_check_fails_without_smart_card_service(
    computer: WindowsComputer, bank_service: BankService
) -> None:
    """Wine has no smart card service."""
    assert card_service.running() is False
    profile = replace(bank_service.profile(), destinations=("usb",))
    procedures = enrollment(profile, open_stores(()))
    found = {r.check: r for r in procedures.readiness(None, None)}[Check.TOKEN]
    assert found.verdict is Verdict.FAILED
    assert found.error is not None
    assert found.error.code is ErrorCode.SMART_CARD_SERVICE

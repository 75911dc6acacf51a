"""renew --all --unattended on Windows: skips keys that would prompt, and opens no window."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

import winreg

from certclient.bootstrap import system_services
from certclient.cli.main import run
from certclient.configuration.policy import KEY
from certclient.enrollment.lock import exclusive
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, Protection
from certclient.platform.folders import journal_file
from certclient.store.base import SilentSigning, no_pin
from certclient.store.windows import crypt32
from support.bank_service import BankService
from support.windows_pc import CNG, WindowsComputer

cng_only = pytest.mark.skipif(not CNG, reason="only the double of ncrypt prompts about keys")


@pytest.fixture
def _consent() -> Iterator[None]:
    """Writes the company's consent as group policy does."""
    machine, view = winreg.HKEY_LOCAL_MACHINE, winreg.KEY_WOW64_64KEY
    with winreg.CreateKeyEx(machine, KEY, 0, winreg.KEY_WRITE | view) as key:
        winreg.SetValueEx(key, "UnattendedRenewal", 0, winreg.REG_DWORD, 1)
        winreg.SetValueEx(key, "SpreadRenewals", 0, winreg.REG_DWORD, 0)
    yield
    winreg.DeleteKeyEx(machine, KEY, view)


@pytest.fixture
def bank_file(bank_service: BankService, tmp_path: Path) -> Path:
    lines = bank_service.profile_text().splitlines(keepends=True)
    # Wine's crypt32 finds no CNG key for TLS, so the login cannot be tested with CNG keys.
    text = "".join(line for line in lines if not (CNG and line.startswith("login_test_url")))
    file = tmp_path / "銀行.toml"
    file.write_text(text, encoding="utf-8")
    return file


def run_job(file: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command of the scheduled task; returns its JSON record."""
    arguments = ["renew", "--all", "--unattended", "--json", "--profile", str(file)]
    code = run(arguments, system_services())
    record = json.loads(capsys.readouterr().out)
    assert record["exit_code"] == code
    return record


def install_protected_certificate(
    computer: WindowsComputer, service: BankService, user_id: str
) -> Certificate:
    """Installs a certificate whose key prompts for consent (セキュリティ レベル「中」)."""
    with computer.store.open(no_pin) as session:
        key = session.create_key(KeySpec(protection=Protection.CONSENT), f"certclient {user_id}")
        spki = session.signer(key).spki
        certificate = service.issue_certificate(user_id, spki, 20)
        session.install(key, certificate, "last year")
    return certificate


def test_unattended_renewal_needs_policy(
    computer: WindowsComputer,
    bank_service: BankService,
    bank_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    record = run_job(bank_file, capsys)
    assert (record["exit_code"], record["error"]["code"]) == (6, "CC-UNATTENDED-OFF")
    assert computer.usable() == [old]


@pytest.mark.usefixtures("_consent")
def test_certificate_with_unprotected_key_is_renewed(
    computer: WindowsComputer,
    bank_service: BankService,
    bank_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    record = run_job(bank_file, capsys)
    assert record["exit_code"] == 0, record
    (new,) = computer.usable()
    assert record["results"][0]["certificate"]["serial"] == new.serial_hex != old.serial_hex
    assert bank_service.state_of(new) == "confirmed"
    computer.assert_nothing_left_over()
    assert run_job(bank_file, capsys)["exit_code"] == 3, "nothing is due any more"


@cng_only
@pytest.mark.usefixtures("_consent")
def test_protected_key_is_skipped_and_other_certificate_renewed(
    computer: WindowsComputer,
    bank_service: BankService,
    bank_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain = computer.add_certificate(bank_service, bank_service.new_customer(), 15)
    protected = install_protected_certificate(computer, bank_service, bank_service.new_customer())
    record = run_job(bank_file, capsys)
    first, second = record["results"]
    assert first["outcome"] == "done"
    assert (second["outcome"], second["error"]["code"]) == ("needs-person", "CC-KEY-PROTECTED")
    assert record["exit_code"] == 2
    assert protected in computer.usable()
    assert plain not in computer.usable()


@cng_only
def test_protected_key_is_detected_without_prompt(
    computer: WindowsComputer, bank_service: BankService
) -> None:
    store = computer.store
    assert isinstance(store, SilentSigning)
    store.try_alone(computer.add_certificate(bank_service, bank_service.new_customer(), 20))
    protected = install_protected_certificate(computer, bank_service, bank_service.new_customer())
    with pytest.raises(CertclientError) as would_ask:
        store.try_alone(protected)
    assert would_ask.value.code is ErrorCode.KEY_PROTECTED


def test_certificate_without_key_is_reported(
    computer: WindowsComputer, bank_service: BankService
) -> None:
    with crypt32.opened("MY", writable=True) as store:
        store.add(bank_service.intermediate(), "", None)
    with pytest.raises(CertclientError) as keyless:
        computer.store.try_alone(bank_service.intermediate())
    assert keyless.value.code is ErrorCode.KEY_NOT_FOUND


@pytest.mark.usefixtures("_consent")
def test_no_protected_key_is_created_unattended(
    computer: WindowsComputer,
    bank_service: BankService,
    bank_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    text = bank_file.read_text(encoding="utf-8")
    assert "[key]" in text
    bank_file.write_text(text.replace("[key]", '[key]\nprotection = "consent"'), encoding="utf-8")
    record = run_job(bank_file, capsys)
    assert record["results"][0]["error"]["code"] == "CC-KEY-PROTECTED"
    assert computer.usable() == [old]


@pytest.mark.usefixtures("_consent")
def test_running_renewal_is_left_alone(
    computer: WindowsComputer,
    bank_service: BankService,
    bank_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    user_id = bank_service.new_customer()
    old = computer.add_certificate(bank_service, user_id, 20)
    with exclusive(journal_file().parent / "locks", bank_service.profile().id, user_id):
        record = run_job(bank_file, capsys)
    assert record["results"][0]["error"]["code"] == "CC-PROCEDURE-RUNNING"
    assert record["exit_code"] == 5
    assert computer.usable() == [old]

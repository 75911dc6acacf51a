"""`certclient remind` on Windows: it looks at the stores again only if something has changed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

import winreg

from certclient.bootstrap import system_services
from certclient.bootstrap.reminding import nothing_due
from certclient.cli.main import run
from certclient.configuration.policy import KEY
from certclient.model.keys import KeySpec
from certclient.store.base import no_pin
from support.bank_service import BankService
from support.windows_pc import WindowsComputer


def install(computer: WindowsComputer, service: BankService, days: int) -> str:
    """Returns the user ID of a new customer with a certificate for this many days."""
    user_id = service.new_customer()
    with computer.store.open(no_pin) as session:
        key = session.create_key(KeySpec(), f"certclient {user_id}")
        certificate = service.issue_certificate(user_id, session.signer(key).spki, days)
        session.install(key, certificate, user_id)
    return user_id


def test_index_counts_until_store_or_policy_change(
    computer: WindowsComputer,
    bank_service: BankService,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "銀行.toml"
    file.write_text(bank_service.profile_text(), encoding="utf-8")
    remind = ["--profile", str(file), "remind"]
    install(computer, bank_service, 200)
    assert not nothing_due(remind)
    assert run(remind, system_services()) == 0
    assert nothing_due(remind)

    machine, view = winreg.HKEY_LOCAL_MACHINE, winreg.KEY_WOW64_64KEY
    with winreg.CreateKeyEx(machine, KEY, 0, winreg.KEY_WRITE | view) as key:
        winreg.SetValueEx(key, "ReminderDays", 0, winreg.REG_SZ, "20,10,0")
    try:
        assert not nothing_due(remind)
        assert run(remind, system_services()) == 0
        assert nothing_due(remind)
    finally:
        winreg.DeleteKeyEx(machine, KEY, view)
    assert not nothing_due(remind)

    assert run([*remind[:2], "list"], system_services()) == 0
    assert nothing_due(remind)
    user_id = install(computer, bank_service, 15)
    assert not nothing_due(remind)
    assert run([*remind[:2], "list", "--json"], system_services()) == 0
    assert user_id in capsys.readouterr().out
    assert not nothing_due(remind), "it is due"

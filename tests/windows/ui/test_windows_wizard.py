"""Procedures as a customer clicks through them on Windows: card, wizard, and the result in MY."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.enrollment.overview import Condition
from certclient.i18n.catalogue import Language
from certclient.ui.context import AppContext
from certclient.ui.enrollment.navigation import WizardPageId
from support.bank_service import BankService
from support.shell_driver import ShellDriver
from support.themes import cut_off
from support.windows_pc import WindowsComputer
from support.wizards import plain, until, wait

Program = Callable[..., ShellDriver]


def test_a1_renewal_from_card_takes_two_clicks(
    computer: WindowsComputer, bank_service: BankService, program: Program
) -> None:
    user_id = bank_service.new_customer()
    old = computer.add_certificate(bank_service, user_id, 20)
    driver = program()
    driver.starts()
    clicks = [plain(driver.shell.window.card.act_button.text())]
    driver.press(driver.shell.window.card.act_button)
    wizard_driver = driver.wizard_driver
    wizard_driver.arrives_at(WizardPageId.START)
    assert user_id in wizard_driver.text
    wizard_driver.clicks_on("更新する")
    wizard_driver.arrives_at(WizardPageId.DONE)
    clicks += wizard_driver.clicks
    assert clicks == ["今すぐ更新する", "更新する"]
    (new,) = computer.usable()
    assert new != old
    assert bank_service.state_of(new) == "confirmed"
    assert bank_service.state_of(old) == "superseded"
    assert "新しい電子証明書でのログインを確認しました" in wizard_driver.text, (
        "TLS with Windows worked"
    )
    assert new.serial_hex in wizard_driver.text
    assert cut_off(wizard_driver.wizard) == []
    computer.assert_nothing_left_over()
    rows = driver.shell.scanner
    until(
        lambda: [r.condition for r in rows.overview.rows] == [Condition.VALID, Condition.ARCHIVED]
    )


def test_c1_obtain_after_expiry(
    computer: WindowsComputer, bank_service: BankService, program: Program
) -> None:
    user_id = bank_service.new_customer()
    computer.add_certificate(bank_service, user_id, -10)
    driver = program()
    driver.starts()
    driver.press(driver.shell.window.card.act_button)
    wizard_driver = driver.wizard_driver
    wizard_driver.arrives_at(WizardPageId.LETTER)
    assert wizard_driver.fields()[0].text() == user_id
    wizard_driver.types(bank_service.issue_code(user_id), field_number=1)
    wizard_driver.clicks_on("次へ")
    wizard_driver.arrives_at(WizardPageId.START)
    wizard_driver.clicks_on("取得する")
    wizard_driver.arrives_at(WizardPageId.DONE)
    (new,) = computer.usable()
    assert new.common_name == f"{user_id} 1403"
    assert bank_service.state_of(new) == "confirmed"
    computer.assert_nothing_left_over()


def test_refusal_shows_advice_and_changes_nothing(
    computer: WindowsComputer, bank_service: BankService, program: Program
) -> None:
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    bank_service.revoke(old)
    driver = program()
    driver.starts()
    driver.press(driver.shell.window.card.act_button)
    wizard_driver = driver.wizard_driver
    wizard_driver.arrives_at(WizardPageId.START)
    wizard_driver.clicks_on("更新する")
    wizard_driver.arrives_at(WizardPageId.PROBLEM)
    assert "CC-CERT-NOT-ACCEPTED" in wizard_driver.text
    assert "お問い合わせ先" in wizard_driver.text
    wizard_driver.clicks_on("お問い合わせ用にコピーする")
    assert "CC-CERT-NOT-ACCEPTED" in wizard_driver.clipboard, "it is on Windows' clipboard"
    wizard_driver.clicks_on("閉じる")
    assert computer.usable() == [old]
    computer.assert_nothing_left_over()


def test_killed_renewal_is_finished_at_the_next_start(
    computer: WindowsComputer, bank_service: BankService, program: Program, tmp_path: Path
) -> None:
    """TerminateProcess right after the certificate arrives; then the user starts the windows.

    What is left needs no answer from the user, so the program does it by itself.
    """
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    file = tmp_path / "プロファイル.toml"
    file.write_text(bank_service.profile_text(), encoding="utf-8")
    program_and_profile = (sys.executable, "-m", "support.crash_process", str(file))
    killed = subprocess.run(
        [*program_and_profile, "journal:issued", "renew", "pc"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == 15, killed.stderr.decode()
    driver = program()
    driver.starts()
    window = driver.shell.window
    until(lambda: not window.unfinished and computer.usable() != [old])
    (new,) = computer.usable()
    assert new != old
    assert bank_service.state_of(new) == "confirmed"
    computer.assert_nothing_left_over()


def test_language_changes_in_all_open_windows(
    computer: WindowsComputer, bank_service: BankService, program: Program, context: AppContext
) -> None:
    computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    driver = program()
    driver.starts()
    driver.press(driver.shell.window.card.act_button)
    wizard_driver = driver.wizard_driver
    wizard_driver.arrives_at(WizardPageId.START)
    context.languages.switch(Language.ENGLISH)
    wizard_driver.sees_button("Renew")
    wait(1)
    assert plain(driver.shell.window.actions_row.obtain.text()) == "Obtain a certificate"
    assert not any("ぁ" <= letter <= "ヿ" for letter in wizard_driver.text), "kana in English texts"
    assert cut_off(wizard_driver.wizard) == []
    assert cut_off(driver.shell.window) == []
    context.languages.switch(Language.JAPANESE)
    wizard_driver.sees_button("更新する")

"""The ways through as a customer clicks them on Windows: card, wizard, and what is in "MY" then."""

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
from certclient.ui.enrollment.navigation import Page
from support.bank_office import BankOffice
from support.desk import Desk
from support.looks import cut_off
from support.windows_pc import Computer
from support.wizards import plain, until, wait

Program = Callable[..., Desk]


def test_a1_from_the_card_to_the_new_certificate_in_two_clicks(
    computer: Computer, bank_office: BankOffice, program: Program
) -> None:
    user_id = bank_office.new_customer()
    old = computer.give(bank_office, user_id, 20)
    desk = program()
    desk.starts()
    clicks = [plain(desk.shell.window.card.act_button.text())]
    desk.press(desk.shell.window.card.act_button)
    visitor = desk.visitor
    visitor.arrives_at(Page.START)
    assert user_id in visitor.text
    visitor.clicks_on("更新する")
    visitor.arrives_at(Page.DONE)
    clicks += visitor.clicks
    assert clicks == ["今すぐ更新する", "更新する"]
    (new,) = computer.usable()
    assert new != old
    assert bank_office.state_of(new) == "confirmed"
    assert bank_office.state_of(old) == "superseded"
    assert "新しい電子証明書でのログインを確認しました" in visitor.text, "Windows' TLS took it"
    assert new.serial_hex in visitor.text
    assert cut_off(visitor.wizard) == []
    computer.assert_nothing_left_over()
    rows = desk.shell.survey
    until(
        lambda: [r.condition for r in rows.overview.rows] == [Condition.VALID, Condition.ARCHIVED]
    )


def test_c1_obtain_after_expiry(
    computer: Computer, bank_office: BankOffice, program: Program
) -> None:
    user_id = bank_office.new_customer()
    computer.give(bank_office, user_id, -10)
    desk = program()
    desk.starts()
    desk.press(desk.shell.window.card.act_button)
    visitor = desk.visitor
    visitor.arrives_at(Page.LETTER)
    assert visitor.fields()[0].text() == user_id
    visitor.types(bank_office.issue_code(user_id), field_number=1)
    visitor.clicks_on("次へ")
    visitor.arrives_at(Page.START)
    visitor.clicks_on("取得する")
    visitor.arrives_at(Page.DONE)
    (new,) = computer.usable()
    assert new.common_name == f"{user_id} 1403"
    assert bank_office.state_of(new) == "confirmed"
    computer.assert_nothing_left_over()


def test_a_refusal_says_what_to_do_and_leaves_everything_as_it_was(
    computer: Computer, bank_office: BankOffice, program: Program
) -> None:
    old = computer.give(bank_office, bank_office.new_customer(), 20)
    bank_office.revoke(old)
    desk = program()
    desk.starts()
    desk.press(desk.shell.window.card.act_button)
    visitor = desk.visitor
    visitor.arrives_at(Page.START)
    visitor.clicks_on("更新する")
    visitor.arrives_at(Page.PROBLEM)
    assert "CC-CERT-NOT-ACCEPTED" in visitor.text
    assert "お問い合わせ先" in visitor.text
    visitor.clicks_on("お問い合わせ用にコピーする")
    assert "CC-CA-REFUSED" in visitor.clipboard, "Windows' clipboard has it"
    visitor.clicks_on("閉じる")
    assert computer.usable() == [old]
    computer.assert_nothing_left_over()


def test_what_was_killed_goes_on_with_one_click(
    computer: Computer, bank_office: BankOffice, program: Program, tmp_path: Path
) -> None:
    """TerminateProcess right after the certificate came; then the windows."""
    old = computer.give(bank_office, bank_office.new_customer(), 20)
    file = tmp_path / "プロファイル.toml"
    file.write_text(bank_office.profile_text(), encoding="utf-8")
    code = "import support.windows_pc, sys; from support import doomed; doomed.main(*sys.argv[1:])"
    killed = subprocess.run(
        [sys.executable, "-c", code, str(file), "journal:issued", "renew", "pc"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == 15, killed.stderr.decode()
    desk = program()
    desk.starts()
    panel = desk.shell.window.pending
    assert panel.isVisible()
    (button,) = panel.buttons
    assert plain(button.text()) == "続ける"
    desk.press(button)
    desk.visitor.arrives_at(Page.DONE)
    (new,) = computer.usable()
    assert new != old
    assert bank_office.state_of(new) == "confirmed"
    computer.assert_nothing_left_over()
    until(lambda: not panel.isVisible())


def test_the_language_changes_in_every_open_window(
    computer: Computer, bank_office: BankOffice, program: Program, context: AppContext
) -> None:
    computer.give(bank_office, bank_office.new_customer(), 20)
    desk = program()
    desk.starts()
    desk.press(desk.shell.window.card.act_button)
    visitor = desk.visitor
    visitor.arrives_at(Page.START)
    context.languages.switch(Language.ENGLISH)
    visitor.sees_button("Renew")
    wait(1)
    assert plain(desk.shell.window.actions_row.renew.text()) == "Renew certificate"
    assert not any("ぁ" <= letter <= "ヿ" for letter in visitor.text), "kana in English texts"
    assert cut_off(visitor.wizard) == []
    assert cut_off(desk.shell.window) == []
    context.languages.switch(Language.JAPANESE)
    visitor.sees_button("更新する")

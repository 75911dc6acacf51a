"""A2, A4: renewal on the USB token, and token faults during it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from certclient.model.progress import Phase, Progress, Step
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.tasks.enrollment_worker import EnrollmentWorker
from support.customer import token_private_keys
from support.pin_pages import open_pin_page
from support.pkcs11_faults import CKR_PIN_LOCKED, Faults
from support.softhsm import MODULE, PIN, SoftHsmToken
from support.wizards import UiEnvironment, typed, until

CKF_USER_PIN_FINAL_TRY = 0x00020000


@pytest.fixture
def token(ui: UiEnvironment) -> SoftHsmToken:
    return ui.new_token()


@pytest.fixture
def faults(token: SoftHsmToken) -> Iterator[Faults]:
    with Faults(MODULE) as faults:
        yield faults


def test_renewal_from_the_notice_takes_two_clicks_and_the_pin(
    ui: UiEnvironment, token: SoftHsmToken
) -> None:
    old = ui.add_certificate(token.store())
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old, notice=True))
    customer.arrives_at(WizardPageId.NOTICE)
    customer.clicks_on("今すぐ更新する")
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("更新する")
    customer.shows_question("PIN")
    customer.types(PIN)
    customer.presses_enter()
    customer.arrives_at(WizardPageId.DONE)
    assert customer.clicks == ["今すぐ更新する", "更新する"]
    assert "電子証明書の更新と専用USBへの保存が完了いたしました" in customer.text
    assert "すみやかに専用USBをパソコンから取り外してください" in customer.text
    assert "インストールされたパソコン以外では" not in customer.text
    (new,) = ui.usable(token.store())
    assert new.serial_hex in customer.text


def test_wrong_pin_is_requested_again(ui: UiEnvironment, token: SoftHsmToken) -> None:
    customer = open_pin_page(ui, token)
    customer.types("000000")
    customer.clicks_on("次へ")
    until(lambda: "PINが違います" in customer.text, lambda: customer.text)
    assert "残りの回数が少なくなっています" in customer.text
    assert [field.text() for field in customer.fields()] == [""]
    customer.types(PIN)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.DONE)


def test_last_pin_attempt_requires_confirmation(
    ui: UiEnvironment, token: SoftHsmToken, faults: Faults
) -> None:
    faults.token_flags(add=CKF_USER_PIN_FINAL_TRY)
    customer = open_pin_page(ui, token)
    assert "あと1回まちがえると、専用USBがロックされます" in customer.text
    customer.types(PIN)
    assert "次へ" not in customer.buttons
    customer.presses_enter()
    assert customer.fields(), "Enter alone does not use the last attempt"
    customer.clicks_on("最後の1回であることを理解しました")
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.DONE)


def test_locked_token_offers_another_store(
    ui: UiEnvironment, token: SoftHsmToken, faults: Faults
) -> None:
    customer = open_pin_page(ui, token)
    faults.fail("C_Login", CKR_PIN_LOCKED)
    customer.types(PIN)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.PROBLEM)
    assert "専用USBがロックされています" in customer.text
    assert "CC-PIN-LOCKED" in customer.text
    assert "別の保存先を選ぶ" in customer.buttons
    assert "もう一度試す" not in customer.buttons, "no attempt is wasted on a locked token"
    faults.clear()
    assert len(ui.usable(token.store())) == 1


def test_cancelled_pin_prompt_can_be_retried(ui: UiEnvironment, token: SoftHsmToken) -> None:
    customer = open_pin_page(ui, token)
    customer.clicks_on("中止する")
    customer.arrives_at(WizardPageId.PAUSED)
    assert "何も変更しないうちに止めました" in customer.text
    assert "CC-" not in customer.text, "the customer's own choice is not an error"
    assert token_private_keys(token) == 1
    customer.clicks_on("続ける")
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("更新する")
    customer.shows_question("PIN")
    customer.types(PIN)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.DONE)


def test_renewal_continues_when_an_unplugged_token_is_back(
    ui: UiEnvironment, token: SoftHsmToken
) -> None:
    ui.bank.set_policy(wait_polls=1)
    customer = open_pin_page(ui, token)

    def unplug(report: Progress) -> None:
        if report == Progress(Step.WAIT, Phase.STARTED):
            token.pull()

    run = customer.wizard.session.run
    assert isinstance(run, EnrollmentWorker)
    # Runs in the worker's thread, and thus before the next step.
    run.interaction.progressed.connect(unplug, Qt.ConnectionType.DirectConnection)
    customer.types(PIN)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.PROBLEM)
    assert "専用USBを差し込み" in customer.text
    assert "更新前処理中" not in customer.text
    token.plug()
    customer.clicks_on("もう一度試す")
    customer.shows_question("PIN")
    customer.types(PIN)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.DONE)
    assert len(ui.usable(token.store())) == 1
    assert token_private_keys(token) == 2, "the new key and the key of the archived certificate"


def test_token_plugged_in_on_the_start_page_can_be_chosen(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old))
    customer.arrives_at(WizardPageId.START)
    assert "専用USBに保存する" not in customer.buttons
    assert "専用USBが接続されていません" in customer.text
    token = ui.new_token()
    customer.sees_button("専用USBに保存する")
    customer.clicks_on("専用USBに保存する")
    customer.clicks_on("更新する")
    customer.shows_question("PIN")
    customer.types(PIN)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.DONE)
    assert len(ui.usable(token.store())) == 1
    assert ui.usable(ui.pc) == []


def test_closing_at_the_pin_prompt_leaves_nothing_behind(
    ui: UiEnvironment, token: SoftHsmToken
) -> None:
    customer = open_pin_page(ui, token)
    outcomes: list[object] = []
    customer.wizard.finished_with.connect(outcomes.append)
    customer.wizard.close()
    until(lambda: len(outcomes) == 1)
    assert customer.is_closed
    assert token_private_keys(token) == 1


def test_escape_at_the_pin_prompt_stops_and_keeps_the_window(
    ui: UiEnvironment, token: SoftHsmToken
) -> None:
    customer = open_pin_page(ui, token)
    customer.types("12")
    customer.answers_no_to("入力した内容は消えます")
    customer.presses_escape()
    assert typed(customer.fields()[0]) == "12"
    QTest.keyClick(customer.fields()[0], Qt.Key.Key_Backspace)
    QTest.keyClick(customer.fields()[0], Qt.Key.Key_Backspace)
    customer.presses_escape()
    customer.arrives_at(WizardPageId.PAUSED)
    customer.clicks_on("続ける")
    customer.arrives_at(WizardPageId.START)

"""Wrong PINs, wrong codes and failed checks, as a customer meets them: real tokens, real bank."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.context import AppContext
from certclient.ui.enrollment.navigation import WizardPageId, failed
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.widgets.secret_field import SecretField
from support.bank import USER_ID
from support.customer import token_private_keys
from support.gallery import unreachable
from support.pin_pages import open_pin_page
from support.pkcs11_faults import Faults
from support.softhsm import MODULE, PIN, SoftHsmToken
from support.wizards import UiEnvironment, WizardDriver, typed, until, wait

CKF_USER_PIN_FINAL_TRY = 0x00020000


def shows(customer: WizardDriver, text: str) -> bool:
    return text in customer.text


def types_pin(customer: WizardDriver, pin: str) -> None:
    customer.types(pin)
    customer.clicks_on("次へ")


def picture(customer: WizardDriver) -> QImage:
    wait(50)
    page = customer.wizard.page_now
    assert page is not None
    return page.grab().toImage()


def red(image: QImage) -> int:
    """The number of reddish pixels."""
    found = 0
    for x in range(image.width()):
        for y in range(image.height()):
            colour = image.pixelColor(x, y)
            found += colour.red() > max(colour.green(), colour.blue()) + 60
    return found


@pytest.fixture
def token(ui: UiEnvironment) -> SoftHsmToken:
    return ui.new_token()


@pytest.fixture
def faults(token: SoftHsmToken) -> Iterator[Faults]:
    with Faults(MODULE) as faults:
        yield faults


def test_the_second_wrong_pin_is_not_the_first(ui: UiEnvironment, token: SoftHsmToken) -> None:
    customer = open_pin_page(ui, token)
    pictures = [picture(customer)]
    types_pin(customer, "000000")
    until(lambda: "PINが違います。" in customer.text, lambda: customer.text)
    assert "残りの回数は、この専用USBからはわかりません" in customer.text
    assert "続けて間違えると、専用USBがロックされて" in customer.text
    pictures.append(picture(customer))
    types_pin(customer, "000001")
    until(lambda: "PINが違います（2回目）" in customer.text, lambda: customer.text)
    pictures.append(picture(customer))
    assert red(pictures[0]) == 0
    assert red(pictures[1]) > 0
    assert pictures[1] != pictures[2]
    field = customer.fields()[0]
    assert typed(field) == ""
    assert field.hasFocus()
    assert "2回目" in field.accessibleDescription()
    types_pin(customer, PIN)
    customer.arrives_at(WizardPageId.DONE)


def test_the_last_try_says_what_a_lock_means_and_who_can_help(
    ui: UiEnvironment, token: SoftHsmToken, faults: Faults
) -> None:
    faults.token_flags(add=CKF_USER_PIN_FINAL_TRY)
    customer = open_pin_page(ui, token)
    assert "あと1回まちがえると" in customer.text
    assert "ログインも更新もできません" in customer.text
    assert "貴社の管理者の方" in customer.text, "a 利用者 asks the 管理者"


def test_keys_that_spoil_a_pin_are_named(ui: UiEnvironment, token: SoftHsmToken) -> None:
    customer = open_pin_page(ui, token)
    field = customer.fields()[0]
    QTest.keyClick(field, Qt.Key.Key_Home, Qt.KeyboardModifier.KeypadModifier)
    assert "NumLockがオフです" in customer.text
    QTest.keyClicks(field, "1")
    QTest.keyClick(field, Qt.Key.Key_1, Qt.KeyboardModifier.KeypadModifier)
    assert "NumLock" not in customer.text
    QTest.keyClicks(field, "A")  # a capital letter without Shift
    assert "CapsLockがオンです" in customer.text
    assert "CapsLockがオンです" in field.accessibleDescription()
    QTest.keyClicks(field, "a")
    assert "CapsLock" not in customer.text
    committed = QInputMethodEvent()
    committed.setCommitString("１")
    QApplication.sendEvent(field, committed)
    assert "日本語入力がオンです" in customer.text


def fill_in(customer: WizardDriver, user_id: str, code: str) -> None:
    customer.arrives_at(WizardPageId.LETTER)
    for number, text in enumerate((user_id, code)):
        customer.fields()[number].clear()
        customer.types(text, field_number=number)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("取得する")


def test_twelve_wrong_codes(ui: UiEnvironment) -> None:
    """Each is counted; what was typed stays to be corrected; nothing of it remains at the end."""
    ui.bank.set_policy(code_attempts=20)
    ui.bank.add_customer()
    code = ui.bank.issue_code().reveal()
    customer = ui.open(EnrollmentWizard.obtain(ui.context()))
    wrong = "WR0NG12345678901"
    fill_in(customer, USER_ID, wrong)
    customer.shows_question("発行コード")
    assert "発行コードが違います。" in customer.text
    assert "「O」と数字の「0」" in customer.text
    assert "「I」と数字の「1」" in customer.text
    assert "16文字です" in customer.text
    assert "使えなくすることがあります" not in customer.text
    for number in range(2, 13):
        field = customer.fields()[0]
        assert typed(field) == wrong, "kept, and selected"
        assert field.selectedText() == field.text()
        assert field.hasFocus()
        assert "次へ" not in customer.buttons, "the same code is not sent again"
        wrong = f"WRONGWRONG{number:06}"
        customer.types(wrong)
        customer.clicks_on("次へ")
        count = f"発行コードが違います（{number}回目）"
        until(partial(shows, customer, count), lambda: customer.text)
    assert "使えなくすることがあります" in customer.text
    assert wrong not in customer.text
    assert wrong not in repr(customer.wizard.session.wizard_state)
    customer.types(code)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.DONE)
    assert [typed(field) for field in customer.all_fields() if typed(field) == code] == []


def test_a_code_that_the_bank_locked_is_told_in_the_banks_words(ui: UiEnvironment) -> None:
    ui.bank.set_policy(code_attempts=2)
    ui.bank.add_customer()
    ui.bank.issue_code()
    customer = ui.open(EnrollmentWizard.obtain(ui.context()))
    fill_in(customer, USER_ID, "WRONG12345678901")
    customer.shows_question("発行コード")
    customer.types("WRONG12345678902")
    customer.clicks_on("次へ")
    until(lambda: "2回目" in customer.text or customer.wizard.page_id is WizardPageId.PROBLEM)
    if customer.wizard.page_id is WizardPageId.WORK:
        customer.types("WRONG12345678903")
        customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.PROBLEM)
    assert "発行コードを停止しました" in customer.text
    assert "練習銀行の窓口" in customer.text
    assert red(picture(customer)) > 0


def test_the_user_id_can_be_corrected(ui: UiEnvironment) -> None:
    ui.bank.add_customer()
    code = ui.bank.issue_code().reveal()
    customer = ui.open(EnrollmentWizard.obtain(ui.context()))
    fill_in(customer, "TKYM1408O54", code)
    customer.shows_question("発行コード")
    customer.clicks_on("ユーザIDを直す")
    customer.arrives_at(WizardPageId.LETTER)
    user, given_back = customer.fields()
    assert user.hasFocus()
    assert typed(given_back) == code, "it need not be typed again"
    QTest.keyClicks(user, USER_ID)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("取得する")
    customer.arrives_at(WizardPageId.DONE)
    (new,) = ui.usable(ui.pc)
    assert new.common_name == f"{USER_ID} 1403"
    assert ui.enrollment(ui.profile, ui.stores).pending() == []


def test_own_cancel_of_a_code_is_no_error(ui: UiEnvironment) -> None:
    ui.bank.add_customer()
    customer = ui.open(EnrollmentWizard.obtain(ui.context()))
    fill_in(customer, USER_ID, "WRONG12345678901")
    customer.shows_question("発行コード")
    customer.clicks_on("中止する")
    customer.arrives_at(WizardPageId.PAUSED)
    assert "CC-" not in customer.text
    assert "お問い合わせ" not in customer.text
    assert not any(
        typed(field) for field in customer.all_fields() if isinstance(field, SecretField)
    )


def test_own_cancel_of_the_pin_leaves_no_key_and_no_error(
    ui: UiEnvironment, token: SoftHsmToken
) -> None:
    customer = open_pin_page(ui, token)
    types_pin(customer, "000000")
    until(lambda: "PINが違います" in customer.text)
    customer.clicks_on("中止する")
    customer.arrives_at(WizardPageId.PAUSED)
    assert "CC-" not in customer.text
    assert token_private_keys(token) == 1


def test_what_the_customer_declined_is_no_error(ui: UiEnvironment) -> None:
    customer = ui.open(EnrollmentWizard.renew(ui.context(), ui.add_certificate(ui.pc)))
    customer.arrives_at(WizardPageId.START)
    session = customer.wizard.session
    session.wizard_state = failed(session.wizard_state, CertclientError(ErrorCode.CONSENT_REFUSED))
    customer.wizard.show_page(WizardPageId.PROBLEM)
    assert "取りやめました" in customer.text
    assert "CC-" not in customer.text
    assert "お問い合わせ" not in customer.text
    assert red(picture(customer)) == 0


def failed_checks(ui: UiEnvironment, context: AppContext) -> WizardDriver:
    old = ui.add_certificate(ui.pc)
    customer = ui.open(EnrollmentWizard.renew(unreachable(context), old))
    customer.arrives_at(WizardPageId.CHECKS)
    customer.sees_button("もう一度確かめる")
    wait(50)
    return customer


def test_failed_checks_say_so(ui: UiEnvironment) -> None:
    customer = failed_checks(ui, ui.context())
    assert customer.heading == "まだ更新を始められません"
    assert "前処理中" not in customer.text
    assert "何も始めていません" in customer.text
    assert "まだ確かめていません" in customer.text
    assert "記録されています" not in customer.text
    assert "「続ける」" not in customer.text, "nothing has begun that could be resumed"
    assert "お問い合わせ" in customer.text or "ご相談" in customer.text
    assert "CC-NET-UNREACHABLE" in customer.text
    assert red(picture(customer)) > 0
    customer.clicks_on("お問い合わせ用にコピーする")
    assert "CC-NET-UNREACHABLE" in customer.clipboard
    assert ui.profile.id in customer.clipboard

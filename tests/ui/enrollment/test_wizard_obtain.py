"""C1, C2, D1: 取得 after expiry, too late, and the first issue."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import time

import pytest

from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.login_test import LoginTest, LoginTestResult
from certclient.enrollment.procedure import Finished, Pending
from certclient.enrollment.procedure_status import status_of
from certclient.model.lifecycle import RenewalPolicy
from certclient.model.moving import confirmation_number
from certclient.model.secret import Secret
from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient_practice.repositories.issue_codes import CodeStyle
from support.bank import USER_ID
from support.scripted import ScriptedUser, UnavailableVault
from support.softhsm import PIN
from support.wizards import UiEnvironment, WizardDriver, typed, until


def full_width(code: Secret) -> str:
    """The code as typed from a letter: full-width, with spaces and dashes."""
    wide = code.reveal().translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)})
    return f" {wide[:3]}ー{wide[3:6]} {wide[6:]}　"


def fill_in_letter(customer: WizardDriver, user_id: str, code: str) -> None:
    customer.arrives_at(WizardPageId.LETTER)
    assert "次へ" not in customer.buttons
    if user_id:
        customer.types(user_id)
    customer.pastes(code, field_number=1)
    customer.clicks_on("次へ")


def test_first_issue_with_the_code_from_the_letter(ui: UiEnvironment) -> None:
    ui.bank.add_customer()
    code = ui.bank.issue_code()
    customer = ui.open(EnrollmentWizard.obtain(ui.context()))
    fill_in_letter(customer, USER_ID, full_width(code))
    customer.arrives_at(WizardPageId.START)
    assert USER_ID in customer.text
    customer.clicks_on("取得する")
    customer.arrives_at(WizardPageId.DONE)
    assert "電子証明書のインストールが完了しました" in customer.text
    assert customer.clicks == ["次へ", "取得する"]
    assert "確認番号" not in customer.text, "nobody moves"
    (new,) = ui.usable(ui.pc)
    assert new.common_name == f"{USER_ID} 1403"


@pytest.mark.parametrize("logs_in", [True, False])
def test_who_moves_sees_the_number_for_the_old_pc_once_the_new_one_logs_in(
    ui: UiEnvironment, logs_in: bool
) -> None:
    ui.bank.add_customer()
    code = ui.bank.issue_code()
    customer = ui.open(EnrollmentWizard.obtain(ui.context(), moving=True))
    fill_in_letter(customer, USER_ID, code.reveal())
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("取得する")
    customer.arrives_at(WizardPageId.DONE)
    session = customer.wizard.session
    finished = session.wizard_state.outcome
    assert isinstance(finished, Finished)
    test = LoginTest(LoginTestResult.WORKED if logs_in else LoginTestResult.BROWSER_ONLY)
    session.wizard_state = replace(session.wizard_state, outcome=replace(finished, login=test))
    customer.wizard.show_page(WizardPageId.DONE)
    number = confirmation_number(finished.certificate, ui.profile.id, USER_ID)
    assert "元のパソコンに入力する確認番号" in customer.text
    assert (number in customer.text) is logs_in
    assert ("ログインを確かめてください" in customer.text) is not logs_in


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has one store for all browsers")
def test_several_browsers_are_asked_for_and_the_choice_is_remembered(ui: UiEnvironment) -> None:
    chromium, firefox = (
        NssStore(load_softokn(), ui.folder / name, browser=name, title=name)
        for name in ("Chromium", "Firefox")
    )
    ui.stores[:] = [chromium, firefox]
    ui.bank.add_customer()
    code = ui.bank.issue_code()
    context = ui.context()
    customer = ui.open(EnrollmentWizard.obtain(context))
    fill_in_letter(customer, USER_ID, code.reveal())
    customer.arrives_at(WizardPageId.START)
    assert "取得する" not in customer.buttons, "not before a browser has been chosen"
    assert "電子証明書の保存先を、上から選んでください" in customer.text
    customer.clicks_on("パソコンに保存する  (Firefox)")
    customer.clicks_on("取得する")
    customer.arrives_at(WizardPageId.DONE)
    assert [len(ui.stored(store)) for store in (chromium, firefox)] == [0, 1]
    assert context.preferred_store.recall() == firefox.store_id


def test_the_user_id_may_be_typed_as_the_list_shows_it(ui: UiEnvironment) -> None:
    ui.bank.add_customer()
    code = ui.bank.issue_code()
    customer = ui.open(EnrollmentWizard.obtain(ui.context()))
    fill_in_letter(customer, f"{USER_ID} 1403", code.reveal())
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("取得する")
    customer.arrives_at(WizardPageId.DONE)
    (new,) = ui.usable(ui.pc)
    assert new.common_name == f"{USER_ID} 1403"


def test_a_user_id_that_the_bank_cannot_have_is_refused_before_anything_is_made(
    ui: UiEnvironment,
) -> None:
    ui.bank.add_customer()
    code = ui.bank.issue_code()
    customer = ui.open(EnrollmentWizard.obtain(ui.context()))
    fill_in_letter(customer, USER_ID.lower(), code.reveal())
    customer.arrives_at(WizardPageId.PROBLEM)
    assert "CC-USER-ID" in customer.text
    assert f"もしかして：{USER_ID}" in customer.text
    assert ui.bank.bank.certificates() == []
    customer.clicks_on("もう一度試す")
    customer.arrives_at(WizardPageId.LETTER)


def test_first_issue_on_a_token(ui: UiEnvironment) -> None:
    token = ui.new_token()
    ui.bank.add_customer()
    code = ui.bank.issue_code()
    customer = ui.open(EnrollmentWizard.obtain(ui.context(), USER_ID))
    fill_in_letter(customer, "", code.reveal())
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("専用USBに保存する")
    customer.clicks_on("取得する")
    customer.shows_question("PIN")
    customer.types(PIN)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.DONE)
    assert "電子証明書の取得と専用USBへの保存が完了いたしました" in customer.text
    assert len(ui.usable(token.store())) == 1


def test_expired_certificate_is_replaced_with_an_issue_code(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc, days=-5)
    code = ui.bank.issue_code()
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old, notice=True))
    fill_in_letter(customer, "", code.reveal())
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("取得する")
    customer.arrives_at(WizardPageId.DONE)
    (new,) = ui.usable(ui.pc)
    assert new != old.certificate
    assert "古い電子証明書は" in customer.text


@pytest.mark.parametrize(
    ("suffix", "contact"), [("1403", "貴社の管理者の方"), ("1394", "練習銀行の窓口")]
)
def test_too_late_names_the_contact_for_the_role(
    ui: UiEnvironment, suffix: str, contact: str
) -> None:
    old = ui.add_certificate(ui.pc, days=-91, suffix=suffix)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old, notice=True))
    customer.arrives_at(WizardPageId.TOO_LATE)
    assert contact in customer.text
    assert list(customer.buttons) == ["閉じる"]


def test_ninetieth_day_is_not_too_late(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc, days=-90)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old))
    customer.arrives_at(WizardPageId.LETTER)


@pytest.mark.parametrize("place", ["usb", "pc"])
def test_resumed_obtain_keeps_its_title(ui: UiEnvironment, place: str) -> None:
    """The title says 取得, not 更新, also after an interruption."""
    store = ui.new_token().store() if place == "usb" else ui.pc
    ui.bank.add_customer(USER_ID)
    code = ui.bank.issue_code(USER_ID)
    ui.max_wait = 0.0
    ui.bank.set_policy(wait_polls=1)
    person = ScriptedUser(pins=[PIN], secrets={SecretKind.ISSUE_CODE: [code.reveal()]})
    enrollment = ui.enrollment(ui.profile, ui.stores)
    assert isinstance(enrollment.obtain(USER_ID, store, person), Pending)
    ui.max_wait = 60.0
    (view,) = enrollment.pending()
    wizard = EnrollmentWizard.resume(ui.context(), status_of(view, running=False))
    customer = ui.open(wizard)
    assert wizard.windowTitle() == "電子証明書取得"
    if place == "usb":
        customer.shows_question("PIN")
        customer.types(PIN)
        customer.presses_enter()
    customer.arrives_at(WizardPageId.DONE)
    messages = {
        "usb": "電子証明書の取得と専用USBへの保存が完了いたしました",
        "pc": "電子証明書のインストールが完了しました",
    }
    assert messages[place] in customer.text


def test_wrong_code_is_requested_again(ui: UiEnvironment) -> None:
    ui.bank.add_customer()
    code = ui.bank.issue_code()
    customer = ui.open(EnrollmentWizard.obtain(ui.context(), USER_ID))
    fill_in_letter(customer, "", "WRONG12345678901")
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("取得する")
    customer.shows_question("発行コード")
    assert "発行コードが違います" in customer.text
    customer.types(code.reveal())
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.DONE)


def test_code_is_not_stored_anywhere(ui: UiEnvironment) -> None:
    ui.vault = UnavailableVault()
    ui.bank.add_customer()
    code = ui.bank.issue_code().reveal()
    customer = ui.open(EnrollmentWizard.obtain(ui.context(), USER_ID))
    fill_in_letter(customer, "", code)
    customer.arrives_at(WizardPageId.START)
    assert code not in repr(customer.wizard.session.wizard_state)
    customer.clicks_on("取得する")
    customer.arrives_at(WizardPageId.DONE)
    assert not any(code in typed(field) for field in customer.all_fields())
    stored = [path for path in ui.folder.rglob("*") if path.is_file()]
    assert stored
    assert not any(code.encode() in path.read_bytes() for path in stored)


def test_escape_asks_only_if_input_would_be_lost(ui: UiEnvironment) -> None:
    customer = ui.open(EnrollmentWizard.obtain(ui.context(), USER_ID))
    customer.arrives_at(WizardPageId.LETTER)
    customer.types("ABC", field_number=1)
    customer.answers_no_to("入力した内容は消えます")
    customer.presses_escape()
    assert customer.wizard.isVisible()
    assert typed(customer.fields()[1]) == "ABC"
    customer.fields()[1].clear()
    customer.presses_escape()
    until(lambda: customer.is_closed)


def test_escape_on_the_next_page_goes_back_and_keeps_what_was_typed(ui: UiEnvironment) -> None:
    customer = ui.open(EnrollmentWizard.obtain(ui.context(), USER_ID))
    customer.arrives_at(WizardPageId.LETTER)
    customer.types("ABC", field_number=1)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.START)
    customer.answers_no_to("入力した内容は消えます")
    customer.wizard.close()
    assert customer.wizard.isVisible(), "the window's X asks on this page, too"
    customer.presses_escape()
    customer.arrives_at(WizardPageId.LETTER)
    assert typed(customer.fields()[1]) == "ABC"
    assert customer.wizard.focusWidget() is customer.fields()[1]


def test_link_provides_the_code(ui: UiEnvironment) -> None:
    """The bank's page issues a ticket; here the letter's code takes its place."""
    ui.bank.add_customer()
    code = ui.bank.issue_code()
    wizard = EnrollmentWizard.obtain(ui.context(), USER_ID, profile_id=ui.profile.id, ticket=code)
    customer = ui.open(wizard)
    customer.arrives_at(WizardPageId.LETTER)
    assert len(customer.fields()) == 1, "only the user ID"
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("取得する")
    customer.arrives_at(WizardPageId.DONE)
    assert not wizard.session.has_ticket


def test_codes_whose_hyphens_count_and_a_code_of_another_form(ui: UiEnvironment) -> None:
    ui.bank.set_policy(codes=CodeStyle.HYPHENS)
    ui.bank.write_profile()
    ui.bank.add_customer()
    code = ui.bank.issue_code().reveal()
    assert code.count("-") == 3
    customer = ui.open(EnrollmentWizard.obtain(ui.context()))
    fill_in_letter(customer, USER_ID, code.replace("-", ""))
    assert customer.wizard.page_id is WizardPageId.LETTER
    for words in ("発行コードはハイフンを含む19桁の英数字", "入力したのは16文字です"):
        assert words in customer.text
    customer.pastes(code.lower().replace("-", "ー"), field_number=1)
    assert "入力したのは" not in customer.text
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("取得する")
    customer.arrives_at(WizardPageId.DONE)
    assert len(ui.usable(ui.pc)) == 1


def test_once_renewal_has_closed_the_window_leads_to_obtaining(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc, days=0)
    ui.bank.set_policy(renewal=RenewalPolicy(until=time(0)))
    ui.bank.write_profile()
    code = ui.bank.issue_code()
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old))
    customer.arrives_at(WizardPageId.LETTER)
    assert "更新の受付は0:00に終了しました" in customer.text
    assert "有効期限が切れた" not in customer.text
    fill_in_letter(customer, "", code.reveal())
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("取得する")
    customer.arrives_at(WizardPageId.DONE)

"""The wizard and the bank: further secrets (B2), waiting, refusals and an unreachable bank."""

from __future__ import annotations

from PySide6.QtCore import Qt

from certclient.enrollment.lock import exclusive
from certclient.enrollment.procedure import Finished, Pending
from certclient.enrollment.procedure_status import status_of
from certclient.model.errors import ErrorCode
from certclient.model.profile import SecretPolicy
from certclient.model.progress import Phase, Progress, Step
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.tasks.enrollment_worker import EnrollmentWorker
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID
from support.softhsm import MODULE, PIN
from support.wizards import UiEnvironment, WizardDriver, until, wait

BANK_PIN = "4321"
ONE_TIME_PASSWORD = "998877"


def open_start_page(ui: UiEnvironment) -> WizardDriver:
    old = ui.add_certificate(ui.pc)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old))
    customer.arrives_at(WizardPageId.START)
    return customer


def start_as_administrator(ui: UiEnvironment) -> WizardDriver:
    """Seed S2: 1394, ご契約先暗証番号, お客様カードの確認用パスワード."""
    ui.profile_with(
        ProfileOptions(
            pkcs11_modules=(MODULE,),
            ask_pin=SecretPolicy.ADMINISTRATORS,
            ask_one_time_password=SecretPolicy.ADMINISTRATORS,
        )
    )
    ui.bank.add_customer(suffix="1394", pin=BANK_PIN, one_time_password=ONE_TIME_PASSWORD)
    old = ui.add_newer_certificate(ui.pc, 20)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old))
    customer.arrives_at(WizardPageId.START)
    assert "管理者" in customer.text
    customer.clicks_on("更新する")
    return customer


def test_administrator_enters_pin_and_one_time_password(ui: UiEnvironment) -> None:
    customer = start_as_administrator(ui)
    customer.shows_question("ご契約先暗証番号")
    customer.types(BANK_PIN)
    customer.clicks_on("次へ")
    customer.shows_question("お客様カードの確認用パスワード")
    assert [field.text() for field in customer.fields()] == [""]
    customer.types(ONE_TIME_PASSWORD)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.DONE)
    (new,) = ui.usable(ui.pc)
    assert new.common_name == f"{USER_ID} 1394"
    kept = [path for path in ui.folder.rglob("*") if path.is_file()]
    secrets = (BANK_PIN.encode(), ONE_TIME_PASSWORD.encode())
    assert not any(secret in path.read_bytes() for path in kept for secret in secrets[1:])


def test_nothing_is_requested_without_the_bank_pin(ui: UiEnvironment) -> None:
    customer = start_as_administrator(ui)
    customer.shows_question("ご契約先暗証番号")
    customer.clicks_on("中止する")
    customer.arrives_at(WizardPageId.PAUSED)
    assert "CC-" not in customer.text, "the customer's own choice is not an error"
    assert len(ui.usable(ui.pc)) == 1


def test_wizard_polls_a_waiting_ca_again(ui: UiEnvironment) -> None:
    ui.max_wait = 0.0
    ui.bank.set_policy(wait_polls=1)
    customer = open_start_page(ui)
    outcomes: list[object] = []
    customer.wizard.finished_with.connect(outcomes.append)
    customer.clicks_on("更新する")
    customer.arrives_at(WizardPageId.WAITING)
    assert "このウィンドウは閉じてもかまいません" in customer.text
    assert isinstance(outcomes[0], Pending)
    ui.max_wait = 60.0
    customer.arrives_at(WizardPageId.DONE)
    assert isinstance(outcomes[-1], Finished)


def test_waiting_procedure_is_resumed_after_closing_the_wizard(ui: UiEnvironment) -> None:
    ui.max_wait = 0.0
    ui.bank.set_policy(wait_polls=1)
    customer = open_start_page(ui)
    customer.clicks_on("更新する")
    customer.arrives_at(WizardPageId.WAITING)
    customer.presses_escape()
    until(lambda: customer.is_closed)
    ui.max_wait = 60.0
    (view,) = ui.enrollment(ui.profile, ui.stores).pending()
    customer = ui.open(EnrollmentWizard.resume(ui.context(), status_of(view, running=False)))
    customer.arrives_at(WizardPageId.DONE)
    assert customer.clicks == []
    (new,) = ui.usable(ui.pc)
    assert ui.bank.state_of(new.serial_hex) is CertificateState.CONFIRMED


def test_refusal_shows_the_banks_message(ui: UiEnvironment) -> None:
    customer = open_start_page(ui)
    (old,) = ui.usable(ui.pc)
    ui.bank.revoke(old.serial_hex)
    customer.clicks_on("更新する")
    customer.arrives_at(WizardPageId.PROBLEM)
    assert "この電子証明書は金融機関で使えません" in customer.text
    assert "認証局からの説明" in customer.text
    assert ui.usable(ui.pc) == [old]
    customer.clicks_on("お問い合わせ用にコピーする")
    copied = customer.clipboard
    assert "[CC-CERT-NOT-ACCEPTED]" in copied
    assert USER_ID in copied


def test_unreachable_bank_is_shown_before_any_question(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc)
    context = ui.context()
    ui.bank.stop()
    customer = ui.open(EnrollmentWizard.renew(context, old))
    customer.sees_button("もう一度確かめる")
    assert customer.wizard.page_id is WizardPageId.CHECKS
    assert "CC-NET-UNREACHABLE" in customer.text
    assert "問題あり" in customer.text


def test_stop_after_this_step_and_continue(ui: UiEnvironment) -> None:
    ui.bank.set_policy(wait_polls=1)
    customer = open_start_page(ui)
    customer.clicks_on("更新する")
    customer.arrives_at(WizardPageId.WORK)
    customer.clicks_on("この手順が済んだら止める")
    customer.arrives_at(WizardPageId.PAUSED)
    assert "途中で止めました" in customer.text
    assert len(ui.usable(ui.pc)) == 1
    customer.clicks_on("続ける")
    customer.arrives_at(WizardPageId.DONE)


def test_procedure_continues_after_closing_the_wizard(ui: UiEnvironment) -> None:
    ui.bank.set_policy(wait_polls=1)
    customer = open_start_page(ui)
    (old,) = ui.usable(ui.pc)
    outcomes: list[object] = []
    customer.wizard.finished_with.connect(outcomes.append)
    customer.clicks_on("更新する")
    customer.arrives_at(WizardPageId.WORK)
    assert "この画面は閉じてもかまいません" in customer.text
    customer.presses_escape()
    assert customer.is_closed
    until(lambda: len(outcomes) == 1)
    assert isinstance(outcomes[0], Finished)
    assert ui.usable(ui.pc) == [outcomes[0].certificate] != [old]


def test_too_early_shows_only_a_close_button(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc, days=31)
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old))
    customer.arrives_at(WizardPageId.PROBLEM)
    assert "まだ更新の時期ではありません" in customer.text
    assert list(customer.buttons) == ["閉じる"]


def test_procedure_running_in_another_process_is_shown(ui: UiEnvironment) -> None:
    customer = open_start_page(ui)
    with exclusive(ui.folder / "locks", ui.profile.id, USER_ID):
        customer.clicks_on("更新する")
        customer.arrives_at(WizardPageId.PROBLEM)
        assert "CC-PROCEDURE-RUNNING" in customer.text
    customer.clicks_on("もう一度試す")
    customer.arrives_at(WizardPageId.START)


def test_wizard_can_be_closed_during_the_checks(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc)
    context = ui.context()
    for milliseconds in (0, 5, 30, 80):
        customer = ui.open(EnrollmentWizard.renew(context, old))
        wait(milliseconds)
        customer.presses_escape()
        until(lambda customer=customer: customer.is_closed)  # type: ignore[misc] # bound at once
    until(lambda: context.tasks.idle)
    assert ui.usable(ui.pc) == [old.certificate]


def test_last_page_shows_warnings(ui: UiEnvironment) -> None:
    """The token is unplugged before the old certificate is archived."""
    token = ui.new_token()
    old = ui.add_certificate(token.store())
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old))
    customer.arrives_at(WizardPageId.START)
    customer.clicks_on("パソコンに保存する")
    customer.clicks_on("更新する")
    customer.shows_question("PIN")
    run = customer.wizard.session.run
    assert isinstance(run, EnrollmentWorker)

    def unplug(report: Progress) -> None:
        if report == Progress(Step.ARCHIVE_OLD, Phase.STARTED):
            token.pull()

    # Runs in the worker's thread, and thus before the next step.
    run.interaction.progressed.connect(unplug, Qt.ConnectionType.DirectConnection)
    customer.types(PIN)
    customer.clicks_on("次へ")
    customer.arrives_at(WizardPageId.DONE)
    until(lambda: "[CC-CERT-OLD-STAYS]" in customer.text)
    (warning,) = customer.wizard.session.warnings
    assert warning.data["serial"] == old.certificate.serial_hex
    assert warning.data["cause"] in (ErrorCode.TOKEN_REMOVED.code, ErrorCode.TOKEN_MISSING.code)
    assert "古い電子証明書は、ブラウザーに表示されないように" not in customer.text
    assert len(ui.usable(ui.pc)) == 1

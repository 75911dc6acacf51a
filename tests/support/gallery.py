"""Every page of the wizard, reached as a customer reaches it, for checks and screenshots.

for name, window in wizard_pages(office, context): window.grab().save(f"{name}.png")

It searches for no labels, so it works in every language.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.enrollment.journal import ProcedureState
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLoginRequest
from certclient.store.base import AttemptsLeft, PinRequest, StoredCertificate
from certclient.ui.context import AppContext
from certclient.ui.enrollment.batch.dialog import RenewAllDialog
from certclient.ui.enrollment.navigation import WizardPageId, failed
from certclient.ui.enrollment.pages.work import WorkPage
from certclient.ui.enrollment.proxy_login import ProxyLoginDialog
from certclient.ui.enrollment.wizard import EnrollmentWizard
from support.cli_runner import view
from support.pkcs11_faults import CKR_PIN_LOCKED, Faults
from support.softhsm import MODULE, PIN
from support.wizards import LONG, UiEnvironment, WizardDriver, until, wait

Shown = Iterator[tuple[str, QWidget]]

_CODE_IN_PICTURES = "7K3M-9TQX-2WHD-6RPA"
"""A code that was never issued, but looks like one."""

_SETTLED = 150
"""Milliseconds until layouts and scroll bars have settled."""


def wizard_pages(ui: UiEnvironment, context: AppContext) -> Shown:
    """Name and window of every page. Creates certificates of several customers in the office."""
    yield from _renewal_on_the_pc(ui, context)
    yield from _renewal_on_the_token(ui, context)
    yield from _first_issue(ui, context)
    yield from _after_expiry(ui, context)
    yield from _failed_checks(ui, context)
    yield from _stopped(ui, context)
    yield from _questions(ui, context)
    yield from _all(ui, context)


def press(wizard_driver: WizardDriver) -> None:
    """Presses the default button, like Enter."""
    QTest.mouseClick(wizard_driver.wizard.default_button, Qt.MouseButton.LeftButton)


@contextmanager
def _opened(ui: UiEnvironment, wizard: EnrollmentWizard) -> Iterator[WizardDriver]:
    wizard_driver = ui.open(wizard)
    yield wizard_driver
    run = wizard.session.run
    if run is not None:
        run.interaction.close()
    wizard.done(0)
    until(lambda: wizard_driver.is_closed)


def _renew(
    ui: UiEnvironment, context: AppContext, stored: StoredCertificate, *, notice: bool = False
) -> EnrollmentWizard:
    return EnrollmentWizard.renew(context, stored, notice=notice)


def _settled(name: str, window: QWidget) -> tuple[str, QWidget]:
    wait(_SETTLED)
    return name, window


def _renewal_on_the_pc(ui: UiEnvironment, context: AppContext) -> Shown:
    stored = ui.add_certificate(ui.pc, user_id="TKYM1408054")
    ui.bank.set_policy(wait_polls=1)
    sleep, waits, photographed = ui.sleep, threading.Event(), threading.Event()

    def sleep_once_photographed(seconds: float) -> None:
        waits.set()
        photographed.wait(LONG / 1000)
        sleep(seconds)

    ui.sleep = sleep_once_photographed
    ui.stack.callback(photographed.set)
    with _opened(ui, _renew(ui, context, stored, notice=True)) as wizard_driver:
        wizard = wizard_driver.wizard
        wizard_driver.arrives_at(WizardPageId.NOTICE)
        yield _settled("notice", wizard)
        press(wizard_driver)
        wizard_driver.arrives_at(WizardPageId.CHECKS)
        yield _settled("checks", wizard)
        wizard_driver.arrives_at(WizardPageId.START)
        yield _settled("start-pc", wizard)
        press(wizard_driver)
        wizard_driver.arrives_at(WizardPageId.WORK)
        until(waits.is_set)
        yield _settled("work", wizard)
        photographed.set()
        wizard_driver.arrives_at(WizardPageId.DONE)
        yield _settled("done-pc", wizard)
    ui.sleep = sleep
    ui.bank.set_policy(wait_polls=0)


def _renewal_on_the_token(ui: UiEnvironment, context: AppContext) -> Shown:
    if ui.hsm is None:  # Windows: no tokens in tests
        return
    token = ui.new_token()
    stored = ui.add_certificate(token.store(), user_id="TKYM1408055")
    with _opened(ui, _renew(ui, context, stored)) as wizard_driver:
        wizard = wizard_driver.wizard
        wizard_driver.arrives_at(WizardPageId.START)
        yield _settled("start-usb", wizard)
        press(wizard_driver)
        wizard_driver.shows_question("PIN")
        yield _settled("pin", wizard)
        wizard_driver.types("000000")
        press(wizard_driver)
        until(lambda: bool(wizard_driver.fields()) and not wizard_driver.fields()[0].text())
        wizard_driver.shows_question("PIN")
        yield _settled("pin-wrong", wizard)
        wizard_driver.types(PIN)
        press(wizard_driver)
        wizard_driver.arrives_at(WizardPageId.DONE)
        yield _settled("done-usb", wizard)
    yield from _locked(ui, context, ui.add_newer_certificate(token.store(), 20, "TKYM1408055"))


def _locked(ui: UiEnvironment, context: AppContext, stored: StoredCertificate) -> Shown:
    with _opened(ui, _renew(ui, context, stored)) as wizard_driver, Faults(MODULE) as faults:
        wizard_driver.arrives_at(WizardPageId.START)
        press(wizard_driver)
        wizard_driver.shows_question("PIN")
        faults.fail("C_Login", CKR_PIN_LOCKED)
        wizard_driver.types(PIN)
        press(wizard_driver)
        wizard_driver.arrives_at(WizardPageId.PROBLEM)
        yield _settled("problem-pin-locked", wizard_driver.wizard)


def _first_issue(ui: UiEnvironment, context: AppContext) -> Shown:
    ui.bank.add_customer("TKYM1408056")
    code = ui.bank.issue_code("TKYM1408056")
    with _opened(ui, EnrollmentWizard.obtain(context)) as wizard_driver:
        wizard_driver.arrives_at(WizardPageId.LETTER)
        wizard_driver.types("TKYM1408056")
        wizard_driver.types(_CODE_IN_PICTURES, field_number=1)
        yield _settled("letter", wizard_driver.wizard)
        wizard_driver.fields()[1].selectAll()
        wizard_driver.types(code.reveal(), field_number=1)
        press(wizard_driver)
        wizard_driver.arrives_at(WizardPageId.START)
        yield _settled("start-obtain", wizard_driver.wizard)
        press(wizard_driver)
        wizard_driver.arrives_at(WizardPageId.DONE)


def _after_expiry(ui: UiEnvironment, context: AppContext) -> Shown:
    for name, days, suffix, page in (
        ("letter-expired", -5, "1403", WizardPageId.LETTER),
        ("too-late-user", -91, "1403", WizardPageId.TOO_LATE),
        ("too-late-administrator", -91, "1394", WizardPageId.TOO_LATE),
        ("too-early", 40, "1403", WizardPageId.PROBLEM),
    ):
        user_id = f"TKYM14081{days % 100:02}{suffix[-1]}"
        stored = ui.add_certificate(ui.pc, days, user_id, suffix)
        with _opened(ui, _renew(ui, context, stored)) as wizard_driver:
            wizard_driver.arrives_at(page)
            yield _settled(name, wizard_driver.wizard)


def unreachable(context: AppContext) -> AppContext:
    """`context` with a bank whose server nobody answers for."""
    (profile,) = context.profiles
    ca = replace(profile.ca, url="https://127.0.0.1:9/")
    return replace(context, profiles=(replace(profile, ca=ca),))


def _failed_checks(ui: UiEnvironment, context: AppContext) -> Shown:
    stored = ui.add_certificate(ui.pc, user_id="TKYM1408060")
    with _opened(ui, _renew(ui, unreachable(context), stored)) as wizard_driver:
        until(lambda: wizard_driver.wizard.bar.primary.isVisible())
        yield _settled("checks-failed", wizard_driver.wizard)


def _stopped(ui: UiEnvironment, context: AppContext) -> Shown:
    """Waiting for the CA, paused, refused, and without connection to the bank."""
    stored = ui.add_certificate(ui.pc, user_id="TKYM1408057")
    ui.max_wait = 0.0
    ui.bank.set_policy(wait_polls=1, check_after=3600)
    with _opened(ui, _renew(ui, context, stored)) as wizard_driver:
        wizard_driver.arrives_at(WizardPageId.START)
        press(wizard_driver)
        wizard_driver.arrives_at(WizardPageId.WAITING)
        yield _settled("waiting", wizard_driver.wizard)
        wizard_driver.wizard.show_page(WizardPageId.PAUSED)
        yield _settled("paused", wizard_driver.wizard)
        session = wizard_driver.wizard.session
        stopped = view("TKYM1408054", "p1")
        for code, data in (
            (ErrorCode.TOKEN_REMOVED, {"token": "専用USB"}),
            (ErrorCode.NETWORK_UNREACHABLE, {"host": "ca.example"}),
            (ErrorCode.CERTIFICATE_NOT_ACCEPTED, {"serial": "2f81", "message": "失効しました。"}),
            (ErrorCode.CA_REFUSED, {"message": "この電子証明書は失効しています。"}),
        ):
            session.wizard_state = failed(
                session.wizard_state, CertclientError(code, **data), stopped
            )
            wizard_driver.wizard.show_page(WizardPageId.PROBLEM)
            yield _settled(f"problem-{code.code.removeprefix('CC-').lower()}", wizard_driver.wizard)
        lost = CertclientError(ErrorCode.NETWORK_UNREACHABLE, host="ca.example")
        unconfirmed = replace(stopped, state=ProcedureState.VERIFIED)
        session.wizard_state = failed(session.wizard_state, lost, unconfirmed)
        wizard_driver.wizard.show_page(WizardPageId.PROBLEM)
        yield _settled("problem-unconfirmed", wizard_driver.wizard)
    ui.max_wait = 60.0
    ui.bank.set_policy(wait_polls=0, check_after=1)


def _questions(ui: UiEnvironment, context: AppContext) -> Shown:
    """Questions that depend on the bank or on a token's counter."""
    stored = ui.add_certificate(ui.pc, user_id="TKYM1408058", suffix="1394")
    with _opened(ui, _renew(ui, context, stored)) as wizard_driver:
        wizard_driver.arrives_at(WizardPageId.START)
        wizard_driver.wizard.show_page(WizardPageId.WORK)
        page = wizard_driver.wizard.page_now
        assert isinstance(page, WorkPage)
        user_id = "TKYM1408058"
        for name, question in (
            (
                "pin-last-try",
                PinRequest("", "専用USB", AttemptsLeft.FINAL, previous_incorrect=True),
            ),
            ("bank-pin", SecretRequest(SecretKind.BANK_PIN, user_id)),
            ("one-time-password", SecretRequest(SecretKind.ONE_TIME_PASSWORD, user_id)),
            ("issue-code-wrong", SecretRequest(SecretKind.ISSUE_CODE, user_id, True)),
        ):
            page.ask(question)
            yield _settled(name, wizard_driver.wizard)
        page.cancel_question()
        request = ProxyLoginRequest(
            "proxy.example.co.jp:8080", "Example Kogyo", ("Digest",), True, can_keep=True
        )
        login = ProxyLoginDialog(context, request, wizard_driver.wizard)
        login.open()
        yield _settled("proxy-login", login)
        login.done(0)


def _all(ui: UiEnvironment, context: AppContext) -> Shown:
    """Renews all due certificates in the office: one is refused, the others are renewed."""
    for number in range(3):
        stored = ui.add_certificate(ui.pc, 5 + number, f"TKYM140809{number}")
        if number == 1:
            ui.bank.revoke(stored.certificate.serial_hex)
    if ui.hsm is not None:
        ui.add_certificate(ui.new_token("青いUSB").store(), 9, "TKYM1408093")
    dialog = RenewAllDialog(context)
    dialog.show()
    until(lambda: bool(dialog.batch.rows))
    yield _settled("all-start", dialog)
    QTest.mouseClick(dialog.bar.primary, Qt.MouseButton.LeftButton)
    if ui.hsm is not None:
        until(dialog.panel.isVisible)
        yield _settled("all-pin", dialog)
        QTest.keyClicks(dialog.panel.field, PIN)
        dialog.bar.primary.click()
    until(lambda: dialog.batch.over)
    yield _settled("all-done", dialog)
    dialog.done(0)

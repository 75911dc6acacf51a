"""Every page of the wizard, reached as a customer reaches it, for checks and screenshots.

for name, window in wizard_pages(office, context): window.grab().save(f"{name}.png")

It searches for no labels, so it works in every language.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.enrollment.journal import State
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import AttemptsLeft, PinRequest, StoredCertificate
from certclient.ui.context import AppContext
from certclient.ui.enrollment.batch import RenewAllDialog
from certclient.ui.enrollment.navigation import Page, failed
from certclient.ui.enrollment.pages.work import WorkPage
from certclient.ui.enrollment.wizard import EnrollmentWizard
from support.clerk import view
from support.pkcs11_faults import CKR_PIN_LOCKED, Faults
from support.softhsm import MODULE, PIN
from support.wizards import Office, Visitor, until, wait

Shown = Iterator[tuple[str, QWidget]]

_SETTLED = 150
"""Milliseconds until layouts and scroll bars have settled."""


def wizard_pages(office: Office, context: AppContext) -> Shown:
    """Name and window of every page. Creates certificates of several customers in the office."""
    yield from _renewal_on_the_pc(office, context)
    yield from _renewal_on_the_token(office, context)
    yield from _first_issue(office, context)
    yield from _after_expiry(office, context)
    yield from _stopped(office, context)
    yield from _questions(office, context)
    yield from _all(office, context)


def press(visitor: Visitor) -> None:
    """Presses the default button, like Enter."""
    QTest.mouseClick(visitor.wizard.default_button, Qt.MouseButton.LeftButton)


@contextmanager
def _opened(office: Office, wizard: EnrollmentWizard) -> Iterator[Visitor]:
    visitor = office.open(wizard)
    yield visitor
    run = wizard.session.run
    if run is not None:
        run.interaction.close()
    wizard.done(0)
    until(lambda: visitor.gone)


def _renew(
    office: Office, context: AppContext, stored: StoredCertificate, *, notice: bool = False
) -> EnrollmentWizard:
    return EnrollmentWizard.renew(context, stored, notice=notice)


def _settled(name: str, window: QWidget) -> tuple[str, QWidget]:
    wait(_SETTLED)
    return name, window


def _renewal_on_the_pc(office: Office, context: AppContext) -> Shown:
    stored = office.give(office.pc, user_id="TKYM1408054")
    office.bank.set_policy(wait_polls=1)
    with _opened(office, _renew(office, context, stored, notice=True)) as visitor:
        wizard = visitor.wizard
        visitor.arrives_at(Page.NOTICE)
        yield _settled("notice", wizard)
        press(visitor)
        visitor.arrives_at(Page.CHECKS)
        yield _settled("checks", wizard)
        visitor.arrives_at(Page.START)
        yield _settled("start-pc", wizard)
        press(visitor)
        visitor.arrives_at(Page.WORK)
        yield _settled("work", wizard)
        visitor.arrives_at(Page.DONE)
        yield _settled("done-pc", wizard)
    office.bank.set_policy(wait_polls=0)


def _renewal_on_the_token(office: Office, context: AppContext) -> Shown:
    if office.hsm is None:  # Windows: no tokens in tests
        return
    token = office.new_token()
    stored = office.give(token.store(), user_id="TKYM1408055")
    with _opened(office, _renew(office, context, stored)) as visitor:
        wizard = visitor.wizard
        visitor.arrives_at(Page.START)
        yield _settled("start-usb", wizard)
        press(visitor)
        visitor.is_asked("PIN")
        yield _settled("pin", wizard)
        visitor.types("000000")
        press(visitor)
        until(lambda: bool(visitor.fields()) and not visitor.fields()[0].text())
        visitor.is_asked("PIN")
        yield _settled("pin-wrong", wizard)
        visitor.types(PIN)
        press(visitor)
        visitor.arrives_at(Page.DONE)
        yield _settled("done-usb", wizard)
    yield from _locked(office, context, office.give_again(token.store(), 20, "TKYM1408055"))


def _locked(office: Office, context: AppContext, stored: StoredCertificate) -> Shown:
    with _opened(office, _renew(office, context, stored)) as visitor, Faults(MODULE) as faults:
        visitor.arrives_at(Page.START)
        press(visitor)
        visitor.is_asked("PIN")
        faults.fail("C_Login", CKR_PIN_LOCKED)
        visitor.types(PIN)
        press(visitor)
        visitor.arrives_at(Page.PROBLEM)
        yield _settled("problem-pin-locked", visitor.wizard)


def _first_issue(office: Office, context: AppContext) -> Shown:
    office.bank.add_customer("TKYM1408056")
    code = office.bank.issue_code("TKYM1408056")
    with _opened(office, EnrollmentWizard.obtain(context)) as visitor:
        visitor.arrives_at(Page.LETTER)
        visitor.types("TKYM1408056")
        visitor.types(code.reveal(), field_number=1)
        yield _settled("letter", visitor.wizard)
        press(visitor)
        visitor.arrives_at(Page.START)
        yield _settled("start-obtain", visitor.wizard)
        press(visitor)
        visitor.arrives_at(Page.DONE)


def _after_expiry(office: Office, context: AppContext) -> Shown:
    for name, days, suffix, page in (
        ("letter-expired", -5, "1403", Page.LETTER),
        ("too-late-user", -91, "1403", Page.TOO_LATE),
        ("too-late-administrator", -91, "1394", Page.TOO_LATE),
        ("too-early", 40, "1403", Page.PROBLEM),
    ):
        user_id = f"TKYM14081{days % 100:02}{suffix[-1]}"
        stored = office.give(office.pc, days, user_id, suffix)
        with _opened(office, _renew(office, context, stored)) as visitor:
            visitor.arrives_at(page)
            yield _settled(name, visitor.wizard)


def _stopped(office: Office, context: AppContext) -> Shown:
    """Waiting for the CA, paused, refused, and without connection to the bank."""
    stored = office.give(office.pc, user_id="TKYM1408057")
    office.patience = 0.0
    office.bank.set_policy(wait_polls=1, check_after=3600)
    with _opened(office, _renew(office, context, stored)) as visitor:
        visitor.arrives_at(Page.START)
        press(visitor)
        visitor.arrives_at(Page.WAITING)
        yield _settled("waiting", visitor.wizard)
        visitor.wizard.show_page(Page.PAUSED)
        yield _settled("paused", visitor.wizard)
        session = visitor.wizard.session
        stopped = view("TKYM1408054", "p1")
        for code, data in (
            (ErrorCode.TOKEN_REMOVED, {"token": "専用USB"}),
            (ErrorCode.NETWORK_UNREACHABLE, {"host": "ca.example"}),
            (ErrorCode.CERTIFICATE_NOT_ACCEPTED, {"serial": "2f81", "message": "失効しました。"}),
            (ErrorCode.CA_REFUSED, {"message": "この電子証明書は失効しています。"}),
        ):
            session.journey = failed(session.journey, CertclientError(code, **data), stopped)
            visitor.wizard.show_page(Page.PROBLEM)
            yield _settled(f"problem-{code.code.removeprefix('CC-').lower()}", visitor.wizard)
        lost = CertclientError(ErrorCode.NETWORK_UNREACHABLE, host="ca.example")
        unconfirmed = replace(stopped, state=State.VERIFIED)
        session.journey = failed(session.journey, lost, unconfirmed)
        visitor.wizard.show_page(Page.PROBLEM)
        yield _settled("problem-unconfirmed", visitor.wizard)
    office.patience = 60.0
    office.bank.set_policy(wait_polls=0, check_after=1)


def _questions(office: Office, context: AppContext) -> Shown:
    """Questions that depend on the bank or on a token's counter."""
    stored = office.give(office.pc, user_id="TKYM1408058", suffix="1394")
    with _opened(office, _renew(office, context, stored)) as visitor:
        visitor.arrives_at(Page.START)
        visitor.wizard.show_page(Page.WORK)
        page = visitor.wizard.page_now
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
            yield _settled(name, visitor.wizard)
        page.cancel_question()


def _all(office: Office, context: AppContext) -> Shown:
    """Renews all due certificates in the office: one is refused, the others are renewed."""
    for number in range(3):
        stored = office.give(office.pc, 5 + number, f"TKYM140809{number}")
        if number == 1:
            office.bank.revoke(stored.certificate.serial_hex)
    dialog = RenewAllDialog(context)
    dialog.show()
    until(lambda: bool(dialog.batch.rows))
    yield _settled("all-start", dialog)
    ended: list[bool] = []
    dialog.all_done.connect(lambda: ended.append(True))
    dialog.batch.asked.connect(lambda _question: dialog.secondary.click())
    QTest.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    until(lambda: bool(ended))
    yield _settled("all-done", dialog)
    dialog.done(0)

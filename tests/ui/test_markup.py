"""Text from outside that looks like HTML is shown as it is, in every kind of window and notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QMessageBox, QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from certclient.i18n.help_guide import Topic
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.model.profile import Contact, Contacts, LocalizedText
from certclient.model.proxy_login import ProxyLoginRequest
from certclient.store.base import AttemptsLeft, PinRequest, no_pin
from certclient.ui.context import AppContext
from certclient.ui.dialogs.details import DetailsDialog
from certclient.ui.dialogs.error_dialog import ErrorDialog
from certclient.ui.dialogs.help_window import HelpWindow
from certclient.ui.dialogs.new_pin_dialog import NewPinDialog
from certclient.ui.dialogs.pin_dialog import PinDialog
from certclient.ui.enrollment.navigation import WizardPageId, failed
from certclient.ui.enrollment.proxy_login import ProxyLoginDialog
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.store_scanner import StoreScanner
from certclient.ui.shell.tray import Tray
from certclient.ui.widgets.boxes import new_box
from certclient.ui.widgets.parts import notification
from support.cli_runner import view
from support.odd_certificates import OddCertificate, attribute, name, rdn
from support.window_rules import faults_of_markup, is_markup
from support.wizards import LONG, UiEnvironment, until

HOSTILE = "<img src=//h/a>"


def hostile(ui: UiEnvironment) -> AppContext:
    """A bank whose every text is markup."""
    context, texts = ui.context(), LocalizedText(ja=f"{HOSTILE}銀行", en=f"{HOSTILE} bank")
    (profile,) = context.profiles
    profile = replace(
        profile, bank=texts, contacts=Contacts(Contact(texts), Contact(texts, HOSTILE, texts))
    )
    ui.desktop.profiles = (profile,)
    return replace(context, profiles=(profile,))


def texts(window: QWidget) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel))


@pytest.fixture
def listed(ui: UiEnvironment, qtbot: QtBot) -> Iterator[tuple[MainWindow, AppContext]]:
    """The main window with a certificate of the bank's on a token, and somebody's own."""
    ui.add_certificate(ui.new_token(HOSTILE).store())
    with ui.pc.open(no_pin) as session:
        key = session.create_key(KeySpec(), "odd")
        subject = name(rdn(attribute("O", HOSTILE.encode())), rdn(attribute("CN", b"<b>x</b>")))
        odd = OddCertificate(subject=subject, issuer=subject, spki=session.signer(key).spki)
        session.install(key, Certificate.read(odd.der), "odd")
    context = hostile(ui)
    window, scanner = MainWindow(context), StoreScanner(context)
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(scanner.scanned, timeout=LONG):
        scanner.refresh()
    yield window, context
    scanner.stop()
    window.card_actions.close()


def test_the_list_its_details_and_the_tray_icon(
    listed: tuple[MainWindow, AppContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    window, context = listed
    rows = context.state.overview.rows
    assert any(HOSTILE in row.entry.store.label for row in rows)
    assert list(faults_of_markup(window)) == []
    for row in rows:
        details = DetailsDialog(context, row, HOSTILE, window)
        assert HOSTILE in texts(details)
        assert list(faults_of_markup(details)) == []
    shown: list[str] = []
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _self, *told: shown.extend(told[:2]))
    tray = Tray(context)
    tray.remind(list(rows))
    until(lambda: len(shown) == 2)  # a worker has asked the system first
    tray.notify(HOSTILE, "a & b &lt;")
    until(lambda: len(shown) == 4)
    assert not any("<" in text for text in (*shown, tray.icon.toolTip()))
    assert shown[-1] == "a & b ＆lt;"
    window.show_message(f"{HOSTILE}\n&lt;")
    (box,) = window.findChildren(QMessageBox)
    assert list(faults_of_markup(box)) == []
    box.close()


def test_questions_and_errors(ui: UiEnvironment, qtbot: QtBot) -> None:
    context, parent = hostile(ui), QWidget()
    qtbot.addWidget(parent)
    pin = PinRequest("x", HOSTILE, AttemptsLeft.UNKNOWN)
    refused = CertclientError(ErrorCode.CA_REFUSED, message=HOSTILE, reason=HOSTILE)
    missing = CertclientError(ErrorCode.TOKEN_MISSING, token=HOSTILE)
    for dialog in (
        PinDialog(context, pin, parent),
        NewPinDialog(context, replace(pin, min_length=4, max_length=8), parent),
        ProxyLoginDialog(context, ProxyLoginRequest(f"{HOSTILE}:80"), parent),
        ErrorDialog(context, missing, HOSTILE, parent),
        ErrorDialog(context, refused, HOSTILE, parent),
        help_window := HelpWindow(context, parent),
    ):
        dialog.show()
        if dialog is help_window:
            help_window.open_topic(Topic.CONTACT)
        assert HOSTILE in texts(dialog), dialog
        assert list(faults_of_markup(dialog)) == []
        dialog.close()


def test_pages_of_the_wizard(ui: UiEnvironment) -> None:
    stored = ui.add_certificate(ui.pc)
    ui.new_token(HOSTILE)
    wizard = EnrollmentWizard.renew(hostile(ui), stored, notice=True)
    driver = ui.open(wizard)
    driver.arrives_at(WizardPageId.NOTICE)
    assert HOSTILE in texts(wizard)
    assert list(faults_of_markup(wizard)) == []
    refused = CertclientError(ErrorCode.CA_REFUSED, message=HOSTILE, reason=HOSTILE)
    wizard.session.wizard_state = failed(
        wizard.session.wizard_state, refused, view("TKYM1408054", "p1")
    )
    wizard.show_page(WizardPageId.PROBLEM)
    driver.arrives_at(WizardPageId.PROBLEM)
    assert HOSTILE in driver.text
    assert list(faults_of_markup(wizard)) == []


def test_a_box_takes_none_of_its_texts_for_html(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    box = new_box(QMessageBox.Icon.Warning, HOSTILE, parent)
    box.setText(HOSTILE)
    box.setInformativeText(HOSTILE)
    assert list(faults_of_markup(box)) == []


@pytest.mark.parametrize("text", [HOSTILE, "&lt;b&gt;", "a<b", "&#60;img>", "&amp;lt;"])
def test_a_notification_has_neither_tags_nor_entities(text: str) -> None:
    shown = notification(text)
    assert "<" not in shown
    assert not is_markup(shown)
    assert len(shown) == len(text)


def test_a_harmless_notification_is_kept() -> None:
    assert notification("株式会社A&B: 残り3日") == "株式会社A&B: 残り3日"

"""「この電子証明書を失効する」 in the details of a certificate: real stores, a real bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from certclient.model.certificate import Certificate
from certclient.model.revocation_reason import RevocationReason
from certclient.ui.dialogs.details import DetailsDialog
from certclient.ui.dialogs.error_dialog import ErrorDialog
from certclient.ui.dialogs.pin_dialog import PinDialog
from certclient.ui.dialogs.revoke_dialog import RevokeDialog
from certclient.ui.overview.card_menu import Entry
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.store_scanner import StoreScanner
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID
from support.softhsm import PIN
from support.window_rules import (
    faults_of_enter,
    faults_of_focus,
    faults_of_guard,
    faults_of_mnemonics,
    faults_of_tab_order,
)
from support.wizards import LONG, UiEnvironment, until


@dataclass
class Customer:
    """Opens the details of the only certificate and presses buttons."""

    window: MainWindow
    ui: UiEnvironment

    def details(self) -> DetailsDialog:
        (card,) = self.window.cards.cards
        action = card.entry(Entry.DETAILS)
        assert action is not None
        action.trigger()
        (dialog,) = self.window.findChildren(DetailsDialog)
        return dialog

    def asks_to_revoke(self) -> RevokeDialog:
        self.details().revoke_button.click()
        until(lambda: any(one.isVisible() for one in self.window.findChildren(RevokeDialog)))
        (dialog,) = (one for one in self.window.findChildren(RevokeDialog) if one.isVisible())
        return dialog

    def told(self) -> str:
        until(lambda: not self.window.card_actions.revocations.busy and bool(self._boxes()))
        (box,) = self._boxes()
        return box.text()

    def _boxes(self) -> list[QMessageBox]:
        return [box for box in self.window.findChildren(QMessageBox) if box.isVisible()]

    def error(self) -> str:
        until(lambda: bool(self.window.findChildren(ErrorDialog)))
        (dialog,) = self.window.findChildren(ErrorDialog)
        return " ".join(label.text() for label in dialog.findChildren(QLabel))

    def state(self, certificate: Certificate) -> CertificateState | None:
        return self.ui.bank.state_of(certificate.serial_hex)


Opens = Callable[[], Customer]


@pytest.fixture
def opens(ui: UiEnvironment, qtbot: QtBot) -> Iterator[Opens]:
    """Opens the main window with the first certificate selected."""
    scanners: list[StoreScanner] = []
    windows: list[MainWindow] = []

    def opened() -> Customer:
        context = ui.context()
        window = MainWindow(context)
        qtbot.addWidget(window)
        scanner = StoreScanner(context)
        scanners.append(scanner)
        windows.append(window)
        window.stores_changed.connect(scanner.refresh)
        window.show()
        with qtbot.waitSignal(scanner.scanned, timeout=LONG):
            scanner.refresh()
        return Customer(window, ui)

    yield opened
    for scanner in scanners:
        scanner.stop()
    for window in windows:
        window.card_actions.revocations.close()


def test_the_last_one_is_revoked_after_a_deliberate_consent(
    ui: UiEnvironment, opens: Opens
) -> None:
    certificate = ui.add_certificate(ui.pc).certificate
    customer = opens()
    dialog = customer.asks_to_revoke()
    assert not dialog.bar.primary.isEnabled()
    dialog.consent.click()
    assert not dialog.bar.primary.isEnabled(), "the last one needs the user ID as well"
    QTest.keyClicks(dialog.word, USER_ID.lower())
    dialog.reasons[RevocationReason.SUSPECTED].click()
    assert customer.state(certificate) is CertificateState.CONFIRMED
    dialog.bar.primary.click()
    assert customer.told() == (
        "電子証明書を金融機関で失効しました。電子証明書と鍵を、ここから完全に削除しました。"
    )
    assert customer.state(certificate) is CertificateState.REVOKED
    assert list(ui.stored(ui.pc)) == []


def test_one_of_a_token_asks_for_the_pin_and_can_be_kept(ui: UiEnvironment, opens: Opens) -> None:
    token = ui.new_token().store()
    certificate = ui.add_certificate(token).certificate
    customer = opens()
    dialog = customer.asks_to_revoke()
    dialog.consent.click()
    QTest.keyClicks(dialog.word, USER_ID)
    dialog.delete_too.click()
    dialog.bar.primary.click()
    until(lambda: any(one.isVisible() for one in customer.window.findChildren(PinDialog)))
    (pin,) = (one for one in customer.window.findChildren(PinDialog) if one.isVisible())
    QTest.keyClicks(pin.field, PIN)
    pin.bar.primary.click()
    assert "しまいました" in customer.told()
    assert customer.state(certificate) is CertificateState.REVOKED
    (left,) = ui.stored(token)
    assert left.archived


def test_the_question_follows_the_rules_of_all_windows_and_can_be_declined(
    ui: UiEnvironment, opens: Opens
) -> None:
    certificate = ui.add_certificate(ui.pc).certificate
    customer = opens()
    dialog = customer.asks_to_revoke()
    dialog.activateWindow()
    faults = (
        *faults_of_focus(dialog),
        *faults_of_mnemonics(dialog),
        *faults_of_guard(dialog),
        *faults_of_enter(dialog),
        *faults_of_tab_order(dialog),
    )
    assert list(faults) == []
    dialog.reject()
    assert not customer.window.card_actions.revocations.busy
    assert customer.state(certificate) is CertificateState.CONFIRMED


def test_an_unplugged_token_is_named_for_the_bank(ui: UiEnvironment, opens: Opens) -> None:
    token = ui.new_token()
    certificate = ui.add_certificate(token.store()).certificate
    customer = opens()
    token.pull()
    customer.window.stores_changed.emit()
    until(lambda: bool(customer.window.row and customer.window.row.absent))
    customer.details().revoke_button.click()
    shown = customer.error()
    assert "CC-REVOKE-AT-BANK" in shown
    assert certificate.serial_hex in shown
    assert USER_ID in shown


def test_a_company_may_forbid_it(
    ui: UiEnvironment, opens: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    ui.add_certificate(ui.pc)
    strict = replace(ui.profile, own_revocation=False)
    monkeypatch.setattr(UiEnvironment, "profile", strict)
    assert not opens().details().revoke_button.isVisible()

"""「PINを変更する」 in the main window, with real tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from certclient.ui.dialogs.error_dialog import ErrorDialog
from certclient.ui.dialogs.new_pin_dialog import NewPinDialog
from certclient.ui.dialogs.pin_dialog import PinDialog
from certclient.ui.overview.card_menu import Entry
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.store_scanner import StoreScanner
from certclient.ui.widgets.secret_field import SecretField
from support.softhsm import PIN, SoftHsmToken, opens_with
from support.wizards import LONG, UiEnvironment, plain, until

NEW = "7410258"
Kind = TypeVar("Kind", PinDialog, NewPinDialog)


@dataclass
class Customer:
    """Presses buttons and types PINs."""

    window: MainWindow

    def change_pin(self) -> None:
        (card,) = self.window.cards.cards
        action = card.entry(Entry.CHANGE_PIN)
        assert action is not None
        assert plain(action.text()) == "PINを変更する"
        action.trigger()

    def types_current(self, pin: str) -> None:
        dialog = self._dialog(PinDialog)
        self._fill(dialog.field, pin)
        dialog.bar.primary.click()

    def types_new(self, pin: str, again: str | None = None) -> NewPinDialog:
        dialog = self._dialog(NewPinDialog)
        self._fill(dialog.field, pin)
        self._fill(dialog.repetition, pin if again is None else again)
        if dialog.bar.primary.isEnabled():
            dialog.bar.primary.click()
        return dialog

    def told(self) -> str:
        until(lambda: any(box.isVisible() for box in self.window.findChildren(QMessageBox)))
        (box,) = self.window.findChildren(QMessageBox)
        return box.text()

    def _dialog(self, kind: type[Kind]) -> Kind:
        until(lambda: any(one.isVisible() for one in self.window.findChildren(kind)))
        (dialog,) = (one for one in self.window.findChildren(kind) if one.isVisible())
        return dialog

    @staticmethod
    def _fill(field: SecretField, text: str) -> None:
        field.clear()
        QTest.keyClicks(field, text)


@pytest.fixture
def token(ui: UiEnvironment) -> SoftHsmToken:
    token = ui.new_token()
    ui.add_certificate(token.store())
    return token


@pytest.fixture
def customer(ui: UiEnvironment, token: SoftHsmToken, qtbot: QtBot) -> Iterator[Customer]:
    context = ui.context()
    window = MainWindow(context)
    qtbot.addWidget(window)
    scanner = StoreScanner(context)
    window.stores_changed.connect(scanner.refresh)
    window.show()
    with qtbot.waitSignal(scanner.scanned, timeout=LONG):
        scanner.refresh()
    yield Customer(window)
    scanner.stop()
    window.card_actions.pin_changes.close()


def test_pin_is_changed(customer: Customer, token: SoftHsmToken) -> None:
    customer.change_pin()
    customer.types_current(PIN)
    customer.types_new(NEW)
    assert customer.told() == "専用USBのPINを変更しました。"
    assert opens_with(token.store(), NEW)


def test_repetition_that_differs_is_told_and_sent_nowhere(
    customer: Customer, token: SoftHsmToken
) -> None:
    customer.change_pin()
    customer.types_current(PIN)
    dialog = customer.types_new(NEW, "7410259")
    assert not dialog.bar.primary.isEnabled()
    assert "同じではありません" in dialog.repetition.accessibleDescription()
    dialog.reject()
    until(lambda: not customer.window.card_actions.pin_changes.busy)
    assert opens_with(token.store(), PIN)
    assert not customer.window.findChildren(ErrorDialog), "cancelling is no error"


def test_wrong_pin_and_unfit_new_pin_are_asked_for_again(
    customer: Customer, token: SoftHsmToken
) -> None:
    customer.change_pin()
    customer.types_current("111111")
    customer.types_new("1")  # SoftHSM wants four characters
    dialog = customer.types_new(NEW)
    assert "専用USBが受け付けませんでした" in dialog.field.accessibleDescription()
    customer.types_current(PIN)
    customer.told()
    assert opens_with(token.store(), NEW)


def test_error_names_its_code(customer: Customer, token: SoftHsmToken) -> None:
    token.pull()
    customer.change_pin()
    until(lambda: bool(customer.window.findChildren(ErrorDialog)))
    (dialog,) = customer.window.findChildren(ErrorDialog)
    texts = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "CC-TOKEN-MISSING" in texts or "CC-TOKEN-REMOVED" in texts


def test_it_is_offered_for_tokens_only(
    ui: UiEnvironment, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    ui.add_certificate(ui.pc)
    context = ui.context()
    window = MainWindow(context)
    qtbot.addWidget(window)
    scanner = StoreScanner(context)
    request.addfinalizer(scanner.stop)
    window.show()
    with qtbot.waitSignal(scanner.scanned, timeout=LONG):
        scanner.refresh()
    (card,) = window.cards.cards
    assert card.entry(Entry.DETAILS) is not None
    assert card.entry(Entry.CHANGE_PIN) is None

"""F1: the help opens at the page that fits the window."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import certclient.ui
from certclient.i18n.help_guide import Topic
from certclient.store.base import AttemptsLeft, PinRequest
from certclient.ui.dialogs.help_window import HelpWindow
from certclient.ui.dialogs.pin_dialog import PinDialog
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.shell.help_opener import BY_WINDOW, HelpOpener
from support.wizards import UiEnvironment, until


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    QVBoxLayout(widget).addWidget(QPushButton("x"))
    qtbot.addWidget(widget)
    return widget


def press_f1(window: QWidget) -> None:
    window.activateWindow()
    until(lambda: window.focusWidget() is not None and window.isActiveWindow())
    QTest.keyClick(window, Qt.Key.Key_F1)


def test_the_wizard_opens_the_help_at_its_page(ui: UiEnvironment, parent: QWidget) -> None:
    stored = ui.add_certificate(ui.pc, 20)
    context, keeper = ui.context(), QObject()
    help_window = HelpWindow(context, parent)
    HelpOpener(context, lambda: help_window, keeper)
    driver = ui.open(EnrollmentWizard.renew(context, stored, notice=True))
    driver.arrives_at(WizardPageId.NOTICE)
    press_f1(driver.wizard)
    until(help_window.isVisible)
    opened = [help_window.topic]
    help_window.close()
    driver.wizard.show_page(WizardPageId.WAITING)
    press_f1(driver.wizard)
    until(help_window.isVisible)
    opened.append(help_window.topic)
    help_window.close()
    assert opened == [Topic.RENEW, Topic.UNFINISHED]


def test_a_modal_dialog_has_a_help_of_its_own_that_can_be_used(
    ui: UiEnvironment, parent: QWidget
) -> None:
    context, keeper = ui.context(), QObject()
    main = HelpWindow(context, parent)
    HelpOpener(context, lambda: main, keeper)
    dialog = PinDialog(context, PinRequest("x", "専用USB", AttemptsLeft.UNKNOWN), parent)
    dialog.open()
    press_f1(dialog)
    (own,) = dialog.findChildren(HelpWindow)
    until(own.isVisible)
    assert own.topic is Topic.PIN
    assert not main.isVisible()
    own.close()
    assert dialog.isVisible(), "Esc in the help closes the help alone"
    dialog.close()


def test_a_modal_dialog_has_one_help_and_no_button_that_does_nothing(
    ui: UiEnvironment, parent: QWidget
) -> None:
    context, keeper = ui.context(), QObject()
    main = HelpWindow(context, parent)
    HelpOpener(context, lambda: main, keeper)
    dialog = PinDialog(context, PinRequest("x", "専用USB", AttemptsLeft.UNKNOWN), parent)
    dialog.open()
    for _ in range(2):
        press_f1(dialog)
    (own,) = dialog.findChildren(HelpWindow)
    until(own.isVisible)
    assert not own.about_button.isVisible()
    own.close()
    press_f1(dialog)
    until(own.isVisible)
    assert dialog.findChildren(HelpWindow) == [own]
    dialog.close()


def test_the_windows_that_are_named_exist() -> None:
    for module in pkgutil.walk_packages(certclient.ui.__path__, "certclient.ui."):
        import_module(module.name)

    def below(base: type[QDialog]) -> set[str]:
        return {name for sub in base.__subclasses__() for name in ({sub.__name__} | below(sub))}

    assert set(BY_WINDOW) <= below(QDialog)

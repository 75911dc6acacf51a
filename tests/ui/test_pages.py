"""Every page and dialog, from one list: focus, Enter, tab order, focus ring, mnemonics, speech.

The list is `support.gallery.wizard_pages` and `dialogs`. A window class of the program that no
entry of it shows fails the test.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module

from PySide6.QtWidgets import (
    QDialog,
    QMainWindow,
    QMessageBox,
    QWidget,
)

import certclient.ui
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLoginRequest
from certclient.store.base import AttemptsLeft, PinPurpose, PinRequest
from certclient.ui.context import AppContext
from certclient.ui.diagnosis.dialog import DiagnosisDialog
from certclient.ui.dialogs.about.dialog import AboutWindow
from certclient.ui.dialogs.check.report import CheckReportDialog
from certclient.ui.dialogs.check.window import CheckWindow
from certclient.ui.dialogs.error_dialog import ErrorDialog
from certclient.ui.dialogs.help_window import HelpWindow
from certclient.ui.dialogs.new_pin_dialog import NewPinDialog
from certclient.ui.dialogs.pin_dialog import PinDialog
from certclient.ui.enrollment.pages.base import WizardPage
from certclient.ui.enrollment.proxy_login import ProxyLoginDialog
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.widgets.boxes import LossQuestion
from support.gallery import wizard_pages
from support.window_rules import (
    faults_of_enter,
    faults_of_focus,
    faults_of_guard,
    faults_of_markup,
    faults_of_mnemonics,
    faults_of_secrets,
    faults_of_speech,
    faults_of_tab_order,
)
from support.wizards import UiEnvironment, until, wait

ELSEWHERE = {
    "DetailsDialog": "needs a row of the list: test_main_window.py",
    "MainWindow": "test_main_window.py",
    "MoveWindow": "needs rows of the list: test_moving.py",
    "RevokeDialog": "needs a row of the list: test_revoking.py",
    "WindowFrame": "the main window before it is filled: test_first_window.py",
}
"""Window classes whose behaviour other tests check."""


@dataclass
class Recorder:
    """Stands for the screen reader: `said` is what was announced."""

    said: list[str] = field(default_factory=list)

    def __call__(self, widget: QWidget, text: str, *, urgent: bool = False) -> None:
        self.said.append(text)


def dialogs(context: AppContext, parent: QWidget) -> Iterator[tuple[str, QDialog]]:
    """The dialogs that need nothing but a parent."""
    pin = PinRequest("x", "専用USB", AttemptsLeft.UNKNOWN)
    last = replace(pin, attempts=AttemptsLeft.FINAL, previous_incorrect=True)
    yield "pin", PinDialog(context, pin, parent)
    yield "pin-last-try", PinDialog(context, last, parent)
    new = replace(pin, purpose=PinPurpose.NEW, min_length=4, max_length=8)
    yield "current-pin", PinDialog(context, replace(pin, purpose=PinPurpose.CURRENT), parent)
    yield "new-pin", NewPinDialog(context, new, parent)
    yield "new-pin-refused", NewPinDialog(context, replace(new, previous_incorrect=True), parent)
    yield "proxy", ProxyLoginDialog(context, ProxyLoginRequest("proxy.example:8080"), parent)
    error = CertclientError(ErrorCode.TOKEN_MISSING, token="専用USB")
    yield "error", ErrorDialog(context, error, "", parent)
    yield "help", HelpWindow(context, parent)
    if context.full_check is not None:
        yield "check", CheckWindow(context, context.full_check(), parent)
    yield "check-report", CheckReportDialog(context, "よし\n[問題] <b>x</b>\n", parent)
    yield "about", AboutWindow(context, parent)
    yield "diagnosis", DiagnosisDialog(context, parent)
    yield "close", LossQuestion(parent, rehearsal=True)
    yield "stop", LossQuestion(parent, rehearsal=True, stopping=True)


def all_windows(
    ui: UiEnvironment, recorder: Recorder, parent: QWidget
) -> Iterator[tuple[str, QWidget]]:
    """Name and window of every page and dialog."""
    context = replace(ui.context(), announce=recorder)
    yield from wizard_pages(ui, context)
    for name, dialog in dialogs(context, parent):
        dialog.show()
        dialog.activateWindow()
        wait(50)
        yield name, dialog
        dialog.close()


def test_every_page_and_dialog(ui: UiEnvironment) -> None:
    recorder, parent = Recorder(), QWidget()
    found: list[str] = []
    seen: set[type] = set()
    places: dict[str, set[tuple[int, int, int, int]]] = {}
    for name, window in all_windows(ui, recorder, parent):
        seen.add(type(window))
        window.activateWindow()
        until(window.isVisible)
        faults = [
            *faults_of_focus(window),
            *faults_of_mnemonics(window),
            *faults_of_secrets(window),
            *faults_of_guard(window),
            *faults_of_markup(window),
            *faults_of_speech(name, window, recorder.said),
        ]
        if isinstance(window, EnrollmentWizard):
            assert window.page_now is not None
            seen.add(type(window.page_now))
            place = window.bar.primary.mapTo(window, window.bar.primary.rect().topLeft())
            size = window.bar.primary.size()
            box = (place.x(), place.y(), size.width(), size.height())
            places.setdefault("primary", set()).add(box)
        if name not in _MOVING:
            faults += [*faults_of_enter(window), *faults_of_tab_order(window)]
        found += [f"{name}: {fault}" for fault in faults]
    parent.deleteLater()
    assert found == []
    assert len(places["primary"]) == 1, "the button that goes on keeps its place"
    shown = {one.__name__ for one in seen}
    assert {one.__name__ for one in window_classes()} - shown - set(ELSEWHERE) == set()


_MOVING = ("checks", "work", "check")
"""Pages that go on by themselves meanwhile."""


def window_classes() -> set[type[QWidget]]:
    """Every page, dialog and window class of the program."""
    for module in pkgutil.walk_packages(certclient.ui.__path__, "certclient.ui."):
        import_module(module.name)
    found: set[type[QWidget]] = set()
    for base in (WizardPage, QDialog, QMainWindow, QMessageBox):
        found |= {one for one in _below(base) if one.__module__.startswith("certclient.ui")}
    return {one for one in found if one is not WizardPage}


def _below(base: type[QWidget]) -> set[type[QWidget]]:
    return {one for sub in base.__subclasses__() for one in ({sub} | _below(sub))}

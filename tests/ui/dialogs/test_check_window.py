"""更新できますか？ as a window: real stores, the practice bank, and a bank that is away."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from certclient.enrollment.full_check.groups import FullCheck
from certclient.enrollment.full_check.values import Finding, Group, Item, Listener
from certclient.enrollment.preflight import Check, Verdict
from certclient.i18n.language import Language
from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.dialogs.check.report import CheckReportDialog
from certclient.ui.dialogs.check.window import CheckWindow, open_check
from certclient.ui.dialogs.error_dialog import ErrorDialog
from certclient.ui.dialogs.help_window import HelpWindow
from certclient.ui.widgets.progress import ProgressBar
from certclient.ui.widgets.tokens import Severity
from support.window_rules import faults_of_markup, label_texts
from support.wizards import UiEnvironment, until


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def checked(window: CheckWindow) -> CheckWindow:
    window.open_window()
    until(lambda: window.run is not None and not window.run.running)
    return window


def test_each_line_is_green_or_says_what_to_do(ui: UiEnvironment, parent: QWidget) -> None:
    ui.add_certificate(ui.pc, 20)
    window = checked(CheckWindow(ui.context(), ui.full_check(), parent))
    shown = label_texts(window)
    assert "更新できる状態です。問題は見つかりませんでした。" in shown
    assert "今、更新できます。" in shown
    assert window.bar.primary.isEnabled(), "it can be checked again"
    ui.bank.close()
    window.bar.primary.click()
    until(lambda: window.run is not None and not window.run.running)
    shown = label_texts(window)
    assert "問題が 1 件" in shown
    assert "CC-NET-UNREACHABLE" in shown
    assert window.summary.severity is Severity.ERROR
    window.close()


def restore(window: QWidget) -> None:
    """Minimises the window and brings it back, as the task bar does."""
    window.showMinimized()
    until(window.isMinimized)
    QApplication.processEvents()
    window.showNormal()
    until(lambda: not window.isMinimized())
    QApplication.processEvents()


def test_a_window_that_comes_back_keeps_its_results(ui: UiEnvironment, parent: QWidget) -> None:
    window = checked(CheckWindow(ui.context(), ui.full_check(), parent))
    found = window.run
    restore(window)
    assert window.run is found
    tops = len(QApplication.topLevelWidgets())
    window.cards.clear()
    assert len(QApplication.topLevelWidgets()) == tops, "what is removed is no window of its own"
    window.close()


def test_the_help_that_comes_back_leaves_the_focus_where_it_was(
    ui: UiEnvironment, parent: QWidget
) -> None:
    window = HelpWindow(ui.context(), parent)
    window.open_topic()
    window.activateWindow()
    until(window.search.hasFocus)
    window.topics.setFocus()
    restore(window)
    assert window.focusWidget() is window.topics


def test_a_dialog_that_comes_back_is_not_read_out_again(ui: UiEnvironment, parent: QWidget) -> None:
    said: list[str] = []

    def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
        del widget, urgent
        said.append(text)

    context = replace(ui.context(), announce=announce)
    error = ErrorDialog(context, CertclientError(ErrorCode.MOVE_NUMBER), "", parent)
    for dialog in (CheckReportDialog(context, "x", parent), error):
        dialog.show()
        restore(dialog)
        assert len(said) == 1
        said.clear()
        dialog.close()


def test_it_follows_the_language(ui: UiEnvironment, parent: QWidget) -> None:
    context = ui.context()
    window = checked(CheckWindow(context, ui.full_check(), parent))
    context.languages.switch(Language.ENGLISH)
    until(lambda: "Connection to the bank's server" in label_texts(window))
    assert "ready" in window.report().lower()
    window.close()


class Held(FullCheck):
    """One quick check, and one that goes on until it is let go."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def groups(self, banks: object = None, person: object = None) -> list[Group]:
        quick, slow = Item(Check.POLICY), Item(Check.RECORDS, title="<b>x</b>")

        def at_once(listener: Listener) -> None:
            listener.found(Finding(quick, Verdict.PASSED))

        def later(listener: Listener) -> None:
            self.go_on.wait()
            listener.found(Finding(slow, Verdict.PASSED))

        return [Group((quick,), 1e5, at_once), Group((slow,), 1e5, later)]


def test_results_show_as_they_come_and_closing_does_not_wait(
    ui: UiEnvironment, parent: QWidget
) -> None:
    held = Held()
    window = CheckWindow(ui.context(), held, parent)
    try:
        window.open_window()
        until(lambda: "良好" in window.report())
        assert window.run is not None
        assert window.run.running
        assert window.run.board.open
        (bar,) = window.findChildren(ProgressBar)
        assert bar.isVisible()
        assert 0 < bar.value() < bar.maximum()
        assert list(faults_of_markup(window)) == []
        window.close()
        assert not window.run.running
    finally:
        held.go_on.set()


def test_what_is_saved_is_what_was_shown(
    ui: UiEnvironment, parent: QWidget, tmp_path: Path
) -> None:
    ui.add_certificate(ui.pc, 20)
    window = checked(CheckWindow(ui.context(), ui.full_check(), parent))
    window.bar.secondary.click()
    (dialog,) = window.findChildren(CheckReportDialog)
    text, pdf = tmp_path / "確認.txt", tmp_path / "確認.pdf"
    dialog.save_text(text)
    assert text.read_text(encoding="utf-8-sig").splitlines() == dialog.text.splitlines()
    assert dialog.preview.toPlainText() == dialog.text
    assert "TKYM1408054" in dialog.text
    dialog.save_pdf(pdf)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert str(pdf) in label_texts(dialog)
    dialog.save_text(tmp_path / "missing" / "x.txt")
    assert "保存できませんでした" in label_texts(dialog)
    in_the_way = tmp_path / "folder.pdf"
    in_the_way.mkdir()
    dialog.save_pdf(in_the_way)
    assert f"保存できませんでした：{in_the_way}" in label_texts(dialog)
    dialog.close()
    window.close()


def test_a_program_without_the_check_does_not_offer_it(ui: UiEnvironment, parent: QWidget) -> None:
    open_check(replace(ui.context(), full_check=None), parent)
    assert not parent.findChildren(CheckWindow)

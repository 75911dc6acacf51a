"""The main window by keyboard: where the focus is, and what Enter does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from certclient.enrollment.overview import Row
from certclient.model.keys import KeySpec, own_label
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.store_scanner import StoreScanner
from certclient.ui.shell.small_notice import SmallNotice
from support.scripted import ScriptedUser
from support.softhsm import right_pin
from support.window_rules import (
    faults_of_focus,
    faults_of_guard,
    faults_of_mnemonics,
    faults_of_tab_order,
    framed,
)
from support.wizards import UiEnvironment, until


class Office:
    """A PC with the main window open."""

    def __init__(self, ui: UiEnvironment) -> None:
        self.ui = ui
        self.context = ui.context()
        self.window, self.scanner = MainWindow(self.context), StoreScanner(self.context)
        self.renewals: list[Row] = []
        self.window.renew_requested.connect(self.renewals.append)

    def open(self) -> MainWindow:
        self.window.show()
        self.window.activateWindow()
        self.scanner.start()
        until(lambda: self.scanner.complete)
        until(self.window.isActiveWindow)
        return self.window

    def close(self) -> None:
        self.scanner.stop()
        self.window.deleteLater()


@pytest.fixture
def office(ui: UiEnvironment) -> Iterator[Office]:
    office = Office(ui)
    yield office
    office.close()


def presses_enter(window: MainWindow | SmallNotice) -> None:
    focus = window.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Return)


def test_enter_renews_what_a_fresh_window_asks_for(office: Office) -> None:
    office.ui.add_certificate(office.ui.pc, 20)
    window = office.open()
    assert window.focusWidget() is window.card.act_button
    assert list(faults_of_focus(window)) == []
    presses_enter(window)
    assert [row.entry.owner.user_id for row in office.renewals] == ["TKYM1408054"]


def test_the_frame_follows_the_focus(office: Office) -> None:
    office.ui.add_certificate(office.ui.pc, 20)
    window = office.open()
    window.actions_row.help.setFocus()
    assert framed(window) == [window.actions_row.help]
    presses_enter(window)
    assert window.help_window.isVisible()
    window.help_window.close()
    window.cards.cards[0].setFocus()
    assert framed(window) == []
    presses_enter(window)
    assert len(office.renewals) == 1, "Enter on a card presses its button"


def test_a_pc_without_certificates_begins_with_the_first_one(office: Office) -> None:
    window = office.open()
    assert window.focusWidget() is window.empty.obtain
    assert list(faults_of_focus(window)) == []
    assert list(faults_of_tab_order(window)) == []


def test_every_control_is_reached_and_no_letter_means_two_things(office: Office) -> None:
    ui = office.ui
    for user_id in ("TKYM1408054", "TKYM1408055"):
        current = ui.add_certificate(ui.pc, 20, user_id)
        person = ScriptedUser(stop_before=lambda steps: len(steps) >= 3)
        ui.enrollment(ui.profile, ui.stores).renew(current, ui.pc, person)
    ui.add_certificate(ui.pc, 5, "TKYM1408056")
    with ui.pc.open(right_pin) as session:
        session.create_key(KeySpec(), own_label("a4c91e07d25b3f68"))
        session.create_key(KeySpec(), own_label("b4c91e07d25b3f69"))
    window = office.open()
    until(lambda: window.leftovers.isVisible() and len(window.unfinished) == 2)
    assert list(faults_of_mnemonics(window)) == []
    assert list(faults_of_tab_order(window)) == []
    assert list(faults_of_guard(window)) == []


def test_the_small_notice_renews_with_enter(office: Office) -> None:
    office.ui.add_certificate(office.ui.pc, 20)
    office.open()
    notice = SmallNotice(office.context)
    asked: list[Row] = []
    notice.card.renew_requested.connect(asked.append)
    notice.show_overview()
    notice.show()
    notice.activateWindow()
    until(notice.isActiveWindow)
    assert list(faults_of_focus(notice)) == []
    assert list(faults_of_guard(notice)) == []
    presses_enter(notice)
    assert len(asked) == 1
    notice.deleteLater()

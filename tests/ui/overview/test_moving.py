"""「新しいパソコンに移る」: a real bank and real stores, both sides in one window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from certclient.enrollment.overview import Condition
from certclient.model.certificate import Certificate
from certclient.model.moving import confirmation_number, read_number
from certclient.ui.overview.card_texts import CardTexts
from certclient.ui.overview.moving.flow import MovePageId
from certclient.ui.overview.moving.old_pages import AwaitPage, ConsentPage
from certclient.ui.overview.moving.window import MoveWindow
from certclient.ui.overview.owner_state import OwnerState
from certclient.ui.overview.store_scanner import StoreScanner
from certclient.ui.tasks.interaction import QtInteraction
from certclient.ui.widgets.fields import RadioButton
from certclient.ui.widgets.key_values import CopyButton
from certclient_practice.bank.names import PROFILE_ID
from certclient_practice.repositories.records import CertificateState
from support.bank import USER_ID
from support.pki import rsa_key, spki_of
from support.rows import row_in
from support.themes import cut_off
from support.window_rules import (
    faults_of_focus,
    faults_of_guard,
    faults_of_markup,
    faults_of_mnemonics,
    faults_of_tab_order,
)
from support.wizards import LONG, UiEnvironment, until


@dataclass
class Mover:
    """Who looks at the window; each page has to keep the rules of all windows."""

    window: MoveWindow
    seen: list[MovePageId]

    def arrives_at(self, name: MovePageId) -> None:
        until(lambda: self.window.page_id is name and not self.window.flow.busy)
        self.window.activateWindow()
        until(self.window.isActiveWindow)
        faults = (
            *faults_of_focus(self.window),
            *faults_of_mnemonics(self.window),
            *faults_of_guard(self.window),
            *faults_of_markup(self.window),
            *faults_of_tab_order(self.window),
        )
        assert list(faults) == [], name
        until(lambda: not cut_off(self.window))
        self.seen.append(name)

    def press(self) -> None:
        assert self.window.bar.primary.isEnabled()
        self.window.bar.primary.click()

    def agree(self) -> None:
        page = self.window.page
        assert isinstance(page, ConsentPage)
        assert not self.window.bar.primary.isEnabled(), "not without the consent"
        page.consent.click()
        self.press()

    def type_number(self, number: str) -> None:
        page = self.window.page
        assert isinstance(page, AwaitPage)
        page.number.clear()
        QTest.keyClicks(page.number, number)
        self.press()
        until(lambda: not self.window.flow.busy)


Opens = Callable[[], Mover]


@pytest.fixture
def opens(ui: UiEnvironment, qtbot: QtBot) -> Iterator[Opens]:
    """Opens the window in a program that has read the stores."""
    scanners: list[StoreScanner] = []
    parents: list[QWidget] = []

    def opened() -> Mover:
        context = ui.context()
        scanner = StoreScanner(context)
        scanners.append(scanner)
        with qtbot.waitSignal(scanner.scanned, timeout=LONG):
            scanner.refresh()
        parent = QWidget()
        qtbot.addWidget(parent)
        parents.append(parent)
        window = MoveWindow(context, parent)
        window.stores_changed.connect(scanner.refresh)
        window.show()
        return Mover(window, [])

    yield opened
    for scanner in scanners:
        scanner.stop()


def new_number(ui: UiEnvironment) -> str:
    """The number of a new computer's certificate."""
    new = ui.bank.issue_certificate(USER_ID, spki_of(rsa_key(7)), 365)
    return confirmation_number(new, PROFILE_ID, USER_ID)


def begin(ui: UiEnvironment, mover: Mover) -> Certificate:
    (stored,) = ui.stored(ui.pc)
    mover.arrives_at(MovePageId.WHICH)
    mover.press()
    mover.arrives_at(MovePageId.SHEET)
    mover.press()
    mover.arrives_at(MovePageId.AWAIT)
    return stored.certificate


def test_the_old_pc_waits_over_a_restart_and_then_gives_up_its_key(
    ui: UiEnvironment, opens: Opens
) -> None:
    ui.add_certificate(ui.pc)
    mover = opens()
    old = begin(ui, mover)
    assert ui.bank.state_of(old.serial_hex) is CertificateState.CONFIRMED
    mover.window.close()

    number = new_number(ui)
    mover = opens()
    mover.arrives_at(MovePageId.WHICH)
    mover.press()
    mover.arrives_at(MovePageId.AWAIT)
    mover.type_number("1234-5678-9012")
    page = mover.window.page
    assert isinstance(page, AwaitPage)
    assert "確認番号が違います" in page.field.error()
    mover.arrives_at(MovePageId.AWAIT)
    assert list(ui.stored(ui.pc)) != []
    mover.type_number(read_number(number))
    mover.arrives_at(MovePageId.CONSENT)
    mover.agree()
    mover.arrives_at(MovePageId.DONE)
    assert list(ui.stored(ui.pc)) == []
    assert ui.bank.state_of(old.serial_hex) is not CertificateState.CONFIRMED


def test_the_title_bars_button_does_not_stop_what_the_bank_is_asked(
    ui: UiEnvironment, opens: Opens
) -> None:
    ui.add_certificate(ui.pc)
    mover = opens()
    begin(ui, mover)
    mover.type_number(read_number(new_number(ui)))
    mover.arrives_at(MovePageId.CONSENT)
    mover.agree()
    assert mover.window.page_id is MovePageId.WORK
    mover.window.close()
    assert mover.window.isVisible()
    assert not any(one.stop_requested() for one in mover.window.findChildren(QtInteraction))
    mover.arrives_at(MovePageId.DONE)


def test_texts_from_outside_are_shown_as_they_are(ui: UiEnvironment, opens: Opens) -> None:
    mover = opens()
    state = mover.window.flow.context.state
    rows = tuple(row_in(Condition.RENEWABLE, user_id=one) for one in ("A&B\u202eC", USER_ID))
    state.state.update_stores(replace(state.overview, rows=rows), state.state.read_journal())
    for name in (MovePageId.CERTIFICATE, MovePageId.NEW):
        mover.window.flow.wanted.emit(name)
        radios = mover.window.page.findChildren(RadioButton)
        assert [one.isVisible() for one in radios] == [True, True]
        (text,) = (one.text() for one in radios if "TKYM" not in one.text())
        assert "A&&B<U+202E>C" in text, "a single & would become a mnemonic"


def test_lists_that_are_made_anew_leave_no_windows(ui: UiEnvironment, opens: Opens) -> None:
    ui.add_certificate(ui.pc)
    mover = opens()
    before = len(QApplication.topLevelWidgets())
    for name in (MovePageId.NEW, MovePageId.SHEET, MovePageId.NEW, MovePageId.LOST):
        mover.window.flow.wanted.emit(name)
        mover.window.page.enter()
        mover.window.page.retranslate()
        assert len(QApplication.topLevelWidgets()) == before


def test_called_off_there_is_a_way_back(ui: UiEnvironment, opens: Opens) -> None:
    ui.add_certificate(ui.pc)
    mover = opens()
    old = begin(ui, mover)
    context = mover.window.flow.context
    until(lambda: any(row.entry.move for row in context.state.overview.rows))
    (row,) = context.state.overview.rows
    card = OwnerState(PROFILE_ID, USER_ID, row)
    assert "移る途中です" in CardTexts(context).said(card).hint
    mover.window.bar.back.click()
    mover.arrives_at(MovePageId.WHICH)
    (left,) = ui.stored(ui.pc)
    assert (left.certificate, left.archived) == (old, False)


def test_the_new_pc_shows_the_number_once_it_has_logged_in(ui: UiEnvironment, opens: Opens) -> None:
    new = ui.add_certificate(ui.pc).certificate
    mover = opens()
    mover.arrives_at(MovePageId.WHICH)
    page = mover.window.pages[MovePageId.WHICH]
    page.choices[MovePageId.NEW].click()  # type: ignore[attr-defined]
    mover.press()
    mover.arrives_at(MovePageId.NEW)
    mover.press()
    if mover.window.flow.profile.login_test_url:
        mover.arrives_at(MovePageId.NUMBER)
        (copy,) = mover.window.page.findChildren(CopyButton)
        copy.click()
        assert QGuiApplication.clipboard().text() == mover.window.flow.number
        assert copy.text() == "コピーしました"
    else:  # under Wine
        mover.arrives_at(MovePageId.BY_HAND)
        mover.press()
    assert mover.window.flow.number == confirmation_number(new, PROFILE_ID, USER_ID)


def test_a_refused_login_shows_no_number(ui: UiEnvironment, opens: Opens) -> None:
    new = ui.add_certificate(ui.pc).certificate
    ui.bank.revoke(new.serial_hex)
    mover = opens()
    mover.window.flow.wanted.emit(MovePageId.NEW)
    mover.press()
    if mover.window.flow.profile.login_test_url:
        until(lambda: mover.window.error.isVisible())
        assert mover.window.flow.number == ""
        assert "ログイン" in mover.window.error.spoken()


def test_without_the_old_pc_the_telephone_comes_first(ui: UiEnvironment, opens: Opens) -> None:
    mover = opens()
    asked: list[bool] = []
    mover.window.obtain_requested.connect(lambda: asked.append(True))
    mover.window.flow.wanted.emit(MovePageId.LOST)
    mover.arrives_at(MovePageId.LOST)
    mover.press()
    assert asked == [True]

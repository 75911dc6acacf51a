"""やめる and 片付ける in the main window, over real stores, procedures and the practice bank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QMessageBox
from pytestqt.qtbot import QtBot

from certclient.enrollment.journal import State
from certclient.enrollment.procedure import Pending
from certclient.model.keys import KeySpec, own_label
from certclient.model.progress import Step
from certclient.store.base import CertificateStore
from certclient.ui.dialogs.pin_dialog import PinDialog
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.survey import Survey
from certclient_practice.repositories.records import CertificateState
from support.scripted import Person
from support.softhsm import PIN, right_pin
from support.wizards import Office, plain, until

KEY = "00000000000000aa"
MINE = "the customer's own"


@dataclass
class Desk:
    """The main window with somebody in front of it."""

    office: Office
    window: MainWindow
    survey: Survey

    def looks(self) -> None:
        self.survey.refresh()
        until(lambda: self.survey.complete and not self.window._context.tasks.busy_stores)

    def press(self, button: QAbstractButton) -> None:
        assert button.isVisible(), button.text()
        assert button.isEnabled(), button.text()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    @property
    def box(self) -> QMessageBox:
        """The question or answer that is open."""
        boxes = [one for one in self.window.findChildren(QMessageBox) if one.isVisible()]
        assert len(boxes) == 1
        return boxes[0]

    def answers(self, text: str) -> None:
        buttons = {plain(one.text()): one for one in self.box.buttons()}
        self.press(buttons[text])

    def hears(self, text: str) -> None:
        def open_box() -> bool:
            boxes = [one for one in self.window.findChildren(QMessageBox) if one.isVisible()]
            return any(text in box.text() + box.informativeText() for box in boxes)

        until(open_box)

    def types_pin(self, pin: str) -> None:
        until(lambda: any(d.isVisible() for d in self.window.findChildren(PinDialog)))
        (dialog,) = (d for d in self.window.findChildren(PinDialog) if d.isVisible())
        QTest.keyClicks(dialog.field, pin)
        dialog.accept()


@pytest.fixture
def desk(office: Office, qtbot: QtBot) -> Iterator[Desk]:
    context = office.context()
    window, survey = MainWindow(context), Survey(context)
    qtbot.addWidget(window)
    survey.changed.connect(window.show_overview)
    window.stores_changed.connect(survey.refresh)
    window.show()
    survey.start()
    yield Desk(office, window, survey)
    survey.stop()
    window.clearing.close()


def begun(office: Office, store: CertificateStore, last: Step = Step.VERIFY) -> Pending:
    """A renewal that stopped on its way."""
    current = office.give(store)
    person = Person(pins=[PIN], stop_before=lambda steps: last in steps)
    enrollment = office.enrollment(office.profile, office.stores)
    outcome = enrollment.renew(current, store, person)
    assert isinstance(outcome, Pending)
    return outcome


def leave(store: CertificateStore) -> None:
    """A key of ours without a journal entry, and one of somebody else."""
    with store.open(right_pin) as session:
        session.create_key(KeySpec(2048), own_label(KEY))
        session.create_key(KeySpec(2048), MINE)


def test_giving_up_says_what_goes_and_the_bank_hears_of_it(desk: Desk) -> None:
    office = desk.office
    outcome = begun(office, office.pc)
    new = office.journal.load(outcome.procedure_id)
    assert new is not None
    assert new.new_certificate is not None
    desk.looks()
    until(desk.window.pending.isVisible)
    (button,) = desk.window.pending.give_up_buttons
    assert plain(button.text()) == "やめる"
    desk.press(button)
    told = desk.box.text() + desk.box.informativeText()
    for word in ("TKYM1408054", "作りかけの鍵", "認証局", "今お使いの電子証明書は、そのままです"):
        assert word in told
    desk.answers("手続きをやめる")
    desk.hears("TKYM1408054 の手続きをやめました")
    until(lambda: not desk.window.pending.isVisible())
    assert office.bank.state_of(new.new_certificate.serial_hex) is CertificateState.REVOKED
    (left,) = office.usable(office.pc)
    assert left != new.new_certificate
    assert list(office.pc.unused_keys()) == []


def test_enter_leaves_the_procedure_open(desk: Desk) -> None:
    outcome = begun(desk.office, desk.office.pc)
    desk.looks()
    until(desk.window.pending.isVisible)
    desk.press(desk.window.pending.give_up_buttons[0])
    QTest.keyClick(desk.box, Qt.Key.Key_Return)
    until(lambda: not any(b.isVisible() for b in desk.window.findChildren(QMessageBox)))
    record = desk.office.journal.load(outcome.procedure_id)
    assert record is not None
    assert record.state.open


def test_what_the_bank_has_confirmed_offers_no_giving_up(desk: Desk) -> None:
    outcome = begun(desk.office, desk.office.pc, Step.CONFIRM)
    assert outcome.state is State.CONFIRMED
    desk.looks()
    until(desk.window.pending.isVisible)
    assert desk.window.pending.buttons[0].isVisible()
    assert not desk.window.pending.give_up_buttons[0].isVisible()


def test_where_the_token_is_away_the_procedure_ends_and_the_key_is_named_later(desk: Desk) -> None:
    token = desk.office.new_token()
    outcome = begun(desk.office, token.store(), Step.CREATE_KEY)
    token.pull()
    desk.looks()
    until(desk.window.pending.isVisible)
    desk.press(desk.window.pending.give_up_buttons[0])
    desk.answers("手続きをやめる")
    desk.hears("[CC-TOKEN-MISSING]")
    desk.box.close()
    token.plug()
    until(desk.window.leftovers.isVisible)
    (left,) = desk.survey.overview.leftovers
    assert left.name == outcome.procedure_id


def test_a_key_that_was_left_is_cleared_away_and_no_other(desk: Desk) -> None:
    pc = desk.office.pc
    leave(pc)
    desk.looks()
    until(desk.window.leftovers.isVisible)
    (button,) = desk.window.leftovers.buttons
    desk.press(button)
    told = desk.box.text() + desk.box.informativeText()
    assert KEY in told
    assert "どの電子証明書にも使われていない" in told
    assert "別のパソコン" not in told, "that is for tokens"
    desk.answers("鍵を削除する")
    desk.hears("使われていない鍵を削除しました")
    until(lambda: not desk.window.leftovers.isVisible())
    with pc.open(right_pin) as session:
        assert session.find_key(own_label(KEY)) is None
        assert session.find_key(MINE) is not None


def test_on_a_token_its_pin_is_asked_for(desk: Desk) -> None:
    token = desk.office.new_token()
    leave(token.store())
    desk.looks()
    until(desk.window.leftovers.isVisible)
    desk.press(desk.window.leftovers.buttons[0])
    assert "別のパソコン" in desk.box.informativeText()
    desk.answers("鍵を削除する")
    desk.types_pin(PIN)
    desk.hears("使われていない鍵を削除しました")
    assert list(token.store().unused_keys()) == []


def test_keys_of_open_procedures_are_not_left_behind(desk: Desk) -> None:
    begun(desk.office, desk.office.pc, Step.CREATE_KEY)
    desk.looks()
    until(desk.window.pending.isVisible)
    assert not desk.window.leftovers.isVisible()

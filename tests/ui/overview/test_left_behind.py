"""やめる and 片付ける in the main window, with real stores, procedures and the practice bank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QMessageBox
from pytestqt.qtbot import QtBot

from certclient.enrollment.journal import ProcedureKind, ProcedureState, Record
from certclient.enrollment.procedure import Pending
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, own_label
from certclient.model.progress import Step
from certclient.store.base import CertificateStore, StoredCertificate
from certclient.ui.dialogs.pin_dialog import PinDialog
from certclient.ui.overview.card_menu import Entry
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.older_archived import removable
from certclient.ui.overview.store_scanner import StoreScanner
from certclient_practice.repositories.records import CertificateState
from support.scripted import ScriptedUser
from support.softhsm import PIN, right_pin
from support.wizards import UiEnvironment, plain, until

KEY = "00000000000000aa"
FOREIGN_LABEL = "the customer's own"


@dataclass
class MainWindowDriver:
    """The main window, operated as a customer would."""

    ui: UiEnvironment
    window: MainWindow
    scanner: StoreScanner

    def refresh(self) -> None:
        self.scanner.start()
        self.scanner.refresh()
        until(lambda: self.scanner.complete and not self.window._context.tasks.busy_stores)

    def press(self, button: QAbstractButton) -> None:
        assert button.isVisible(), button.text()
        assert button.isEnabled(), button.text()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def gives_up(self) -> str:
        """Chooses やめる of the only unfinished card; returns the entry's text."""
        (card,) = self.window.unfinished
        action = card.entry(Entry.GIVE_UP)
        assert action is not None
        text = plain(action.text())
        action.trigger()
        return text.rstrip("…")

    @property
    def box(self) -> QMessageBox:
        """The message box that is open."""
        boxes = [one for one in self.window.findChildren(QMessageBox) if one.isVisible()]
        assert len(boxes) == 1
        return boxes[0]

    def answer(self, text: str) -> None:
        buttons = {plain(one.text()): one for one in self.box.buttons()}
        self.press(buttons[text])

    def wait_for_message(self, text: str) -> None:
        def open_box() -> bool:
            boxes = [one for one in self.window.findChildren(QMessageBox) if one.isVisible()]
            return any(text in box.text() + box.informativeText() for box in boxes)

        until(open_box)

    def type_pin(self, pin: str) -> None:
        until(lambda: any(d.isVisible() for d in self.window.findChildren(PinDialog)))
        (dialog,) = (d for d in self.window.findChildren(PinDialog) if d.isVisible())
        QTest.keyClicks(dialog.field, pin)
        dialog.accept()


@pytest.fixture
def driver(ui: UiEnvironment, qtbot: QtBot) -> Iterator[MainWindowDriver]:
    context = ui.context()
    window, scanner = MainWindow(context), StoreScanner(context)
    qtbot.addWidget(window)
    window.stores_changed.connect(scanner.refresh)
    window.show()
    yield MainWindowDriver(ui, window, scanner)
    scanner.stop()
    window.card_actions.cleanup.close()


def stopped_renewal(
    ui: UiEnvironment, store: CertificateStore, last: Step = Step.VERIFY
) -> Pending:
    """Starts a renewal that stops after the step `last`."""
    current = ui.add_certificate(store)
    person = ScriptedUser(pins=[PIN], stop_before=lambda steps: last in steps)
    enrollment = ui.enrollment(ui.profile, ui.stores)
    outcome = enrollment.renew(current, store, person)
    assert isinstance(outcome, Pending)
    return outcome


def create_leftover_keys(store: CertificateStore) -> None:
    """Creates a certclient key without a journal entry, and a foreign key."""
    with store.open(right_pin) as session:
        session.create_key(KeySpec(), own_label(KEY))
        session.create_key(KeySpec(), FOREIGN_LABEL)


def test_abandoning_explains_the_effects_and_revokes_the_certificate(
    driver: MainWindowDriver,
) -> None:
    ui = driver.ui
    outcome = stopped_renewal(ui, ui.pc)
    new = ui.journal.load(outcome.procedure_id)
    assert new is not None
    assert new.new_certificate is not None
    driver.refresh()
    until(lambda: bool(driver.window.unfinished))
    assert driver.gives_up() == "やめる"
    message = driver.box.text() + driver.box.informativeText()
    for word in ("TKYM1408054", "作りかけの鍵", "認証局", "今お使いの電子証明書は、そのままです"):
        assert word in message
    driver.answer("手続きをやめる")
    driver.wait_for_message("TKYM1408054 の手続きをやめました")
    until(lambda: not driver.window.unfinished)
    assert ui.bank.state_of(new.new_certificate.serial_hex) is CertificateState.REVOKED
    (left,) = ui.usable(ui.pc)
    assert left != new.new_certificate
    assert list(ui.pc.unused_keys()) == []


def test_enter_keeps_the_procedure_open(driver: MainWindowDriver) -> None:
    outcome = stopped_renewal(driver.ui, driver.ui.pc)
    driver.refresh()
    until(lambda: bool(driver.window.unfinished))
    driver.gives_up()
    QTest.keyClick(driver.box, Qt.Key.Key_Return)
    until(lambda: not any(b.isVisible() for b in driver.window.findChildren(QMessageBox)))
    record = driver.ui.journal.load(outcome.procedure_id)
    assert record is not None
    assert record.state.open


def test_confirmed_procedure_cannot_be_abandoned(driver: MainWindowDriver) -> None:
    outcome = stopped_renewal(driver.ui, driver.ui.pc, Step.CONFIRM)
    assert outcome.state is ProcedureState.CONFIRMED
    driver.refresh()
    until(lambda: bool(driver.window.unfinished))
    (card,) = driver.window.unfinished
    assert card.act_button.isVisible()
    assert card.entry(Entry.GIVE_UP) is None


def test_abandoning_without_the_token_lists_its_key_later(driver: MainWindowDriver) -> None:
    token = driver.ui.new_token()
    outcome = stopped_renewal(driver.ui, token.store(), Step.CREATE_KEY)
    token.pull()
    driver.refresh()
    until(lambda: bool(driver.window.unfinished))
    driver.gives_up()
    driver.answer("手続きをやめる")
    driver.wait_for_message("[CC-TOKEN-MISSING]")
    driver.box.close()
    token.plug()
    until(driver.window.leftovers.isVisible)
    (left,) = driver.scanner.overview.leftovers
    assert left.name == outcome.procedure_id


def test_only_the_leftover_key_is_removed(driver: MainWindowDriver) -> None:
    pc = driver.ui.pc
    create_leftover_keys(pc)
    driver.refresh()
    until(driver.window.leftovers.isVisible)
    (button,) = driver.window.leftovers.buttons
    driver.press(button)
    message = driver.box.text() + driver.box.informativeText()
    assert KEY in message
    assert "どの電子証明書にも使われていない" in message
    assert "別のパソコン" not in message, "this hint is for tokens only"
    driver.answer("鍵を削除する")
    driver.wait_for_message("使われていない鍵を削除しました")
    until(lambda: not driver.window.leftovers.isVisible())
    with pc.open(right_pin) as session:
        assert session.find_key(own_label(KEY)) is None
        assert session.find_key(FOREIGN_LABEL) is not None


def test_removing_a_key_from_a_token_requires_its_pin(driver: MainWindowDriver) -> None:
    token = driver.ui.new_token()
    create_leftover_keys(token.store())
    driver.refresh()
    until(driver.window.leftovers.isVisible)
    driver.press(driver.window.leftovers.buttons[0])
    assert "別のパソコン" in driver.box.informativeText()
    driver.answer("鍵を削除する")
    driver.type_pin(PIN)
    driver.wait_for_message("使われていない鍵を削除しました")
    assert list(token.store().unused_keys()) == []


def test_keys_of_open_procedures_are_not_leftovers(driver: MainWindowDriver) -> None:
    stopped_renewal(driver.ui, driver.ui.pc, Step.CREATE_KEY)
    driver.refresh()
    until(lambda: bool(driver.window.unfinished))
    assert not driver.window.leftovers.isVisible()


def renewed_before(ui: UiEnvironment, store: CertificateStore) -> list[StoredCertificate]:
    """A certificate in use, and three that a journal knows as replaced; soonest expiry first."""
    every = [ui.add_certificate(store, 31)]
    every += [ui.add_newer_certificate(store, days) for days in (32, 33, 200)]
    with store.open(right_pin) as session:
        for old in every[:-1]:
            session.archive(old.certificate)
    for number, (old, new) in enumerate(pairwise(every)):
        ui.journal.save(
            Record(
                id=f"00000000000000{number:02}",
                kind=ProcedureKind.RENEW,
                profile_id=ui.profile.id,
                user_id="TKYM1408054",
                state=ProcedureState.DONE,
                started=ui.clock(),
                changed=ui.clock(),
                store_id=store.store_id,
                key_label=own_label(f"00000000000000{number:02}"),
                old_certificate=old.certificate.der,
                issued=new.certificate.der,
            )
        )
    return every


def test_older_archived_certificates_are_offered_and_the_last_one_stays(
    driver: MainWindowDriver,
) -> None:
    ui, window = driver.ui, driver.window
    token = ui.new_token()
    *_, last, current = renewed_before(ui, token.store())
    driver.refresh()
    until(window.others.isVisible)
    driver.press(window.others.button)
    older = window.others.older
    until(older.isVisible)
    assert "2件" in older.text
    overview = driver.scanner.overview
    unknown = replace(overview, journal_error=CertclientError(ErrorCode.JOURNAL_DAMAGED))
    assert len(removable(overview)) == 2
    assert removable(unknown) == [], "a procedure may be open"
    driver.press(older.button)
    QTest.keyClick(driver.box, Qt.Key.Key_Return)
    until(lambda: not any(b.isVisible() for b in window.findChildren(QMessageBox)))
    assert len(ui.stored(token.store())) == 4, "Enter changes nothing"
    driver.press(older.button)
    question = driver.box.text() + driver.box.informativeText()
    assert "2件" in question
    assert "最後にしまったもの" in question
    driver.answer("削除する")
    driver.type_pin(PIN)
    driver.wait_for_message("2件を、完全に削除しました")
    until(lambda: not older.isVisible())
    left = {one.certificate for one in ui.stored(token.store())}
    assert left == {last.certificate, current.certificate}


def test_no_older_certificates_are_offered_while_their_token_is_away(
    driver: MainWindowDriver,
) -> None:
    token = driver.ui.new_token()
    renewed_before(driver.ui, token.store())
    driver.refresh()
    until(driver.window.others.isVisible)
    driver.press(driver.window.others.button)
    until(driver.window.others.older.isVisible)
    token.pull()
    until(lambda: not driver.window.others.older.isVisible())

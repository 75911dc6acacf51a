"""The main window with real stores: its cards, what their buttons and menus do."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from certclient.enrollment.overview import Condition, Row
from certclient.i18n.catalogue import Language
from certclient.i18n.help_guide import Topic
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Step
from certclient.store.unavailable import unavailable
from certclient.ui.context import AppContext
from certclient.ui.dialogs.details import DetailsDialog
from certclient.ui.dialogs.error_dialog import ErrorDialog
from certclient.ui.dialogs.help.chooser import BrowserWindow
from certclient.ui.dialogs.help.picker import Chooser
from certclient.ui.dialogs.pin_dialog import PinDialog
from certclient.ui.overview.card_menu import Entry
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.models import Column
from certclient.ui.overview.moving.window import MoveWindow
from certclient.ui.overview.owner_card import OwnerCard
from certclient.ui.overview.store_scanner import StoreScanner
from certclient.ui.tasks.practice import PracticeLauncher
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.status import StatusPill
from support.scripted import ScriptedUser
from support.softhsm import PIN
from support.wizards import LONG, UiEnvironment, plain


@dataclass
class MainWindowScreen:
    """The main window, operated as a customer would."""

    ui: UiEnvironment
    qtbot: QtBot
    context: AppContext
    window: MainWindow
    scanner: StoreScanner

    def refresh(self) -> None:
        """Rescans the stores and waits for the result."""
        with self.qtbot.waitSignal(self.scanner.scanned, timeout=LONG):
            self.scanner.refresh()

    def row(self, user_id: str) -> Row:
        return next(row for row in self.scanner.overview.rows if row.entry.owner.user_id == user_id)

    def card(self, user_id: str = "TKYM1408054") -> OwnerCard:
        return self.window.card_of(user_id)

    def choose(self, entry: Entry, user_id: str = "TKYM1408054") -> None:
        """Chooses from 「その他」 of a card."""
        action = self.card(user_id).entry(entry)
        assert action is not None, entry
        action.trigger()

    def entries(self, user_id: str = "TKYM1408054") -> set[Entry]:
        """What 「その他」 of a card offers."""
        return {entry for entry in Entry if self.card(user_id).entry(entry) is not None}

    def press(self, button: QAbstractButton) -> None:
        assert button.isVisible(), button.text()
        assert button.isEnabled(), button.text()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def texts(self) -> str:
        labels = self.window.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible())


@pytest.fixture
def screen(ui: UiEnvironment, qtbot: QtBot) -> Iterator[MainWindowScreen]:
    context = ui.context()
    window = MainWindow(context)
    qtbot.addWidget(window)
    scanner = StoreScanner(context)
    window.stores_changed.connect(scanner.refresh)
    window.show()
    yield MainWindowScreen(ui, qtbot, context, window, scanner)
    scanner.stop()
    window.card_actions.close()


def test_card_says_whose_it_is_where_until_when_and_what_to_do(screen: MainWindowScreen) -> None:
    token = screen.ui.new_token()
    stored = screen.ui.add_certificate(token.store(), 20, suffix="1394")
    screen.refresh()
    until_when = screen.context.catalogue.minute(stored.certificate.not_after)
    shown = screen.texts().splitlines()
    bank = screen.ui.profile.bank.ja
    for text in (
        "TKYM1408054 1394",
        f"管理者 · {bank}",
        "専用USB",  # the token has no other name
        until_when,
        "電子証明書の更新をお願いします",
        "期限を過ぎると、ログインできなくなります。",
    ):
        assert text in shown
    assert screen.card().figure.figure == "20"
    assert plain(screen.card().act_button.text()) == "今すぐ更新する"
    assert plain(screen.card().later_button.text()) == "後で更新する"


def test_a_screen_reader_reads_the_whole_card(screen: MainWindowScreen) -> None:
    token = screen.ui.new_token()
    stored = screen.ui.add_certificate(token.store(), 20, suffix="1394")
    screen.refresh()
    until_when = screen.context.catalogue.minute(stored.certificate.not_after)
    card, bank = screen.card(), screen.ui.profile.bank.ja
    assert card.accessibleName() == f"{bank} TKYM1408054 1394: 電子証明書の更新をお願いします"
    said = card.accessibleDescription().splitlines()
    assert said[:4] == [
        "管理者, 専用USB",
        "あと 20 日",
        f"有効期限: {until_when}",
        "期限を過ぎると、ログインできなくなります。",
    ]
    assert card.act_button.accessibleName() == "今すぐ更新する: TKYM1408054 1394"


def test_archived_and_expired_certificates_are_folded(screen: MainWindowScreen) -> None:
    screen.ui.add_certificate(screen.ui.pc, 200)
    screen.ui.add_newer_certificate(screen.ui.pc, -20)
    screen.refresh()
    others = screen.window.others
    assert len(screen.window.cards.cards) == 1, "one card for the owner"
    assert not others.is_open
    assert not others.table.isVisible()
    assert others.button.text() == "今は使っていない電子証明書（1件）"
    screen.press(others.button)
    model = others.table.certificates
    assert others.table.isVisible()
    assert model.rowCount() == 1
    assert model.index(0, Column.USER).data() == "TKYM1408054 1403"
    assert model.index(0, Column.LEFT).data() == "20日前に期限切れ"
    assert not model.index(7, 0, QModelIndex()).isValid()


def test_the_most_urgent_card_comes_first_and_opens_its_renewal(
    screen: MainWindowScreen, qtbot: QtBot
) -> None:
    screen.ui.add_certificate(screen.ui.pc, 20)
    screen.ui.add_certificate(screen.ui.pc, 2, "TKYM1408055")
    screen.refresh()
    cards = screen.window.cards.cards
    assert [card.state.user_id for card in cards] == ["TKYM1408055", "TKYM1408054"]
    assert "電子証明書の更新をお願いします" in screen.texts()
    card = screen.window.card
    assert card is cards[0]
    assert [one.act_button.primary for one in cards] == [True, False]
    assert plain(card.act_button.text()) == "今すぐ更新する"
    with qtbot.waitSignal(screen.window.renew_requested) as requested:
        screen.press(card.act_button)
    assert requested.args == [screen.row("TKYM1408055")]


def test_later_asks_no_more_until_the_next_reminder(screen: MainWindowScreen, qtbot: QtBot) -> None:
    screen.ui.add_certificate(screen.ui.pc, 20)
    screen.refresh()
    (row,) = screen.scanner.overview.rows
    tenth_day = row.entry.life.deadline.date() - timedelta(days=10)
    returns = screen.context.catalogue.day(tenth_day)
    assert f"「後で更新する」を選ぶと、{returns}にもう一度お知らせします。" in screen.texts()
    card = screen.window.card
    with qtbot.waitSignal(screen.window.postponed) as postponed:
        screen.press(card.later_button)
    assert list(postponed.args[0]) == list(screen.scanner.overview.rows)
    assert not screen.window.asking
    assert "電子証明書の更新をお願いします" not in screen.texts()
    assert f"{returns}にもう一度お知らせします。" in screen.texts().splitlines()
    assert not card.later_button.isVisible()
    assert plain(card.act_button.text()) == "証明書更新"
    screen.refresh()
    assert not screen.window.asking, "it asks no more"
    with qtbot.waitSignal(screen.window.renew_requested):
        screen.press(card.act_button)
    screen.context.state.state.remind(screen.scanner.overview.rows)
    assert screen.window.asking == [card]


@pytest.mark.parametrize(
    ("days", "title", "button"),
    [
        (-10, "電子証明書の有効期限が切れています", "電子証明書取得"),
        (-91, "お問い合わせください", "窓口へ連絡"),
    ],
)
def test_card_after_expiry_shows_the_next_step(
    screen: MainWindowScreen, days: int, title: str, button: str
) -> None:
    screen.ui.add_certificate(screen.ui.pc, days, suffix="1394")
    screen.refresh()
    card = screen.window.card
    assert title in screen.texts()
    assert card.figure.figure == str(-days)
    assert plain(card.act_button.text()) == button
    assert not card.later_button.isVisible()


def test_plugged_and_unplugged_tokens_update_the_list(
    screen: MainWindowScreen, qtbot: QtBot
) -> None:
    token = screen.ui.tokens.new_token()
    screen.ui.add_certificate(token.store(), 20)
    screen.scanner.start()
    qtbot.waitUntil(lambda: screen.scanner.complete, timeout=LONG)
    assert screen.window.cards.cards == []
    screen.ui.stores.append(token.store())
    qtbot.waitUntil(lambda: bool(screen.window.asking), timeout=LONG)
    card = screen.window.card
    screen.ui.stores.pop()
    unplugged = f"「{token.label}」を差し込んでください"
    qtbot.waitUntil(lambda: unplugged in screen.texts(), timeout=LONG)
    assert screen.window.cards.cards == [card], "the card stays"
    assert not screen.window.asking
    assert not card.act_button.isVisible()
    assert "専用USBを差し込むと、更新できます。" in screen.texts()
    assert unplugged in card.accessibleName()
    screen.ui.stores.append(token.store())
    qtbot.waitUntil(lambda: screen.window.asking == [card], timeout=LONG)
    assert card.act_button.isVisible()


def test_empty_list_offers_to_obtain_a_certificate(screen: MainWindowScreen, qtbot: QtBot) -> None:
    assert "電子証明書を探しています…" in screen.texts()
    screen.refresh()
    assert "発行コード" in screen.texts()
    with qtbot.waitSignal(screen.window.obtain_requested):
        screen.press(screen.window.empty.obtain)


def test_missing_bank_profile_is_shown(ui: UiEnvironment, qtbot: QtBot) -> None:
    context = dataclasses.replace(ui.context(), profiles=())
    window = MainWindow(context)
    qtbot.addWidget(window)
    scanner = StoreScanner(context)
    window.show()
    with qtbot.waitSignal(scanner.scanned, timeout=LONG):
        scanner.refresh()
    labels = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert "このパソコンには、金融機関の設定がありません" in labels
    assert not window.empty.obtain.isVisible()


def visible_texts(window: MainWindow) -> str:
    labels = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    return "\n".join(labels)


def test_without_a_bank_practice_is_offered(
    ui: UiEnvironment, qtbot: QtBot, tmp_path: Path, qapp: QObject
) -> None:
    go_on = tmp_path / "go-on"
    script = (
        f"import pathlib, time\nwhile not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.05)"
    )
    launcher = PracticeLauncher([sys.executable, "-c", script], qapp)
    context = dataclasses.replace(ui.context(), profiles=(), practise=launcher)
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    button = window.empty.practise
    assert button.text() == "練習する(&P)"
    assert "「練習する」" in visible_texts(window)
    assert not window.actions_row.obtain.isEnabled(), "there is no bank to obtain one from"
    button.click()
    assert launcher.running
    assert (button.text(), button.isEnabled()) == ("別のウィンドウで練習中です", False)
    go_on.touch()
    qtbot.waitUntil(button.isEnabled, timeout=LONG)
    assert button.text() == "練習する(&P)"


def test_bank_that_cannot_be_used_is_named_and_the_others_work(
    ui: UiEnvironment, qtbot: QtBot
) -> None:
    broken = CertclientError(
        ErrorCode.PROFILE_INVALID, file="/etc/x/bank-b.toml", key="id", reason="missing-key"
    )
    second = dataclasses.replace(ui.profile, id="second")
    context = dataclasses.replace(
        ui.context(), profiles=(ui.profile, second), bank_errors=(broken,)
    )
    ui.add_certificate(ui.pc)
    window = MainWindow(context)
    qtbot.addWidget(window)
    scanner = StoreScanner(context)
    window.show()
    with qtbot.waitSignal(scanner.scanned, timeout=LONG):
        scanner.refresh()
    texts = visible_texts(window)
    assert texts.count("CC-PROFILE-INVALID") == 1
    assert texts.count("/etc/x/bank-b.toml") == 1
    assert second.bank.ja in texts, "the card names the bank"
    assert window.row is not None


@pytest.mark.parametrize("size", [(1080, 760), (640, 560), (1080, 560)])
def test_it_scrolls_only_as_far_as_the_cards_need(
    screen: MainWindowScreen, size: tuple[int, int]
) -> None:
    for user_id in ("TKYM1408054", "TKYM1408055", "TKYM1408056"):
        screen.ui.add_certificate(screen.ui.pc, user_id=user_id)
    screen.refresh()
    screen.window.resize(*size)
    (scroll,) = screen.window.findChildren(Scroll)
    content, view = scroll.widget(), scroll.viewport()
    assert content is not None
    screen.qtbot.waitUntil(
        lambda: (
            content.height() == max(content.heightForWidth(content.width()), view.height())
            and content.width() == view.width()
        ),
        timeout=LONG,
    )


def test_every_entry_of_the_menus_has_room_to_spare(screen: MainWindowScreen) -> None:
    screen.ui.add_certificate(screen.ui.pc)
    screen.refresh()
    row = screen.window.actions_row
    main = row.menu.menu()
    assert main is not None
    for menu in (main, row.language, row.sizes):
        own = menu.sizeHint().width()
        menu.aboutToShow.emit()
        letter = menu.fontMetrics().horizontalAdvance("あ")
        assert menu.minimumWidth() >= own + 2 * letter, [one.text() for one in menu.actions()]
        assert menu.sizeHint().width() == menu.minimumWidth(), "Qt places it by its size hint"
        before = menu.minimumWidth()
        menu.aboutToShow.emit()
        assert menu.minimumWidth() == before, "it does not grow"


def test_there_is_one_window_for_the_move(screen: MainWindowScreen, qtbot: QtBot) -> None:
    def choose() -> None:
        menu = screen.window.actions_row.menu.menu()
        assert menu is not None
        next(one for one in menu.actions() if one.data() == "move").trigger()

    screen.ui.add_certificate(screen.ui.pc)
    choose()
    choose()
    assert screen.window.findChildren(MoveWindow) == [], "the stores have not been read yet"
    screen.refresh()
    qtbot.waitUntil(lambda: bool(screen.window.findChildren(MoveWindow)))
    choose()
    (moving,) = screen.window.findChildren(MoveWindow)
    moving.close()
    choose()
    assert sum(one.isVisible() for one in screen.window.findChildren(MoveWindow)) == 1


def test_missing_token_software_concerns_only_those_with_a_token(
    ui: UiEnvironment, qtbot: QtBot
) -> None:
    missing = CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING, path="/opt/token/module.so")
    store = unavailable("pkcs11-module:/opt/token/module.so", "module", Destination.USB, missing)
    ui.stores.append(store)
    context = ui.context()
    window = MainWindow(context)
    qtbot.addWidget(window)
    scanner = StoreScanner(context)
    window.show()
    with qtbot.waitSignal(scanner.scanned, timeout=LONG):
        scanner.refresh()
    assert "CC-STORE-MIDDLEWARE" not in visible_texts(window)
    assert "専用USBの管理ソフトが、このパソコンに入っていません" in visible_texts(window)
    if ui.hsm is None:
        return
    ui.new_token()
    with qtbot.waitSignal(scanner.scanned, timeout=LONG):
        scanner.refresh()
    texts = visible_texts(window)
    assert "CC-STORE-MIDDLEWARE" in texts
    assert "ダウンロードページ" not in texts, "the profile names no such page"


def test_unavailable_store_shows_its_error(screen: MainWindowScreen) -> None:
    token = screen.ui.new_token()
    token.pull()
    screen.refresh()
    assert "CC-TOKEN-MISSING" in screen.texts()
    assert token.label in screen.texts()


def test_refresh_keeps_the_selection(screen: MainWindowScreen) -> None:
    screen.ui.add_certificate(screen.ui.pc, 20)
    screen.ui.add_certificate(screen.ui.pc, 25, "TKYM1408055")
    screen.refresh()
    screen.window.select(screen.row("TKYM1408055"))
    focused = screen.card("TKYM1408055")
    screen.ui.add_certificate(screen.ui.pc, 2, "TKYM1408056")
    screen.refresh()
    assert screen.window.focusWidget() is focused
    selected = screen.window.row
    assert selected is not None
    assert selected.entry.owner.user_id == "TKYM1408055"


def test_expired_certificate_is_archived_and_restored(
    screen: MainWindowScreen, qtbot: QtBot
) -> None:
    screen.ui.add_certificate(screen.ui.pc, -10)
    screen.refresh()
    screen.choose(Entry.PUT_AWAY)
    qtbot.waitUntil(screen.window.card_actions.undo.isVisible, timeout=LONG)
    qtbot.waitUntil(lambda: screen.row("TKYM1408054").condition is Condition.ARCHIVED, timeout=LONG)
    screen.press(screen.window.card_actions.undo.button)
    qtbot.waitUntil(
        lambda: screen.row("TKYM1408054").condition is Condition.OBTAINABLE, timeout=LONG
    )
    assert not screen.window.card_actions.undo.button.isVisible()
    assert "元に戻しました" in screen.window.card_actions.undo.text()


def test_what_was_done_is_not_said_again_in_another_language(
    screen: MainWindowScreen, qtbot: QtBot
) -> None:
    screen.ui.add_certificate(screen.ui.pc, -10)
    screen.refresh()
    screen.choose(Entry.PUT_AWAY)
    line = screen.window.card_actions.undo
    qtbot.waitUntil(line.isVisible, timeout=LONG)
    screen.context.languages.switch(Language.ENGLISH)
    qtbot.waitUntil(lambda: "was put away" in line.text())
    screen.press(line.button)
    qtbot.waitUntil(lambda: "brought back" in line.text(), timeout=LONG)
    line.hide()  # as it does after a minute
    screen.context.languages.switch(Language.JAPANESE)
    qtbot.waitUntil(lambda: "電子証明書" in screen.window.windowTitle())
    assert not line.isVisible()


def test_certificate_in_use_cannot_be_removed(screen: MainWindowScreen) -> None:
    screen.ui.add_certificate(screen.ui.pc, 20)
    screen.refresh()
    assert screen.entries() == {Entry.DETAILS, Entry.REVOKE}


def test_nothing_can_be_archived_while_a_procedure_is_open(screen: MainWindowScreen) -> None:
    """The new certificate is not confirmed yet: the old one may be the only one that logs in."""
    ui = screen.ui
    current = ui.add_certificate(ui.pc, 20)
    person = ScriptedUser(stop_before=lambda steps: Step.INSTALL in steps)
    ui.enrollment(ui.profile, ui.stores).renew(current, ui.pc, person)
    screen.refresh()
    assert len(screen.scanner.overview.rows) == 2
    assert len(screen.scanner.overview.pending) == 1
    assert screen.entries() == {Entry.DETAILS, Entry.REVOKE, Entry.GIVE_UP}
    others = screen.window.others
    screen.press(others.button)
    assert others.row is not None
    assert not others.actions_row.archive.isEnabled()
    assert not others.actions_row.delete.isEnabled()


def test_deleting_asks_once_and_defaults_to_cancel(screen: MainWindowScreen, qtbot: QtBot) -> None:
    screen.ui.add_certificate(screen.ui.pc, -10)
    screen.refresh()
    screen.choose(Entry.DELETE)
    box = screen.window.findChild(QMessageBox)
    assert box is not None
    assert box.defaultButton() is box.button(QMessageBox.StandardButton.Cancel)
    (delete,) = [b for b in box.buttons() if plain(b.text()) == "削除する"]
    screen.press(delete)
    qtbot.waitUntil(lambda: not screen.scanner.overview.rows, timeout=LONG)
    assert list(screen.ui.stored(screen.ui.pc)) == []


def test_archiving_on_a_token_prompts_until_the_pin_is_correct(
    screen: MainWindowScreen, qtbot: QtBot
) -> None:
    token = screen.ui.new_token()
    screen.ui.add_certificate(token.store(), -10)
    screen.refresh()
    screen.choose(Entry.PUT_AWAY)
    for typed, incorrect in (("999999", False), (PIN, True)):
        qtbot.waitUntil(lambda: _pin_dialog(screen.window) is not None, timeout=LONG)
        dialog = _pin_dialog(screen.window)
        assert dialog is not None
        labels = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
        assert ("PINが違います。" in labels) is incorrect
        QTest.keyClicks(dialog.field, typed)
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(screen.window.card_actions.undo.isVisible, timeout=LONG)
    (stored,) = screen.ui.stored(token.store())
    assert stored.archived


def test_cancelled_pin_prompt_is_no_error_and_changes_nothing(
    screen: MainWindowScreen, qtbot: QtBot
) -> None:
    token = screen.ui.new_token()
    screen.ui.add_certificate(token.store(), -10)
    screen.refresh()
    screen.choose(Entry.PUT_AWAY)
    qtbot.waitUntil(lambda: _pin_dialog(screen.window) is not None, timeout=LONG)
    dialog = _pin_dialog(screen.window)
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not screen.window.card_actions.removals.busy, timeout=LONG)
    assert screen.window.findChild(ErrorDialog) is None
    (stored,) = screen.ui.stored(token.store())
    assert not stored.archived


def test_details_show_every_line_of_the_name(screen: MainWindowScreen) -> None:
    stored = screen.ui.add_certificate(screen.ui.pc, 20)
    screen.refresh()
    screen.choose(Entry.DETAILS)
    dialog = screen.window.findChild(DetailsDialog)
    assert dialog is not None
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    for name, value in stored.certificate.dn_lines:
        assert name in texts
        assert value in texts
    assert stored.certificate.serial_hex in texts


def test_help_names_the_certificate_to_choose_in_the_browser(screen: MainWindowScreen) -> None:
    stored = screen.ui.add_certificate(screen.ui.pc, 20)
    screen.ui.add_newer_certificate(screen.ui.pc, -3)
    screen.refresh()
    screen.press(screen.window.actions_row.help)
    window = screen.window.help_window
    window.open_topic(Topic.CHOOSE)
    shown = "\n".join(label.text() for label in window.findChildren(QLabel))
    assert "どれを選びますか" in shown
    assert stored.certificate.serial_hex.upper() in shown
    drawing = window.findChild(Chooser)
    assert drawing is not None
    marked = {one.text() for one in drawing.findChildren(StatusPill)}
    assert marked == {"これを選びます"}
    for picture in drawing.findChildren(BrowserWindow):
        assert len(picture.findChildren(StatusPill)) == 1, "only the usable certificate"


def test_language_switches_in_open_windows(screen: MainWindowScreen) -> None:
    screen.ui.add_certificate(screen.ui.pc, 1)
    screen.refresh()
    screen.press(screen.window.actions_row.help)
    english = next(
        action
        for action in screen.window.actions_row.language.actions()
        if action.text() == "English"
    )
    english.trigger()
    screen.qtbot.waitUntil(
        lambda: screen.window.windowTitle() == "Client certificates", timeout=LONG
    )
    assert "Please renew your certificate" in screen.texts()
    assert "1" in screen.texts().splitlines()
    assert "day left" in screen.texts()
    assert f"user · {screen.ui.profile.bank.en}" in screen.texts()
    assert screen.window.help_window.windowTitle() == "Help"
    assert screen.context.settings.language is Language.ENGLISH, "the language is saved"
    japanese = [text for text in _all_texts(screen.window) if _japanese(text)]
    language = screen.window.actions_row.language.title()
    assert set(japanese) <= {"日本語", screen.ui.profile.bank.ja}
    assert language == "言語 / Lan&guage", "everyone finds it, whatever the language is"


def test_the_menu_changes_the_text_size(screen: MainWindowScreen) -> None:
    screen.ui.add_certificate(screen.ui.pc, 20)
    screen.refresh()
    larger, smaller, normal = screen.window.actions_row.sizes.actions()
    before = screen.card().act_button.fontMetrics().height()
    larger.trigger()
    larger.trigger()
    screen.qtbot.waitUntil(
        lambda: screen.card().act_button.fontMetrics().height() > before, timeout=LONG
    )
    smaller.trigger()
    normal.trigger()
    screen.qtbot.waitUntil(
        lambda: screen.card().act_button.fontMetrics().height() == before, timeout=LONG
    )


def test_rehearsal_is_shown_in_every_window(screen: MainWindowScreen) -> None:
    screen.ui.add_certificate(screen.ui.pc, 20)
    screen.refresh()
    assert "リハーサル" in screen.texts()
    screen.choose(Entry.DETAILS)
    dialog = screen.window.findChild(DetailsDialog)
    assert dialog is not None
    screen.window.show_message("更新しました")
    box = screen.window.findChild(QMessageBox)
    assert box is not None
    for window in (dialog, screen.window.help_window, box):
        assert any("リハーサル" in label.text() for label in window.findChildren(QLabel))


def test_every_button_is_reachable_by_tab_and_has_its_own_mnemonic(
    screen: MainWindowScreen,
) -> None:
    screen.ui.add_certificate(screen.ui.pc, 20)
    screen.ui.add_certificate(screen.ui.pc, 10, "TKYM1408055")
    screen.refresh()
    second = screen.card("TKYM1408054")
    for language in Language:
        screen.context.languages.switch(language)
        buttons = [b for b in screen.window.findChildren(QPushButton) if b.isVisible()]
        assert len(buttons) >= 11
        keys = [b.text()[b.text().index("&") + 1].upper() for b in buttons if "&" in b.text()]
        assert len(set(keys)) == len(keys), f"{language}: {sorted(keys)}"
        assert all(b.focusPolicy() & Qt.FocusPolicy.TabFocus for b in buttons)
        without = [b for b in buttons if "&" not in b.text()]
        assert all(second.isAncestorOf(b) for b in without), "the arrow keys lead there"


def test_tab_order_runs_from_top_to_bottom(screen: MainWindowScreen, qtbot: QtBot) -> None:
    screen.ui.add_certificate(screen.ui.pc, 20)
    screen.ui.add_certificate(screen.ui.pc, 200, "TKYM1408055")
    screen.ui.add_newer_certificate(screen.ui.pc, -20, "TKYM1408055")
    screen.refresh()
    window = screen.window
    screen.press(window.others.button)
    window.activateWindow()
    first, second = window.cards.cards
    order = [
        window.actions_row.obtain,
        window.actions_row.menu,
        first,
        first.more_button,
        first.later_button,
        first.act_button,
        second,
        second.more_button,
        window.others.button,
        window.others.table,
        window.others.actions_row.details,
        window.about,
    ]
    order[0].setFocus()
    seen: list[object] = []
    for _ in range(20):
        seen.append(window.focusWidget())
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    positions = [seen.index(widget) for widget in order]
    assert positions == sorted(positions)


def test_arrow_keys_lead_from_card_to_card(screen: MainWindowScreen, qtbot: QtBot) -> None:
    screen.ui.add_certificate(screen.ui.pc, 20)
    screen.ui.add_certificate(screen.ui.pc, 10, "TKYM1408055")
    screen.refresh()
    window = screen.window
    window.activateWindow()
    first, second = window.cards.cards
    first.act_button.setFocus()
    QTest.keyClick(first.act_button, Qt.Key.Key_Down)
    assert window.focusWidget() is second
    assert window.row == screen.row("TKYM1408054")
    with qtbot.waitSignal(window.renew_requested) as requested:
        QTest.keyClick(second, Qt.Key.Key_Return)
    assert requested.args == [screen.row("TKYM1408054")]
    QTest.keyClick(second, Qt.Key.Key_Up)
    assert window.focusWidget() is first
    assert window.row == screen.row("TKYM1408055")


def test_window_fits_a_small_screen(screen: MainWindowScreen) -> None:
    screen.ui.add_certificate(screen.ui.pc, 20)
    screen.refresh()
    minimum = screen.window.minimumSizeHint()
    assert minimum.width() <= 1024
    assert minimum.height() <= 740, "the task bar needs the rest"


def _pin_dialog(window: MainWindow) -> PinDialog | None:
    """The visible PIN dialog, if any."""
    dialogs = [one for one in window.findChildren(PinDialog) if one.isVisible()]
    return dialogs[0] if dialogs else None


def _all_texts(window: MainWindow) -> list[str]:
    labels = [label.text() for label in window.findChildren(QLabel)]
    return labels + [button.text() for button in window.findChildren(QPushButton)]


def _japanese(text: str) -> bool:
    return any("\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" for c in text)


def test_fresh_certificate_says_in_its_row_when_it_can_be_renewed(screen: MainWindowScreen) -> None:
    """No wizard opens to say that it is too early."""
    screen.ui.add_certificate(screen.ui.pc, 200)
    screen.refresh()
    (row,) = screen.scanner.overview.rows
    day = screen.context.catalogue.day(row.entry.life.renew_from)
    assert f"{day}から更新できます" in screen.texts().splitlines()
    assert "それまで、していただくことはありません。" in screen.texts()
    assert not screen.card().act_button.isVisible()


def test_deletion_names_the_certificate_and_says_when_it_is_done(
    screen: MainWindowScreen, qtbot: QtBot
) -> None:
    stored = screen.ui.add_certificate(screen.ui.pc, -10)
    screen.refresh()
    until = screen.context.catalogue.minute(stored.certificate.not_after)
    screen.choose(Entry.DELETE)
    (box,) = screen.window.findChildren(QMessageBox)
    assert f"TKYM1408054 1403 の電子証明書（有効期限 {until}）" in box.text()
    (delete,) = [one for one in box.buttons() if plain(one.text()) == "削除する"]
    screen.press(delete)
    qtbot.waitUntil(screen.window.card_actions.undo.isVisible, timeout=LONG)
    done = f"TKYM1408054 1403 の電子証明書（有効期限 {until}）を完全に削除しました。"
    assert screen.window.card_actions.undo.text() == done
    assert not screen.window.card_actions.undo.button.isVisible()


def test_two_ways_back_have_different_names(screen: MainWindowScreen, qtbot: QtBot) -> None:
    screen.ui.add_certificate(screen.ui.pc, -10)
    screen.refresh()
    screen.choose(Entry.PUT_AWAY)
    qtbot.waitUntil(screen.window.card_actions.undo.isVisible, timeout=LONG)
    qtbot.waitUntil(screen.window.others.isVisible, timeout=LONG)
    screen.press(screen.window.others.button)
    restore = screen.window.others.actions_row.restore
    names = [screen.window.card_actions.undo.button.text(), restore.text()]
    assert [plain(name) for name in names] == ["しまうのを取り消す", "元に戻す"]


def test_an_unfinished_procedure_is_part_of_its_card(screen: MainWindowScreen) -> None:
    for user_id in ("TKYM1408054", "TKYM1408055"):
        current = screen.ui.add_certificate(screen.ui.pc, 20, user_id)
        person = ScriptedUser(stop_before=lambda steps: Step.CREATE_KEY in steps)
        screen.ui.enrollment(screen.ui.profile, screen.ui.stores).renew(
            current, screen.ui.pc, person
        )
    screen.refresh()
    unfinished = screen.window.unfinished
    assert [one.act_button.text() for one in unfinished] == ["続ける(&C)", "続ける"]
    assert all(one.entry(Entry.GIVE_UP) is not None for one in unfinished)
    assert [one.act_button.primary for one in unfinished] == [True, False]
    sentence = (
        "途中で止まっています。「続ける」を押すと、続きから始めます（ここまで：鍵を作りました）。"
    )
    assert screen.texts().splitlines().count(sentence) == 2
    assert unfinished[0].text.splitlines()[0] == (
        f"{screen.ui.profile.bank.ja} TKYM1408054 1403: 手続きの途中です"
    )
    assert not screen.window.asking, "the way to go on takes the notice's place"

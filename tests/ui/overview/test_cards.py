"""Cards of several banks, many certificates in a table, and what is said when nothing is found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from certclient.i18n.catalogue import Language
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.unavailable import unavailable
from certclient.ui.context import AppContext
from certclient.ui.overview.bank_mark import LINE_CONTRAST, BankLogo, bank_colour
from certclient.ui.overview.card_menu import Entry
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.models import Column
from certclient.ui.overview.owner_state import MOST_CARDS
from certclient.ui.overview.store_scanner import StoreScanner
from certclient.ui.widgets.contrast import contrast
from certclient.ui.widgets.tokens import tokens
from support.several_banks import several_banks
from support.themes import appearance
from support.wizards import LONG, UiEnvironment, plain, until

_MODULE = "/opt/token/module.so"


class Desk:
    """A PC with the main window open."""

    def __init__(self, context: AppContext, qtbot: QtBot) -> None:
        self.context = context
        self.window, self.scanner = MainWindow(context), StoreScanner(context)
        self._qtbot = qtbot
        qtbot.addWidget(self.window)
        self.window.show()

    def look(self) -> MainWindow:
        with self._qtbot.waitSignal(self.scanner.scanned, timeout=LONG):
            self.scanner.refresh()
        return self.window

    @property
    def texts(self) -> str:
        labels = self.window.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible())


@pytest.fixture
def desks() -> Iterator[list[Desk]]:
    made: list[Desk] = []
    yield made
    for desk in made:
        desk.scanner.stop()
        desk.window.card_actions.close()


def test_several_banks_are_groups_of_their_own(
    ui: UiEnvironment, qtbot: QtBot, desks: list[Desk]
) -> None:
    for days, user_id in ((200, "TKYM1408054"), (20, "TKYM1408065"), (25, "TKYM1408055")):
        ui.add_certificate(ui.pc, days, user_id)
    ui.add_certificate(ui.pc, 2, "TKYM1408056")
    banks = several_banks(ui.profile)
    desks.append(Desk(dataclasses.replace(ui.context(), profiles=banks), qtbot))
    window = desks[0].look()
    third, second, first = (bank.bank.ja for bank in reversed(banks))
    assert window.cards.headings == [third, second, first], "the most urgent one comes first"
    users = [card.state.user_id for card in window.cards.cards]
    assert users == ["TKYM1408056", "TKYM1408065", "TKYM1408055", "TKYM1408054"]
    assert desks[0].texts.splitlines().count(second) == 1, "its cards do not repeat it"
    assert window.card_of("TKYM1408055").accessibleName().startswith(second)
    desks[0].context.languages.switch(Language.ENGLISH)
    until(lambda: window.cards.headings[1] == "Rei Shinkin Bank")


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_a_banks_colour_and_logo_are_seen_on_every_ground(ui: UiEnvironment, theme: str) -> None:
    with appearance(theme, 100):
        for bank in several_banks(ui.profile):
            colour = bank_colour(bank)
            if theme == "contrast":
                assert colour is None, "its user chose the colours"
                continue
            assert colour is not None
            assert contrast(colour, tokens().card) >= LINE_CONTRAST
    assert bank_colour(None) is None


def test_a_logo_is_drawn_and_a_broken_one_hidden(ui: UiEnvironment, qtbot: QtBot) -> None:
    logo = BankLogo()
    qtbot.addWidget(logo)
    logo.show_bank(ui.profile)
    picture = logo.grab().toImage()
    wanted = QColor(ui.profile.appearance.colour)
    middle = picture.pixelColor(picture.width() // 2, picture.height() - 4)
    assert middle == wanted, "the practice bank's logo stands on its colour"
    content = ui.profile.appearance.logo
    cut_off = dataclasses.replace(ui.profile.appearance, logo=content[: len(content) // 4])
    logo.show_bank(dataclasses.replace(ui.profile, appearance=cut_off))
    assert not logo.isVisible()


@pytest.fixture
def many(ui: UiEnvironment, qtbot: QtBot, desks: list[Desk]) -> Desk:
    """More certificates than cards: of two banks, due in 10, 11, 12 … days."""
    for number in range(MOST_CARDS + 1):
        ui.add_certificate(ui.pc, 10 + number, f"TKYM14080{number}{4 + number % 2}")
    banks = several_banks(ui.profile)
    desks.append(Desk(dataclasses.replace(ui.context(), profiles=banks), qtbot))
    desks[0].look()
    return desks[0]


def users(window: MainWindow) -> list[str]:
    model = window.cards.table.certificates
    return [str(model.index(number, Column.USER).data())[:11] for number in range(model.rowCount())]


def test_more_than_six_are_a_table_with_the_chosen_ones_card(many: Desk) -> None:
    window, table = many.window, many.window.cards.table
    assert table.isVisible()
    assert len(users(window)) == MOST_CARDS + 1
    (card,) = window.cards.cards
    assert card.state.user_id == users(window)[0], "the most urgent one"
    table.setCurrentIndex(table.certificates.index(3, 0))
    (card,) = window.cards.cards
    assert card.state.user_id == users(window)[3]
    assert plain(card.act_button.text()) == "今すぐ更新する"
    assert card.entry(Entry.DETAILS) is not None
    assert window.row is card.state.row


@pytest.mark.parametrize("language", list(Language))
def test_dates_and_states_stand_in_one_line_in_a_window_of_the_usual_size(
    ui: UiEnvironment, many: Desk, language: Language
) -> None:
    ui.add_certificate(ui.pc, 200, "TKYM1408090")
    many.look()
    many.context.languages.switch(language)
    table = many.window.cards.table
    option = QStyleOptionViewItem()
    table.initViewItemOption(option)
    for column in (Column.PLACE, Column.UNTIL, Column.STATE):
        shown = {str(table.certificates.index(row, column).data()) for row in range(8)}
        widest = max(option.fontMetrics.horizontalAdvance(text) for text in shown)
        assert table.columnWidth(column) > widest, (column.name, shown)


def test_the_table_can_be_filtered_by_any_word(many: Desk) -> None:
    window, part = many.window, many.window.cards.part
    QTest.keyClicks(part.filter, "tkym")
    assert len(users(window)) == MOST_CARDS + 1
    part.filter.setText("れい信用金庫 tkym")
    assert users(window) == ["TKYM1408015", "TKYM1408035", "TKYM1408055"]
    assert "7件のうち3件を表示しています。" in many.texts
    assert window.cards.cards[0].state.user_id == "TKYM1408015", "the first one that is shown"
    part.filter.setText("nobody")
    assert users(window) == []
    part.filter.clear()
    assert len(users(window)) == MOST_CARDS + 1


def test_the_table_is_sorted_by_its_headings_and_by_the_keyboard(many: Desk) -> None:
    window, table = many.window, many.window.cards.table
    urgent = users(window)
    header = table.header()
    for wanted in (sorted(urgent), sorted(urgent, reverse=True), urgent):
        at = header.sectionViewportPosition(Column.USER) + 5
        place = header.viewport().rect().topLeft() + header.viewport().rect().bottomLeft()
        place.setX(at)
        place.setY(5)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert users(window) == wanted
    menu = window.cards.part.order.menu()
    assert menu is not None
    by_bank = next(one for one in menu.actions() if one.data() == Column.BANK)
    by_bank.trigger()
    banks = [str(table.certificates.index(row, Column.BANK).data()) for row in range(7)]
    assert banks == sorted(banks)


def missing_module(ui: UiEnvironment) -> None:
    error = CertclientError(ErrorCode.STORE_MIDDLEWARE_MISSING, path=_MODULE)
    store = unavailable(f"pkcs11-module:{_MODULE}", "module", Destination.USB, error)
    ui.stores.append(store)


def test_nothing_found_names_the_missing_software(
    ui: UiEnvironment, qtbot: QtBot, desks: list[Desk]
) -> None:
    """Somebody who never had a token is only told that one would need it."""
    missing_module(ui)
    desks.append(Desk(ui.context(), qtbot))
    window = desks[0].look()
    assert "電子証明書がまだありません" in desks[0].texts
    assert "専用USBの管理ソフトが、このパソコンに入っていません" in desks[0].texts
    assert "CC-" not in desks[0].texts
    assert window.empty.obtain.isVisible()


def test_nothing_found_on_a_token_that_is_away_says_so(
    ui: UiEnvironment, qtbot: QtBot, desks: list[Desk]
) -> None:
    ui.new_token().pull()
    desks.append(Desk(ui.context(), qtbot))
    desks[0].look()
    assert "電子証明書が見つかりません" in desks[0].texts
    assert desks[0].texts.count("CC-TOKEN-MISSING") == 1, "it is said once"
    assert "電子証明書がまだありません" not in desks[0].texts


def test_after_a_renewal_the_owners_card_shows_the_new_one(
    ui: UiEnvironment, qtbot: QtBot, desks: list[Desk]
) -> None:
    ui.add_certificate(ui.pc, 20)
    ui.add_certificate(ui.pc, 25, "TKYM1408055")
    desks.append(Desk(ui.context(), qtbot))
    window = desks[0].look()
    window.activateWindow()
    card = window.card_of("TKYM1408054")
    card.act_button.setFocus()
    new = ui.add_newer_certificate(ui.pc, 200)
    desks[0].look()
    assert window.card_of("TKYM1408054") is card
    assert card.figure.figure == "200"
    assert window.focusWidget() is card, "not the button of another card"
    assert window.row is not None
    assert window.row.entry.certificate == new.certificate
    until(lambda: window.others.isVisible())
    offered = {entry for entry in Entry if card.entry(entry) is not None}
    assert Entry.DELETE not in offered

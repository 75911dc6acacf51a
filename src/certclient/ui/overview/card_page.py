"""The owners' cards, grouped by bank if there are several; a table if there are many owners."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from certclient.ui.overview.bank_mark import BankHeading
from certclient.ui.overview.card_texts import CardTexts
from certclient.ui.overview.owner_card import OwnerCard
from certclient.ui.overview.owner_facts import OwnerFacts
from certclient.ui.overview.owner_state import Board, OwnerState, act_of
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from certclient.enrollment.overview import Row
    from certclient.ui.context import AppContext
    from certclient.ui.overview.certificate_table import CertificateTable
    from certclient.ui.overview.table_part import TablePart

Key = tuple[str, ...]

_TABLE = "certclient.ui.overview.table_part"


class CardPage(QWidget):
    """One card is the selected one: that which has the focus or had it last. Above the table stands
    the card of the row that is selected there."""

    acted = Signal(object, object)
    """The OwnerState and the Act."""
    postponed = Signal(object)
    """The OwnerState."""
    chosen = Signal(object, object)
    """The OwnerState and the Entry of その他."""
    opened = Signal(object)
    """The OwnerState whose row of the table was activated."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.texts, self.facts = CardTexts(context, self), OwnerFacts(context, self)
        self._board = Board()
        self._cards: dict[Key, OwnerCard] = {}
        self._headings: dict[str, BankHeading] = {}
        self._placed: list[QWidget] = []
        self._selected: Key | None = None
        self._part: TablePart | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)

    def preparing(self, board: Board) -> Iterator[None]:
        """Makes what `show_board` will show, in steps between which other events are handled."""
        self._board = board
        if board.as_table:
            importlib.import_module(_TABLE)
            yield
            self.part.hide()
            yield
        for card in self._shown():
            self._card(card)
            yield
        self.show_board(board)
        yield

    def show_board(self, board: Board) -> None:
        """Shows the cards; keeps those that stay, and the selected one."""
        self._board = board
        if board.as_table:
            self.part.show_states(board.cards)
            self.part.show()
        elif self._part is not None:
            self._part.hide()
        self._show_cards()

    @property
    def cards(self) -> Sequence[OwnerCard]:
        """The cards that are shown, from top to bottom."""
        return [one for one in self._placed if isinstance(one, OwnerCard)]

    @property
    def headings(self) -> Sequence[str]:
        """The banks' names above their cards."""
        return [one.text for one in self._placed if isinstance(one, BankHeading)]

    @property
    def parts(self) -> Sequence[QWidget]:
        """The cards and, if there is one, the list with its filter, from top to bottom."""
        return [*self.cards, *([self._part] if self._part is not None else [])]

    @property
    def part(self) -> TablePart:
        """The list of many owners with its filter, made when it is first needed."""
        if self._part is None:
            from certclient.ui.overview.table_part import TablePart

            self._part = part = TablePart(self._context, self.texts, self.facts)
            part.hide()
            part.chosen.connect(self._choose)
            part.table.opened.connect(self.opened)
            self._column.addWidget(part, 1)
        return self._part

    @property
    def table(self) -> CertificateTable:
        """The list of many owners."""
        return self.part.table

    @property
    def state(self) -> OwnerState | None:
        """The selected one, else the most urgent one."""
        found = (one for one in self._board.cards if one.key == self._selected)
        return next(found, None) or next(iter(self._board.cards), None)

    def select(self, row: Row) -> bool:
        """Selects the card that is about `row` and shows it. Returns whether there is one."""
        state = next((one for one in self._board.cards if one.row and one.name == row.name), None)
        if state is None:
            return False
        self._selected = state.key
        if self._board.as_table:
            self.part.filter.clear()
            self.part.table.select(row)
        self._show_cards()
        self._cards[state.key].setFocus()
        self._reveal(self._cards[state.key])
        return True

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._show_cards()

    # Cards

    def _show_cards(self) -> None:
        board = self._board
        grouped = len(board.banks) > 1 and not board.as_table
        shown = self._shown()
        wanted: list[QWidget] = []
        for bank in board.banks if grouped else ("",):
            if grouped:
                wanted.append(self._heading(bank))
            wanted += [self._card(one) for one in shown if not grouped or one.profile_id == bank]
        first = next((one for one in shown if act_of(one)), next(iter(shown), None))
        for card in wanted:
            if isinstance(card, OwnerCard):
                # Before it is shown: each text of a visible card lays it out anew.
                card.show_state(card.state, first=card.state is first, bank_above=grouped)
        self._place(wanted)

    def _shown(self) -> Sequence[OwnerState]:
        """Those that have a card: all, or above the table the selected one."""
        if not self._board.as_table:
            return self._board.cards
        return [one for one in (self.state,) if one is not None]

    def _heading(self, profile_id: str) -> BankHeading:
        heading = self._headings.setdefault(profile_id, BankHeading())
        profile = self._context.profile(profile_id)
        name = self._context.bank(profile) if profile is not None else profile_id
        heading.show_bank(profile, name)
        return heading

    def _card(self, state: OwnerState) -> OwnerCard:
        card = self._cards.get(state.key)
        if card is None:
            card = OwnerCard(self._context, self.texts, self.facts, state)
            card.acted.connect(self.acted)
            card.postponed.connect(self.postponed)
            card.chosen.connect(self.chosen)
            card.moved.connect(self._move)
            self._cards[state.key] = card
        card.state = state
        return card

    def _place(self, wanted: list[QWidget]) -> None:
        """Puts these above the table in this order; those that stay keep the focus."""
        if wanted == self._placed:
            return
        for widget in self._placed:
            if widget not in wanted:
                self._column.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self._cards = {key: card for key, card in self._cards.items() if card in wanted}
        self._headings = {key: one for key, one in self._headings.items() if one in wanted}
        for number, widget in enumerate(wanted):
            if self._column.indexOf(widget) != number:
                self._column.insertWidget(number, widget)
            widget.show()
        self._placed = wanted

    # Selection

    def _choose(self, state: OwnerState | None) -> None:
        """A row of the table was selected."""
        if not self._board.as_table or state is None or state.key == self._selected:
            return
        self._selected = state.key
        self._show_cards()

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        card = next(
            (one for one in self.cards if (new and one.isAncestorOf(new)) or one is new), None
        )
        if card is not None:
            self._selected = card.state.key

    def _move(self, card: OwnerCard, step: int) -> None:
        """The arrow keys: to another card, or from the last one to the table."""
        cards = self.cards
        number = cards.index(card) + step
        if 0 <= number < len(cards):
            cards[number].setFocus(Qt.FocusReason.TabFocusReason)
            self._reveal(cards[number])
        elif step > 0 and self._board.as_table:
            self.part.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _reveal(self, card: OwnerCard) -> None:
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, Scroll):
            parent = parent.parentWidget()
        if isinstance(parent, Scroll):
            parent.ensureWidgetVisible(card, 0, Space.M)

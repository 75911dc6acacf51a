"""Certificates as the rows of a table that can be filtered and sorted."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from certclient.model.visible_text import visible
from certclient.ui.overview.owner_look import owner_look
from certclient.ui.overview.owner_state import OwnerState, level_of
from certclient.ui.widgets.parts import tool_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.overview import Row
    from certclient.ui.context import AppContext
    from certclient.ui.overview.card_texts import CardTexts
    from certclient.ui.overview.owner_facts import OwnerFacts

AnyIndex = QModelIndex | QPersistentModelIndex

STATE = int(Qt.ItemDataRole.UserRole)
"""The role that returns an index's `OwnerState`."""

_NO_INDEX = QModelIndex()


class Column(enum.IntEnum):
    """The model's columns, in display order."""

    USER = 0
    ROLE = 1
    BANK = 2
    PLACE = 3
    UNTIL = 4
    LEFT = 5
    STATE = 6


class CertificateModel(QAbstractTableModel):
    """The states that match the filter, in the order that the user chose."""

    def __init__(
        self,
        context: AppContext,
        texts: CardTexts,
        facts: OwnerFacts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context, self._texts, self._facts = context, texts, facts
        self._all: Sequence[OwnerState] = ()
        self._shown: list[OwnerState] = []
        self._filter = ""
        self._sorted: tuple[Column, Qt.SortOrder] | None = None
        self.changed = False
        """Whether the last `show_states` has changed what is to be seen."""

    def show_states(self, states: Sequence[OwnerState]) -> bool:
        """Shows these. If only their details changed, the model is not reset, so views keep their
        selection and scroll position; rows that look as before are not drawn again. Returns whether
        it was reset."""
        self._all = states
        before, shown = self._shown, self._arranged()
        if not _same(shown, before):
            self._reset(shown)
            return True
        looks = (owner_look(self._context, one) for one in shown)
        old = (owner_look(self._context, one) for one in before)
        changed = [look != other for look, other in zip(looks, old, strict=True)]
        self._shown = shown
        self.changed = any(changed)
        for number, one in enumerate(changed):
            if one:
                last = self.index(number, len(Column) - 1)
                self.dataChanged.emit(self.index(number, 0), last)
        return False

    def set_filter(self, text: str) -> None:
        """Shows only rows in which each word of `text` occurs in some column."""
        self._filter = text
        self._reset(self._arranged())

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; -1: the most urgent first."""
        self._sorted = (Column(column), order) if column >= 0 else None
        self._reset(self._arranged())

    def emit_texts_changed(self) -> None:
        """Announces new texts after a language switch."""
        last = len(Column) - 1
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, last))

    @property
    def several_banks(self) -> bool:
        """Whether more than one bank is set up, or the certificates belong to more than one."""
        banks = {one.profile_id for one in self._all}
        return len(banks | {profile.id for profile in self._context.profiles}) > 1

    @property
    def total(self) -> int:
        """The number of rows without the filter."""
        return len(self._all)

    def find(self, name: tuple[str, ...]) -> QModelIndex:
        """The index of the row with this `OwnerState.name`; invalid if it is not shown."""
        numbers = (number for number, one in enumerate(self._shown) if one.name == name)
        return self.index(next(numbers, -1), 0)

    def find_owner(self, key: tuple[str, ...]) -> QModelIndex:
        """The index of the first row with this `OwnerState.key`; invalid if it is not shown."""
        numbers = (number for number, one in enumerate(self._shown) if one.key == key)
        return self.index(next(numbers, -1), 0)

    # QAbstractTableModel

    def rowCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        """The rows that match the filter."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        """All of them; the view hides some."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Returns texts for the display, tooltip and accessibility roles, and `STATE`."""
        if not index.isValid():
            return None
        state = self._shown[index.row()]
        if role == STATE:
            return state
        if role not in _TEXT_ROLES:
            return None
        column = Column(index.column())
        text = visible(self._text(state, column))
        if role == Qt.ItemDataRole.ToolTipRole:
            row = state.row
            return tool_tip(self._texts.rows.tip(row, text) if row is not None else text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._line(state) if column is Column.USER else self._cell(state, column)
        dated = column in (Column.UNTIL, Column.STATE)
        return self._context.catalogue.compact(text) if dated else text

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Returns the column titles."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            column = Column(section)
            zone = self._context.catalogue.zone if column is Column.UNTIL else ""
            return self._heading(column) + zone
        return None

    # Rows

    def _arranged(self) -> list[OwnerState]:
        words = self._filter.casefold().split()
        found = [one for one in self._all if self._matches(one, words)]
        if self._sorted is None:
            return found
        column, order = self._sorted
        descending = order is Qt.SortOrder.DescendingOrder
        return sorted(found, key=lambda one: self._rank(one, column), reverse=descending)

    def _matches(self, state: OwnerState, words: Sequence[str]) -> bool:
        if not words:
            return True
        texts = "\n".join(self._text(state, column) for column in Column).casefold()
        return all(word in texts for word in words)

    def _rank(self, state: OwnerState, column: Column) -> tuple[object, ...]:
        text = self._text(state, column)
        if column in (Column.UNTIL, Column.LEFT):
            end = state.end
            return (end is None, end.timestamp() if end is not None else 0.0, text)
        return (level_of(state), text) if column is Column.STATE else (text, state.key)

    def _reset(self, shown: list[OwnerState]) -> None:
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()
        self.changed = True

    # Texts

    def _line(self, state: OwnerState) -> str:
        """The whole row in the order of the columns, also those that are hidden: arrow keys reach
        its first cell only."""
        shown = (one for one in Column if one is not Column.BANK or self.several_banks)
        return ", ".join(self._cell(state, one) for one in shown if self._text(state, one))

    def _cell(self, state: OwnerState, column: Column) -> str:
        return f"{self._heading(column)}: {visible(self._text(state, column))}"

    def _heading(self, column: Column) -> str:
        return {
            Column.USER: self.tr("User ID"),
            Column.ROLE: self.tr("Role"),
            Column.BANK: self.tr("Bank"),
            Column.PLACE: self.tr("Place"),
            Column.UNTIL: self.tr("Valid until"),
            Column.LEFT: self.tr("Days left"),
            Column.STATE: self.tr("State"),
        }[column]

    def _text(self, state: OwnerState, column: Column) -> str:
        facts, row = self._facts, state.row
        match column:
            case Column.USER:
                return state.full_id
            case Column.ROLE:
                return facts.role(state)
            case Column.BANK:
                return facts.bank(state)
            case Column.PLACE:
                return facts.place(state)
            case Column.UNTIL:
                return self._texts.rows.until(row) if row is not None else ""
            case Column.LEFT:
                return self._texts.rows.days_left(row) if row is not None else ""
            case Column.STATE:
                return self._texts.state(state)


def _same(shown: Sequence[OwnerState], before: Sequence[OwnerState]) -> bool:
    """Whether these are the same certificates. A name is a digest: it is not asked for in vain."""
    pairs = zip(shown, before, strict=False)
    return len(shown) == len(before) and all(one.name == other.name for one, other in pairs)


_TEXT_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)


def state_at(index: AnyIndex) -> OwnerState | None:
    """The `OwnerState` of an index in any column; None for none."""
    found = index.data(STATE)
    return found if isinstance(found, OwnerState) else None


def row_at(index: AnyIndex) -> Row | None:
    """The `Row` of an index in any column; None for none."""
    state = state_at(index)
    return state.row if state is not None else None

"""The certificates as a Qt item model: one row each; those that no longer count are under a
fold."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from certclient.enrollment.overview import OBSTACLES, Condition, Overview, Row
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus
from certclient.enrollment.revocations import is_revocation
from certclient.model.certificate import DATES
from certclient.model.certificate_reading import CertificateField
from certclient.model.visible_text import visible
from certclient.ui.widgets.parts import tool_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.ui.context import AppContext

AnyIndex = QModelIndex | QPersistentModelIndex

ROW = int(Qt.ItemDataRole.UserRole)
"""The role that returns an index's `Row`; None for the fold."""


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


_TOP = 0
_FOLDED = 1
"""Internal ids of indexes: at the top level or under the fold."""


class CertificateModel(QAbstractItemModel):
    """Top level: rows that count, then the fold if it is not empty."""

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._top: list[Row] = []
        self._folded: list[Row] = []
        self.changed = False
        """Whether the last `show` has changed what is to be seen."""

    def show(self, overview: Overview) -> bool:
        """Shows these certificates. If only their details changed, the model is not reset, so views
        keep their selection and scroll position; rows that look as before are not drawn again.
        Returns whether it was reset."""
        top = [row for row in overview.rows if not row.folded]
        folded = [row for row in overview.rows if row.folded]
        same = _names(top) == _names(self._top) and _names(folded) == _names(self._folded)
        if same:
            before = (*self._top, *self._folded)
            changed = [
                _look(new) != _look(old) for old, new in zip(before, (*top, *folded), strict=True)
            ]
            self._top, self._folded = top, folded
            self._emit_changed(changed[: len(top)], QModelIndex())
            self._emit_changed(changed[len(top) :], self.fold)
            self.changed = any(changed)
            return False
        self.beginResetModel()
        self._top, self._folded = top, folded
        self.endResetModel()
        self.changed = True
        return True

    def emit_texts_changed(self) -> None:
        """Announces new texts after a language switch or a change of conditions."""
        last = len(Column) - 1
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, last))
        fold = self.fold
        if fold.isValid():
            children = self.rowCount(fold)
            self.dataChanged.emit(self.index(0, 0, fold), self.index(children - 1, last, fold))

    def _emit_changed(self, changed: Sequence[bool], parent: QModelIndex) -> None:
        last = len(Column) - 1
        for number, one in enumerate(changed):
            if one:
                top = self.index(number, 0, parent)
                self.dataChanged.emit(top, self.index(number, last, parent))

    @property
    def several_banks(self) -> bool:
        """Whether more than one bank is set up, or the certificates belong to more than one."""
        banks = {row.profile.id for row in (*self._top, *self._folded)}
        return len(banks | {profile.id for profile in self._context.profiles}) > 1

    @property
    def fold(self) -> QModelIndex:
        """The parent index of the rows that no longer count; invalid if there are none."""
        return self.index(len(self._top), 0) if self._folded else QModelIndex()

    def find(self, name: tuple[str, str]) -> QModelIndex:
        """Returns the index of the row with this `Row.name`; invalid if it is gone."""
        for rows, parent in ((self._top, QModelIndex()), (self._folded, self.fold)):
            for number, row in enumerate(rows):
                if row.name == name:
                    return self.index(number, 0, parent)
        return QModelIndex()

    # QAbstractItemModel

    def rowCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        """Counts the fold as one top-level row."""
        if not parent.isValid():
            return len(self._top) + bool(self._folded)
        return len(self._folded) if self._is_fold(parent) and parent.column() == 0 else 0

    def columnCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        """The same at every level."""
        return len(Column)

    def index(self, row: int, column: int, parent: AnyIndex = _NO_INDEX) -> QModelIndex:
        """Stores the level, _TOP or _FOLDED, as the internal id."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, _FOLDED if parent.isValid() else _TOP)

    def parent(self, index: AnyIndex = _NO_INDEX) -> QModelIndex:  # type: ignore[override]
        """Returns the fold for folded rows."""
        # QObject.parent() and QAbstractItemModel.parent(index) share one name in Qt.
        if index.isValid() and index.internalId() == _FOLDED:
            return self.fold
        return QModelIndex()

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Returns texts for the display, tooltip and accessibility roles, and `ROW`."""
        row = self._row(index)
        if role == ROW:
            return row
        if role not in _TEXT_ROLES:
            return None
        if row is None:
            return self._fold_text() if index.column() == 0 else None
        text = visible(self._text(row, Column(index.column())))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(self._tool_tip(row, text))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            column = Column(index.column())
            return self._line(row) if column is Column.USER else self._cell(row, column)
        return text

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Returns the column titles."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heading(Column(section))
        return None

    # Texts

    def _tool_tip(self, row: Row, text: str) -> str:
        """`text`, which may be cut off in its cell, or why the certificate cannot be renewed."""
        if row.condition in OBSTACLES:
            return self._why_not(row)
        rejection = row.entry.rejection
        if rejection is not None:
            return visible(f"{rejection.message or text} [{rejection.reason}]")
        return text

    def _why_not(self, row: Row) -> str:
        """Why it cannot be renewed here, and what to do."""
        obstacle = row.entry.obstacle
        if obstacle is None:
            return self.state(row)
        shown = self._context.catalogue.error(obstacle)
        return f"{shown.sentence}\n{shown.next_step} [{shown.code}]"

    def _line(self, row: Row) -> str:
        """The whole row in the order of the columns, also those that are hidden: arrow keys reach
        its first cell only."""
        shown = (one for one in Column if one is not Column.BANK or self.several_banks)
        return ", ".join(self._cell(row, one) for one in shown if self._text(row, one))

    def _cell(self, row: Row, column: Column) -> str:
        return f"{self._heading(column)}: {visible(self._text(row, column))}"

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

    def _text(self, row: Row, column: Column) -> str:
        catalogue, entry = self._context.catalogue, row.entry
        match column:
            case Column.USER:
                return entry.full_id
            case Column.ROLE:
                return catalogue.role(entry.owner.role)
            case Column.BANK:
                return self._context.bank(row.profile)
            case Column.PLACE:
                return self.place(row)
            case Column.UNTIL:
                if CertificateField.NOT_AFTER in entry.certificate.unreadable:
                    return self.tr("Cannot be read")
                return catalogue.until(entry.life)
            case Column.LEFT:
                return self.days_left(row)
            case Column.STATE:
                return self.state(row)

    def place(self, row: Row) -> str:
        """Returns パソコン or 専用USB, with the browser's or the token's name."""
        return self._context.place(row.entry.store)

    def days_left(self, row: Row) -> str:
        """Returns the days left or since expiry, in words; "" for a row that no longer counts and
        has not expired."""
        days = row.entry.life.days_left
        if row.entry.certificate.unreadable & DATES or (not row.condition.counts and days >= 0):
            return ""
        if days > 0:
            return self.tr("%n day(s) left", "", days)
        if row.entry.life.closed:
            return self.tr("Renewal has closed")
        if days == 0:
            return self.tr("Today is the last day")
        return self.tr("Expired %n day(s) ago", "", -days)

    def state(self, row: Row) -> str:
        """Returns what the row's procedure does, or else its condition, in words."""
        catalogue, life = self._context.catalogue, row.entry.life
        if row.absent:
            return self.tr("Plug in “{0}”").format(row.entry.store.label)
        if row.procedure is not None:
            return self._procedure(row.procedure)
        obstacle = row.entry.obstacle
        if obstacle is not None and row.condition in OBSTACLES:
            return catalogue.error(obstacle).title
        if row.condition is Condition.NOT_ACCEPTED and is_revocation(row.entry.rejection):
            return self.tr("Revoked by the bank")
        special = self._condition(row.condition)
        if special:
            return special
        state = catalogue.stage(life)
        if life.begins is not None:
            state = self.tr("Not valid before {0}").format(catalogue.day(life.begins))
        elif row.condition is Condition.VALID:
            state = self.tr("Renewable from {0}").format(catalogue.first(life))
        if row.entry.stored.key_hidden:
            return self.tr("{0} (its key shows with the PIN)").format(state)
        return state

    def _condition(self, condition: Condition) -> str:
        """The condition in words; "" where the dates say it."""
        match condition:
            case Condition.URGENT:
                return self.tr("Renew now")
            case Condition.REPLACED:
                return self.tr("Replaced by a newer one")
            case Condition.COPY:
                return self.tr("The same as in the other place")
            case Condition.ARCHIVED:
                return self.tr("Put away")
            case Condition.NO_KEY:
                return self.tr("Its key is missing")
            case Condition.UNFINISHED:
                return self.tr("Not finished: continue")
            case Condition.NOT_ACCEPTED:
                return self.tr("Not accepted by the bank")
        return ""

    def _procedure(self, status: ProcedureStatus) -> str:
        if status.asking:
            return self.tr("Waits for what you have to enter")
        match status.phase:
            case ProcedurePhase.RUNNING:
                return self.tr("Under way (step {number} of {count})").format(
                    number=status.number, count=len(status.listed)
                )
            case ProcedurePhase.WAITING:
                return self.tr("Waiting for the bank")
            case ProcedurePhase.FAILED:
                return self.tr("Stopped by an error: continue")
            case ProcedurePhase.INTERRUPTED:
                return self.tr("Not finished: continue")

    def _fold_text(self) -> str:
        return self.tr("%n put away or expired certificate(s)", "", len(self._folded))

    # Rows

    def _is_fold(self, index: AnyIndex) -> bool:
        return index.internalId() == _TOP and index.row() == len(self._top)

    def _row(self, index: AnyIndex) -> Row | None:
        if not index.isValid() or self._is_fold(index):
            return None
        rows = self._folded if index.internalId() == _FOLDED else self._top
        return rows[index.row()]


_TEXT_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)


def row_at(index: AnyIndex) -> Row | None:
    """Returns the `Row` of an index in any column; None for the fold."""
    found = index.data(ROW)
    return found if isinstance(found, Row) else None


def _names(rows: list[Row]) -> list[tuple[str, str]]:
    return [row.name for row in rows]


def _look(row: Row) -> tuple[object, ...]:
    """All that decides how a row is shown; two scans of the same certificate are different rows."""
    entry, error = row.entry, row.entry.obstacle
    store = entry.store
    return (
        (row.profile, row.condition, row.procedure, row.absent),
        (entry.full_id, entry.owner, entry.life, entry.rejection, entry.stored.key_hidden),
        (store.store_id, store.label, store.destination, getattr(store, "title", "")),
        entry.certificate.unreadable,
        None if error is None else (error.code, *error.data.items()),
    )

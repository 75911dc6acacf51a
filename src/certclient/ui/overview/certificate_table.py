"""The list of certificates in the main window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QTreeView, QWidget

from certclient.ui.overview.delegates import CertificateDelegate
from certclient.ui.overview.models import CertificateModel, Column, row_at, state_at
from certclient.ui.widgets.selection import keep_selection_visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from certclient.enrollment.overview import Row
    from certclient.ui.context import AppContext
    from certclient.ui.overview.card_texts import CardTexts
    from certclient.ui.overview.owner_facts import OwnerFacts
    from certclient.ui.overview.owner_state import OwnerState

_LEAST_LINES = 7
"""Minimum height in lines of text: header and two certificates. With large text on a small screen
only the list scrolls then, not the window around it as well."""

_MEASURED_ROWS = 40

_URGENCY = -1
"""The order without a column: the most urgent first."""

_WHOLE = (Column.UNTIL, Column.STATE, Column.PLACE)
"""Dates, states and places, which are easier to compare in one line each."""

_STRETCHED = (Column.BANK, Column.PLACE, Column.UNTIL, Column.STATE)

_DISPENSABLE = (Column.ROLE, Column.BANK, Column.LEFT, Column.PLACE)
"""Hidden in this order. The user ID's suffix shows the role, the date implies the days left. BANK
stays when there are several banks."""


class CertificateTable(QTreeView):
    """At most one row is selected; the selection survives a refresh."""

    chosen = Signal(object)
    """The selected OwnerState, or None."""
    opened = Signal(object)
    """The OwnerState activated with Enter or a double click."""

    def __init__(
        self,
        context: AppContext,
        texts: CardTexts,
        facts: OwnerFacts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.certificates = CertificateModel(context, texts, facts, self)
        self.setModel(self.certificates)
        self.setItemDelegate(CertificateDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAllColumnsShowFocus(True)
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(False)
        self._widths: dict[Column, int] = {}
        """What the columns' contents need, in pixels; {} until measured."""
        self._whole: dict[Column, int] = {}
        """The same without a second line."""
        self._sorted: tuple[int, Qt.SortOrder] = (_URGENCY, Qt.SortOrder.AscendingOrder)
        keep_selection_visible(self)
        self.setTabKeyNavigation(False)
        self._set_up_header()
        self.selectionModel().selectionChanged.connect(
            lambda *_: self.chosen.emit(self.chosen_state)
        )
        self.activated.connect(self._open)
        self._retranslate()

    def show_states(self, states: Sequence[OwnerState]) -> None:
        """Shows new contents. Keeps the selected certificate, else its owner, else the first."""
        before = self.chosen_state
        scrolled = self.verticalScrollBar().value()
        reset = self.certificates.show_states(states)
        if reset:
            self.verticalScrollBar().setValue(scrolled)
            self._choose_again(before)
        if reset or self.certificates.changed:
            self._measure_columns()
        self.chosen.emit(self.chosen_state)

    def set_filter(self, text: str) -> None:
        """Shows only rows in which each word of `text` occurs."""
        before = self.chosen_state
        self.certificates.set_filter(text)
        self._choose_again(before)
        self.chosen.emit(self.chosen_state)

    def sort_by(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts by a column; -1: the most urgent first."""
        before = self.chosen_state
        self._sorted = (column, order)
        self.header().setSortIndicator(column, order)
        self.certificates.sort(column, order)
        self._choose_again(before)

    @property
    def chosen_state(self) -> OwnerState | None:
        """The selected OwnerState, or None."""
        return state_at(self.currentIndex())

    @property
    def row(self) -> Row | None:
        """The selected Row, or None."""
        return row_at(self.currentIndex())

    def select(self, row: Row) -> None:
        """Selects a row and scrolls to it; does nothing if it is gone."""
        self._select(self.certificates.find(row.name))

    def _select(self, index: QModelIndex) -> None:
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.scrollTo(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fits the columns to the new width."""
        super().resizeEvent(event)
        self._fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch; refits the columns on a font change."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() is QEvent.Type.FontChange:
            self._measure_columns()

    def _open(self, index: QModelIndex) -> None:
        state = state_at(index)
        if state is not None:
            self.opened.emit(state)

    def _choose_again(self, before: OwnerState | None) -> None:
        """Selects the same certificate, else its owner's, else the first row."""
        model = self.certificates
        found = model.find(before.name) if before is not None else QModelIndex()
        if before is not None and not found.isValid():
            found = model.find_owner(before.key)
        if found.isValid():
            self._select(found)
        else:
            self.scrollToTop()
            self.setCurrentIndex(model.index(0, 0))

    def _set_up_header(self) -> None:
        header = self.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(_URGENCY, Qt.SortOrder.AscendingOrder)
        header.sectionClicked.connect(self._sort)

    def _sort(self, column: int) -> None:
        """A click sorts by the column, a second one the other way round, a third one not."""
        ascending, descending = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        if self._sorted == (column, ascending):
            self.sort_by(column, descending)
        elif self._sorted == (column, descending):
            self.sort_by(_URGENCY)
        else:
            self.sort_by(column)

    def _measure_columns(self) -> None:
        """Measures what the contents need: once for each change of contents or font, as texts in
        two lines take long to measure; `_fit_columns` alone follows the window's size."""
        delegate = self.itemDelegate()
        if not isinstance(delegate, CertificateDelegate):
            return
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        self.setMinimumHeight(_LEAST_LINES * self.fontMetrics().height())
        for column in Column:
            texts, least = self._texts(column), self.header().sectionSizeHint(column)
            needed = [delegate.width(option, column, text) for text in texts]
            self._widths[column] = max(least, *needed, 0)
            whole = [delegate.whole_width(option, column, text) for text in texts]
            self._whole[column] = max(least, *whole, 0)
        self._fit_columns()

    def _texts(self, column: Column) -> set[str]:
        """The texts of a column, in a long list those of its first lines."""
        model = self.certificates
        numbers = range(min(model.rowCount(), _MEASURED_ROWS))
        return {str(model.index(number, column).data()) for number in numbers}

    def _fit_columns(self) -> None:
        """Shows all columns if there is room for dates, states and places in one line; rather
        without the role, which the user ID's suffix shows. On a small screen or with large text,
        texts take two lines and columns are hidden whose content others imply or 詳細 shows, so
        that the table never scrolls sideways."""
        room = self._room
        shown = self._in_one_line(room) or self._in_two_lines(room)
        for column in (*_WHOLE, Column.BANK):
            spare = room - sum(shown.values())
            if column in shown and self._whole[column] - shown[column] <= spare:
                shown[column] = self._whole[column]
        stretched = [column for column in _STRETCHED if column in shown]
        spare = max(room - sum(shown.values()), 0)
        for column in stretched:
            shown[column] += spare // len(stretched)
        for column in self._widths:
            self.setColumnHidden(column, column not in shown)
        for column, width in shown.items():
            self.setColumnWidth(column, width)

    @property
    def _room(self) -> int:
        """The viewport's width in pixels. Without the viewport itself: it is Qt's, and PySide loads
        the classes of all widgets when it first meets such a one."""
        bar = self.verticalScrollBar()
        return self.maximumViewportSize().width() - (bar.width() if bar.isVisible() else 0)

    def _in_one_line(self, room: int) -> dict[Column, int] | None:
        """Widths of the columns with these in one line; None if there is no room."""
        wanted = {
            column: self._whole[column] if column in _WHOLE else width
            for column, width in self._widths.items()
        }
        if sum(wanted.values()) > room:
            wanted.pop(Column.ROLE, None)
        return wanted if sum(wanted.values()) <= room else None

    def _in_two_lines(self, room: int) -> dict[Column, int]:
        shown = dict(self._widths)
        for column in self._dispensable():
            if sum(shown.values()) <= room:
                break
            del shown[column]
        return shown

    def _dispensable(self) -> Sequence[Column]:
        """Returns the columns that may be hidden, the least useful first."""
        several = self.certificates.several_banks
        return tuple(
            one
            for one in _DISPENSABLE
            if one in self._widths and not (several and one is Column.BANK)
        )

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Certificates"))
        self.certificates.emit_texts_changed()
        self._measure_columns()

"""The list of certificates in the main window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Signal
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QTreeView, QWidget

from certclient.ui.overview.delegates import CertificateDelegate
from certclient.ui.overview.models import CertificateModel, Column, row_at
from certclient.ui.widgets.selection import keep_selection_visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from certclient.enrollment.overview import Overview, Row
    from certclient.ui.context import AppContext

_LEAST_LINES = 7
"""Minimum height in lines of text: header and two certificates. With large text on a small screen
only the list scrolls then, not the window around it as well."""

_MEASURED_ROWS = 40

_STRETCHED = (Column.BANK, Column.PLACE, Column.UNTIL, Column.STATE)

_DISPENSABLE = (Column.ROLE, Column.BANK, Column.LEFT, Column.PLACE)
"""Hidden in this order. The user ID's suffix shows the role, the date implies the days left. BANK
stays when there are several banks."""


class CertificateTable(QTreeView):
    """At most one row is selected; the selection survives a refresh."""

    chosen = Signal(object)
    """The selected Row, or None."""
    opened = Signal(object)
    """The Row activated with Enter or a double click."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.certificates = CertificateModel(context, self)
        self.setModel(self.certificates)
        self.setItemDelegate(CertificateDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAllColumnsShowFocus(True)
        self.setUniformRowHeights(True)
        self._widths: dict[Column, int] = {}
        """What the columns' contents need, in pixels; {} until measured."""
        keep_selection_visible(self)
        self.setIndentation(self.fontMetrics().height())
        self.setTabKeyNavigation(False)
        self.header().setSectionsMovable(False)
        self.header().setStretchLastSection(False)
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit(self.row))
        self.activated.connect(self._open)
        self._retranslate()

    def show_overview(self, overview: Overview) -> None:
        """Shows new contents. Keeps the selection and the fold's state.

        If the selected row is gone or no longer counts, selects the one that counts for its owner;
        without one, the first one due, or else the first row.
        """
        before = self.row
        unfolded = self.isExpanded(self.certificates.fold)
        scrolled = self.verticalScrollBar().value()
        reset = self.certificates.show(overview)
        if reset:
            self._span_fold()
            self.setExpanded(self.certificates.fold, unfolded)
            self.verticalScrollBar().setValue(scrolled)
        chosen = _choice(before, overview)
        moved = chosen is not None and (before is None or chosen.name != before.name)
        if moved:
            # The most urgent row comes first, and stays in sight if the list is not too long.
            self.scrollToTop()
        if chosen is None:
            self.setCurrentIndex(self.certificates.index(0, 0))
        elif moved or reset:
            self.select(chosen)
        if reset or self.certificates.changed:
            self._measure_columns()
        self.chosen.emit(self.row)

    @property
    def row(self) -> Row | None:
        """The selected Row, or None."""
        return row_at(self.currentIndex())

    def select(self, row: Row) -> None:
        """Selects a row and scrolls to it; does nothing if it is gone."""
        index = self.certificates.find(row.name)
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
        row = row_at(index)
        if row is not None:
            self.opened.emit(row)

    def _span_fold(self) -> None:
        fold = self.certificates.fold
        if fold.isValid():
            self.setFirstColumnSpanned(fold.row(), QModelIndex(), True)

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
            needed = [delegate.width(option, column, text) for text in self._texts(column)]
            inside = max(needed, default=0)
            if column is Column.USER:
                inside += self.indentation() * (1 + self.isExpanded(self.certificates.fold))
            self._widths[column] = max(self.header().sectionSizeHint(column), inside)
        self._fit_columns()

    def _texts(self, column: Column) -> set[str]:
        """The texts of a column, in a long list those of its first lines."""
        model, fold = self.certificates, self.certificates.fold
        parents = (QModelIndex(), *([fold] if self.isExpanded(fold) else []))
        indexes = (
            model.index(number, column, parent)
            for parent in parents
            for number in range(min(model.rowCount(parent), _MEASURED_ROWS))
        )
        return {str(index.data()) for index in indexes if row_at(index) is not None}

    def _fit_columns(self) -> None:
        """Shows all columns if there is room. On a small screen or with large text, hides columns
        whose content others imply or 詳細 shows, so that the table never scrolls sideways."""
        room, shown = self.viewport().width(), dict(self._widths)
        for column in self._dispensable():
            if sum(shown.values()) <= room:
                break
            del shown[column]
        stretched = [column for column in _STRETCHED if column in shown]
        spare = max(room - sum(shown.values()), 0)
        for column in stretched:
            shown[column] += spare // len(stretched)
        for column in self._widths:
            self.setColumnHidden(column, column not in shown)
        for column, width in shown.items():
            self.setColumnWidth(column, width)

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


def _choice(before: Row | None, overview: Overview) -> Row | None:
    """The row to select: the same as before, or its successor after a renewal."""
    same = next((row for row in overview.rows if before and row.name == before.name), None)
    if same is not None and (not same.folded or (before is not None and before.folded)):
        return same
    if before is not None:
        own = [row for row in overview.rows if row.key == before.key and not row.folded]
        if own:
            return max(own, key=lambda row: (row.condition.counts, row.entry.certificate.not_after))
    first = next((row for row in overview.rows if not row.folded), None)
    return next(iter(overview.due), same or first)

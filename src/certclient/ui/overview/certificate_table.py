"""The list of certificates in the main window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

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
        self.setUniformRowHeights(False)
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
        if self.certificates.show(overview):
            self._span_fold()
            self.setExpanded(self.certificates.fold, unfolded)
            self.verticalScrollBar().setValue(scrolled)
        chosen = _choice(before, overview)
        if chosen is not None and (before is None or chosen.name != before.name):
            # The most urgent row comes first, and stays in sight if the list is not too long.
            self.scrollToTop()
        if chosen is not None:
            self.select(chosen)
        else:
            self.setCurrentIndex(self.certificates.index(0, 0))
        self._fit_columns()
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
            self._fit_columns()

    def _open(self, index: QModelIndex) -> None:
        row = row_at(index)
        if row is not None:
            self.opened.emit(row)

    def _span_fold(self) -> None:
        fold = self.certificates.fold
        for row in range(self.certificates.rowCount()):
            self.setFirstColumnSpanned(row, QModelIndex(), fold.isValid() and row == fold.row())

    def _fit_columns(self) -> None:
        """Shows all columns if there is room. On a small screen or with large text, hides columns
        whose content others imply or 詳細 shows, so that the table never scrolls sideways."""
        self.setMinimumHeight(_LEAST_LINES * self.fontMetrics().height())
        for column in _DISPENSABLE:
            self.setColumnHidden(column, False)
        self.header().resizeSections(QHeaderView.ResizeMode.ResizeToContents)
        for column in self._dispensable():
            if self.header().length() <= self.viewport().width():
                break
            self.setColumnHidden(column, True)
        self._stretch_columns()

    def _dispensable(self) -> Sequence[Column]:
        """Returns the columns that may be hidden, the least useful first."""
        several = self.certificates.several_banks
        return tuple(one for one in _DISPENSABLE if not (several and one is Column.BANK))

    def _stretch_columns(self) -> None:
        spare = self.viewport().width() - self.header().length()
        shown = [column for column in _STRETCHED if not self.isColumnHidden(column)]
        for column in shown:
            self.setColumnWidth(column, self.columnWidth(column) + max(spare, 0) // len(shown))

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Certificates"))
        self.certificates.emit_texts_changed()
        self._fit_columns()


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

"""The list of certificates in the main window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from certclient.enrollment.overview import Overview, Row
from certclient.ui.context import AppContext
from certclient.ui.overview.delegates import CertificateDelegate
from certclient.ui.overview.models import CertificateModel, Column, name_of, row_at

_LEAST_LINES = 12
"""Of text: heading, four certificates and the fold."""

_STRETCHED = (Column.BANK, Column.PLACE, Column.UNTIL, Column.STATE)

_DISPENSABLE = (Column.ROLE, Column.BANK, Column.LEFT, Column.PLACE)
"""The suffix tells the role, the date the days. BANK stays where there are several."""


class CertificateTable(QTreeView):
    """One row is chosen or none; the choice survives a new look."""

    chosen = Signal(object)
    """The Row, or None."""
    opened = Signal(object)
    """The Row on which Enter or a double click fell."""

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
        self.setAlternatingRowColors(True)
        self.setIndentation(self.fontMetrics().height())
        self.setTabKeyNavigation(False)
        self.header().setSectionsMovable(False)
        self.header().setStretchLastSection(False)
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit(self.row))
        self.activated.connect(self._open)
        self._retranslate()

    def show_overview(self, overview: Overview) -> None:
        before = self.row
        unfolded = self.isExpanded(self.certificates.fold)
        self.certificates.show(overview)
        self._span_fold()
        self.setExpanded(self.certificates.fold, unfolded)
        if before is not None:
            self.select(before)
        if self.row is None:
            self.setCurrentIndex(self.certificates.index(0, 0))
            for row in overview.due[:1]:
                self.select(row)
        self._fit_columns()
        self.chosen.emit(self.row)

    @property
    def row(self) -> Row | None:
        """The chosen one."""
        return row_at(self.currentIndex())

    def select(self, row: Row) -> None:
        """Chooses a row and makes it visible; nothing happens where it is gone."""
        index = self.certificates.find(name_of(row))
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.scrollTo(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def changeEvent(self, event: QEvent) -> None:
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
        """All columns where there is room; on a small screen or with large text those go that the
        others tell as well, or that 詳細 shows. Nobody has to scroll sideways."""
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
        """What can be done without, the least useful first."""
        several = self.certificates.several_banks
        return tuple(one for one in _DISPENSABLE if not (several and one is Column.BANK))

    def _stretch_columns(self) -> None:
        spare = self.viewport().width() - self.header().length()
        shown = [column for column in _STRETCHED if not self.isColumnHidden(column)]
        for column in shown:
            self.setColumnWidth(column, self.columnWidth(column) + max(spare, 0) // len(shown))

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Certificates"))
        self.certificates.tell_texts_changed()
        self._fit_columns()

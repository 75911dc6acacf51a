"""The list of certificates in the main window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from certclient.enrollment.overview import Overview, Row
from certclient.ui.context import AppContext
from certclient.ui.delegates import CertificateDelegate
from certclient.ui.models import CertificateModel, Column, name_of, row_at

_LEAST_LINES = 12
"""Of text: heading, four certificates and the fold."""

_STRETCHED = (Column.BANK, Column.PLACE, Column.UNTIL, Column.STATE)


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
        self.setMinimumHeight(_LEAST_LINES * self.fontMetrics().height())
        self.header().resizeSections(QHeaderView.ResizeMode.ResizeToContents)
        spare = self.viewport().width() - self.header().length()
        for column in _STRETCHED:
            self.setColumnWidth(column, self.columnWidth(column) + max(spare, 0) // len(_STRETCHED))

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Certificates"))
        self.certificates.tell_texts_changed()
        self._fit_columns()

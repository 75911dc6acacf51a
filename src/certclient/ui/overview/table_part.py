"""The list for more owners than one can look at as cards: with a filter, and in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMenu, QVBoxLayout, QWidget

from certclient.ui.overview.certificate_table import CertificateTable
from certclient.ui.overview.models import Column
from certclient.ui.widgets.buttons import SecondaryButton
from certclient.ui.widgets.fields import TextField
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.menus import fit_entries
from certclient.ui.widgets.parts import PlainLabel, SmallText
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.ui.context import AppContext
    from certclient.ui.overview.card_texts import CardTexts
    from certclient.ui.overview.owner_facts import OwnerFacts
    from certclient.ui.overview.owner_state import OwnerState

_FIELD_LETTERS = 28


class TablePart(QWidget):
    """Filter, order, table."""

    chosen = Signal(object)
    """The selected OwnerState, or None."""

    def __init__(self, context: AppContext, texts: CardTexts, facts: OwnerFacts) -> None:
        super().__init__()
        self.table = CertificateTable(context, texts, facts)
        self.filter: QLineEdit = TextField()
        self._label = PlainLabel()
        self._label.setBuddy(self.filter)
        self.order = SecondaryButton()
        self._menu = QMenu(self)
        self.order.setMenu(self._menu)
        self._count = SmallText()
        self._lay_out()
        self.filter.textChanged.connect(self._filter)
        self._menu.triggered.connect(self._sort)
        self.table.chosen.connect(self.chosen)
        self._retranslate()

    def show_states(self, states: Sequence[OwnerState]) -> None:
        """Shows these, as far as the filter lets them through."""
        self.table.show_states(states)
        self._show_count()

    def changeEvent(self, event: QEvent) -> None:
        """Follows language and text size."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() is QEvent.Type.FontChange:
            self._fit()

    def _lay_out(self) -> None:
        tools = FlowLayout()
        tools.setSpacing(Space.S)
        for part in (self._label, self.filter, self.order):
            tools.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(tools)
        column.addWidget(self._count)
        column.addWidget(self.table, 1)
        self._fit()

    def _fit(self) -> None:
        letter = self.fontMetrics().averageCharWidth()
        self.filter.setFixedWidth(_FIELD_LETTERS * letter)
        self._label.setMinimumHeight(self.order.sizeHint().height())

    def _filter(self, text: str) -> None:
        self.table.set_filter(text)
        self._show_count()

    def _sort(self, action: QAction) -> None:
        self.table.sort_by(action.data())

    def _show_count(self) -> None:
        model = self.table.certificates
        shown, total = model.rowCount(), model.total
        text = self.tr("{shown} of {total} certificates are shown.")
        self._count.set_text(text.format(shown=shown, total=total))

    def _retranslate(self) -> None:
        self._label.setText(self.tr("&Quick search:"))
        self.filter.setPlaceholderText(self.tr("User ID, bank, place …"))
        self.filter.setAccessibleName(self.tr("Find certificates"))
        self.order.setText(self.tr("&View order"))
        self._menu.clear()
        for column, text in (
            (-1, self.tr("The most urgent first")),
            (Column.USER, self.tr("By user ID")),
            (Column.BANK, self.tr("By bank")),
            (Column.PLACE, self.tr("By place")),
            (Column.UNTIL, self.tr("By date")),
        ):
            self._menu.addAction(text).setData(int(column))
        fit_entries(self._menu)
        self._show_count()

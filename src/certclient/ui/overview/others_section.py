"""Certificates that are not in use: put away, expired, replaced, or a second copy; folded until
the user opens the section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from certclient.ui.overview.archiving import ArchiveAction, possible
from certclient.ui.overview.older_archived import OlderCertificatesLine
from certclient.ui.overview.owner_state import OwnerState
from certclient.ui.overview.selection_row import SelectionRow
from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.overview import Overview, Row
    from certclient.ui.context import AppContext
    from certclient.ui.overview.card_texts import CardTexts
    from certclient.ui.overview.certificate_table import CertificateTable
    from certclient.ui.overview.owner_facts import OwnerFacts

_LINES = (7, 14)
"""The least and the largest height of the list, in lines of text."""


class OthersSection(QWidget):
    """Hidden while there is none."""

    opened = Signal(bool)
    """Whether its contents are shown now."""
    activated = Signal(object)
    """The OwnerState activated with Enter or a double click."""

    def __init__(
        self, context: AppContext, texts: CardTexts, facts: OwnerFacts, window: QWidget
    ) -> None:
        super().__init__()
        self._context, self._texts, self._facts = context, texts, facts
        self._rows: Sequence[Row] = ()
        self.button = LinkButton()
        self.button.setCheckable(True)
        self._table: CertificateTable | None = None
        self.actions_row = SelectionRow()
        self.older = OlderCertificatesLine(context, window)
        self._content = QWidget()
        self._inside = inside = QVBoxLayout(self._content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(Space.S)
        for part in (self.actions_row, self.older):
            inside.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.button)
        column.addWidget(self._content)
        self.button.toggled.connect(self._toggle)
        self._toggle(opened=False)
        self.hide()

    def show_others(self, rows: Sequence[Row], overview: Overview) -> None:
        """Shows these rows."""
        self._rows = rows
        self.older.show_overview(overview)
        self.setVisible(bool(rows))
        if self.is_open:
            self._fill()
        self._retranslate()

    @property
    def table(self) -> CertificateTable:
        """The list, made when the section is first opened."""
        if self._table is None:
            from certclient.ui.overview.certificate_table import CertificateTable

            self._table = table = CertificateTable(self._context, self._texts, self._facts)
            table.chosen.connect(self._chosen)
            table.opened.connect(self.activated)
            self._inside.insertWidget(0, table)
            table.lower()  # among its siblings, too: Tab follows their order
        return self._table

    @property
    def is_open(self) -> bool:
        """Whether its contents are shown."""
        return self.button.isChecked()

    @property
    def row(self) -> Row | None:
        """The selected certificate."""
        state = self.table.chosen_state if self.is_open else None
        return state.row if state is not None else None

    def select(self, row: Row) -> None:
        """Opens the section and selects `row`."""
        self.button.setChecked(True)
        self.table.select(row)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _toggle(self, opened: bool) -> None:
        self.button.set_icon("chevron-down" if opened else "chevron-right")
        if opened:
            self._fill()
        self._content.setVisible(opened)
        self._retranslate()
        self.opened.emit(opened)

    def _fill(self) -> None:
        self.table.show_states([OwnerState(*row.key, row) for row in self._rows])
        least, most = (lines * self.fontMetrics().height() for lines in _LINES)
        lines = 2 * len(self._rows) + 3
        self.table.setFixedHeight(min(max(lines * self.fontMetrics().height(), least), most))

    def _chosen(self, state: OwnerState | None) -> None:
        row = state.row if state is not None else None
        overview, now = self._context.state.overview, self._context.clock()
        can = possible(row, overview, now) if row is not None else frozenset()
        buttons = self.actions_row
        buttons.details.setEnabled(row is not None)
        buttons.archive.setEnabled(ArchiveAction.ARCHIVE in can)
        buttons.restore.setEnabled(ArchiveAction.RESTORE in can)
        buttons.delete.setEnabled(ArchiveAction.DELETE in can)

    def _retranslate(self) -> None:
        text = self.tr("%n certificate(s) that are not in use", "", len(self._rows))
        self.button.setText(text)
        state = self.tr("open") if self.is_open else self.tr("closed")
        self.button.setAccessibleName(f"{text} ({state})")
        if self._table is not None:
            self._table.setAccessibleName(text)

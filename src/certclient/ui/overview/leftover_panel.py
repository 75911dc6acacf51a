"""Keys that belong to no certificate or procedure, each with a button to delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from certclient.ui.overview.lines_panel import LinesPanel, PanelLine
from certclient.ui.widgets.parts import without_mnemonic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from certclient.enrollment.procedure import Leftover
    from certclient.ui.context import AppContext


class LeftoverPanel(LinesPanel):
    """One line per key; the button is 片付ける."""

    removal_requested = Signal(object)
    """The Leftover."""

    _lines: Sequence[_LeftoverLine]

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._leftovers: tuple[Leftover, ...] = ()

    def show_leftovers(self, leftovers: Sequence[Leftover]) -> None:
        """Shows one line per key; keeps the widgets if nothing has changed."""
        names = [(one.store.store_id, one.label) for one in leftovers]
        if names == [(one.store.store_id, one.label) for one in self._leftovers]:
            return
        self._leftovers = tuple(leftovers)
        lines = [_LeftoverLine(self._context, one) for one in leftovers]
        for line in lines:
            line.button.clicked.connect(line.ask)
            line.removal_requested.connect(self.removal_requested)
        self._replace_lines(lines)
        self._lines = lines
        self._show_lines()

    def _retranslate(self) -> None:
        super()._retranslate()
        for line in self._lines[1:]:
            line.button.setText(without_mnemonic(line.button.text()))


class _LeftoverLine(PanelLine):
    removal_requested = Signal(object)

    def __init__(self, context: AppContext, leftover: Leftover) -> None:
        super().__init__()
        self._context = context
        self._leftover = leftover

    def ask(self) -> None:
        self.removal_requested.emit(self._leftover)

    def retranslate(self) -> None:
        """See PanelLine.retranslate."""
        place = self._context.place(self._leftover.store)
        text = self.tr(
            "{place}: a key that no certificate uses was left by an interrupted procedure (number"
            " {number}). It does no harm there."
        )
        text = text.format(place=place, number=self._leftover.name)
        self._show(self.tr("Left behind"), text)
        self.button.setText(self.tr("Cl&ear away…"))
        self.button.setAccessibleName(self.tr("Clear away: {0}").format(self._leftover.name))

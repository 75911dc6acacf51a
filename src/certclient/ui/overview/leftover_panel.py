"""Keys that belong to no certificate or procedure, each with a button to delete it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from certclient.enrollment.procedure import Leftover
from certclient.ui.context import AppContext
from certclient.ui.widgets.parts import Sentence, without_mnemonic


class LeftoverPanel(QGroupBox):
    """Hidden if there are no such keys."""

    removal_requested = Signal(object)
    """The Leftover."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._leftovers: tuple[Leftover, ...] = ()
        self._lines: list[_LeftoverLine] = []
        self._layout = QVBoxLayout(self)
        self.hide()

    def show_leftovers(self, leftovers: Sequence[Leftover]) -> None:
        """Shows one line per key; keeps the widgets if nothing has changed."""
        names = [(one.store.store_id, one.label) for one in leftovers]
        if names == [(one.store.store_id, one.label) for one in self._leftovers]:
            return
        self._leftovers = tuple(leftovers)
        for line in self._lines:
            self._layout.removeWidget(line)
            line.deleteLater()
        self._lines = [_LeftoverLine(self._context, one) for one in leftovers]
        for line in self._lines:
            line.button.clicked.connect(line.ask)
            line.removal_requested.connect(self.removal_requested)
            self._layout.addWidget(line)
        self._retranslate()
        self.setVisible(bool(leftovers))

    @property
    def buttons(self) -> list[QPushButton]:
        """片付ける, one per key."""
        return [line.button for line in self._lines]

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setTitle(self.tr("Left behind"))
        for number, line in enumerate(self._lines):
            line.retranslate()
            if number:
                line.button.setText(without_mnemonic(line.button.text()))


class _LeftoverLine(QWidget):
    removal_requested = Signal(object)

    def __init__(self, context: AppContext, leftover: Leftover) -> None:
        super().__init__()
        self._context = context
        self._leftover = leftover
        self._text = Sentence()
        self.button = QPushButton()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.button)

    def ask(self) -> None:
        self.removal_requested.emit(self._leftover)

    def retranslate(self) -> None:
        place = self._context.place(self._leftover.store)
        text = self.tr(
            "{place}: a key that no certificate uses was left by an interrupted procedure (number"
            " {number}). It does no harm there."
        )
        self._text.setText(text.format(place=place, number=self._leftover.name))
        self.button.setText(self.tr("Cl&ear away…"))
        self.button.setAccessibleName(self.tr("Clear away: {0}").format(self._leftover.name))

"""A box of the main window with one line for each thing that it lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from certclient.ui.widgets.parts import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence


class PanelLine(QWidget):
    """A text and its buttons, of which `button` is the first."""

    def __init__(self) -> None:
        super().__init__()
        self._sentence = Sentence()
        self.button = QPushButton()
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._sentence, 1)
        self._layout.addWidget(self.button)

    @property
    def text(self) -> str:
        """What the line says."""
        return self._sentence.text()

    def retranslate(self) -> None:
        """Sets the texts in the current language."""
        raise NotImplementedError


class LinesPanel(QGroupBox):
    """Hidden while it has no line."""

    _lines: Sequence[PanelLine]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = ()
        self._layout = QVBoxLayout(self)
        self.hide()

    @property
    def buttons(self) -> list[QPushButton]:
        """The first button of each line."""
        return [line.button for line in self._lines]

    @property
    def texts(self) -> list[str]:
        """What each line says."""
        return [line.text for line in self._lines]

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _replace_lines(self, lines: Sequence[PanelLine]) -> None:
        for line in self._lines:
            self._layout.removeWidget(line)
            line.deleteLater()
        for line in lines:
            self._layout.addWidget(line)

    def _show_lines(self) -> None:
        self._retranslate()
        self.setVisible(bool(self._lines))

    def _retranslate(self) -> None:
        self.setTitle(self._heading())
        for line in self._lines:
            line.retranslate()

    def _heading(self) -> str:
        raise NotImplementedError

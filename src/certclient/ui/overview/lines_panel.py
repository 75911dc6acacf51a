"""Callouts of the main window: one for each thing that concerns no owner's card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from certclient.ui.widgets.buttons import SecondaryButton
from certclient.ui.widgets.callout import Tinted
from certclient.ui.widgets.parts import Sentence, StrongText, sentences
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QPushButton


class PanelLine(Tinted):
    """A title, a text and a button."""

    def __init__(self, severity: Severity = Severity.INFORMATION) -> None:
        super().__init__(severity)
        self._title, self._sentence = StrongText(), Sentence()
        self.button = SecondaryButton()
        self.column.addWidget(self._title)
        self.column.addWidget(self._sentence)
        self.column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignRight)

    @property
    def text(self) -> str:
        """What the line says, without its title."""
        return self._sentence.text()

    def retranslate(self) -> None:
        """Sets the texts in the current language."""
        raise NotImplementedError

    def _show(self, title: str, text: str) -> None:
        self._title.set_text(title)
        self._sentence.setText(text)
        self.setAccessibleName(title or text)
        self.setAccessibleDescription(sentences(text if title else ""))


class LinesPanel(QWidget):
    """Hidden while it has no line."""

    _lines: Sequence[PanelLine]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S)
        self.hide()

    @property
    def buttons(self) -> list[QPushButton]:
        """The button of each line."""
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
        for line in self._lines:
            line.retranslate()

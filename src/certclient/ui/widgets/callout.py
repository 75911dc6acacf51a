"""Callouts: a message on a tinted ground, with the icon and the colour of its severity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.ui.widgets.labels import Sentence, StrongText, sentences
from certclient.ui.widgets.painting import draw_box, painter_of
from certclient.ui.widgets.pictures import Picture
from certclient.ui.widgets.tokens import Radius, Severity, Space, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_ICON = 24


class Tinted(QWidget):
    """The ground of a callout: an icon at the left, and a column at its right."""

    def __init__(self, severity: Severity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._severity = severity
        self._icon = Picture(severity.value, _ICON)
        self.column = QVBoxLayout()
        self.column.setSpacing(Space.XS)
        self.column.setContentsMargins(0, 0, 0, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S + Space.XS, Space.M, Space.S + Space.XS)
        layout.setSpacing(Space.S + Space.XS)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(self.column, 1)
        self.set_severity(severity)

    @property
    def severity(self) -> Severity:
        """How serious the message is."""
        return self._severity

    def set_severity(self, severity: Severity) -> None:
        """Changes icon and colours."""
        self._severity = severity
        self._icon.show_picture(severity.value)
        self._icon.set_colour(severity)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the ground and its line."""
        colours, painter = tokens().state(self._severity), painter_of(self)
        draw_box(painter, QRectF(self.rect()), Radius.CARD, colours.ground, colours.line)
        painter.end()


class Callout(Tinted):
    """A message with or without a title; hidden while it has neither."""

    def __init__(
        self, severity: Severity = Severity.INFORMATION, parent: QWidget | None = None
    ) -> None:
        super().__init__(severity, parent)
        self._title, self._sentence = StrongText(), Sentence()
        self.column.addWidget(self._title)
        self.column.addWidget(self._sentence)
        self.show_text("")

    def show_text(self, title: str, text: str = "", severity: Severity | None = None) -> None:
        """Shows the message; hides the callout if `title` and `text` are empty. `severity`: None
        for that of before."""
        if severity is not None:
            self.set_severity(severity)
        self._title.set_text(title)
        self._sentence.set_text(text)
        self.setVisible(bool(title or text))

    def set_text(self, text: str) -> None:
        """Shows `text` without a title; hides the callout if it is empty."""
        self.show_text("", text)

    def text(self) -> str:
        """Title and text, "" while hidden."""
        return sentences(self._title.text(), self._sentence.text())

    def add(self, widget: QWidget) -> None:
        """Adds a widget below the text, such as a small button."""
        self.column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)

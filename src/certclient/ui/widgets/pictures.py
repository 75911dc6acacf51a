"""Pictures: an icon or a drawing of the program's family as a label that follows the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from certclient.ui.widgets import icons
from certclient.ui.widgets.painting import draw_box, painter_of
from certclient.ui.widgets.text_size import BODY
from certclient.ui.widgets.tokens import Severity, Tokens, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPaintEvent

ACCENT = "accent"
_MARK = 64
_SMALL = 24
"""Pixels: icons up to this size."""
_SHARE = 0.5
"""How much of a result's circle its icon takes."""


class Picture(QWidget):
    """An icon, which says nothing that a text beside it does not say."""

    def __init__(self, name: str, side: int = 48, parent: QWidget | None = None) -> None:
        """`name`: in resources/icons. `side`: in pixels."""
        super().__init__(parent)
        self._name, self._side = name, side
        self._colour: Severity | str | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_picture(self, name: str) -> None:
        """Shows another one; "" for none."""
        self._name = name
        self.update()

    @property
    def name(self) -> str:
        """Of the picture that is shown."""
        return self._name

    def set_colour(self, colour: Severity | str | None) -> None:
        """`colour`: that of a severity, `ACCENT`, or None for the text's."""
        self._colour = colour
        self.update()

    def sizeHint(self) -> QSize:
        """A square. Small ones grow with the text that they stand beside."""
        side = self._side
        if side <= _SMALL:
            side = round(side * max(self.font().pointSizeF() / BODY, 1))
        return QSize(side, side)

    def changeEvent(self, event: QEvent) -> None:
        """Takes the place that another text size needs."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws it in its colour."""
        if self._name:
            painter = painter_of(self)
            icons.paint(self._name, self._drawn_in(tokens()), painter, QRectF(self.rect()))
            painter.end()

    def _drawn_in(self, colours: Tokens) -> QColor:
        if not self.isEnabled():
            return colours.disabled
        if isinstance(self._colour, Severity):
            return colours.state(self._colour).text
        return colours.accent if self._colour == ACCENT else colours.text


_RESULTS = {
    Severity.SUCCESS: "check",
    Severity.ERROR: "cross",
    Severity.WARNING: "exclamation",
    Severity.INFORMATION: "hourglass",
    Severity.NEUTRAL: "hourglass",
}


class ResultMark(QWidget):
    """How it ended, large: success, failure, a warning, or waiting. A heading beside it says it."""

    def __init__(self, severity: Severity = Severity.SUCCESS, side: int = _MARK) -> None:
        super().__init__()
        self._severity, self._side = severity, side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_result(self, severity: Severity) -> None:
        """Shows another result."""
        self._severity = severity
        self.update()

    @property
    def severity(self) -> Severity:
        """The result that is shown."""
        return self._severity

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(self._side, self._side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws a circle with the result's icon."""
        colours = tokens().state(self._severity)
        painter, place = painter_of(self), QRectF(self.rect())
        draw_box(painter, place, place.width() / 2, colours.ground, colours.text, 2)
        inset = place.width() * (1 - _SHARE) / 2
        inner = place.adjusted(inset, inset, -inset, -inset)
        icons.paint(_RESULTS[self._severity], colours.text, painter, inner)
        painter.end()

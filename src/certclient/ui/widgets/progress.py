"""A progress bar: thin, in the accent colour, and never moving by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtWidgets import QProgressBar, QWidget

from certclient.ui.widgets.painting import draw_box, painter_of
from certclient.ui.widgets.tokens import Scheme, Space, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class ProgressBar(QProgressBar):
    """How many of the steps are done; a sentence beside it says which one runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setFixedHeight(Space.S)

    def sizeHint(self) -> QSize:
        """As wide as there is room for."""
        return QSize(10 * Space.XL, Space.S)

    def minimumSizeHint(self) -> QSize:
        """In any width."""
        return QSize(Space.XL, Space.S)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the line and what of it is done."""
        colours, painter = tokens(), painter_of(self)
        place = QRectF(self.rect())
        radius = place.height() / 2
        ground = colours.ground if colours.scheme is Scheme.CONTRAST else colours.line
        draw_box(painter, place, radius, ground, colours.border)
        span = max(self.maximum() - self.minimum(), 1)
        share = max(self.value() - self.minimum(), 0) / span
        if share:
            done = QRectF(place)
            done.setWidth(max(place.width() * share, place.height()))
            draw_box(painter, done, radius, colours.accent, None)
        painter.end()

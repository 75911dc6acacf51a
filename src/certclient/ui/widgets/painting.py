"""What widgets that paint themselves have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

if TYPE_CHECKING:
    from PySide6.QtGui import QColor
    from PySide6.QtWidgets import QWidget


def painter_of(widget: QWidget) -> QPainter:
    """Returns a painter for smooth lines on `widget`; call its `end`."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def draw_box(
    painter: QPainter,
    place: QRectF,
    radius: float,
    ground: QColor | None,
    line: QColor | None,
    width: float = 1.0,
) -> None:
    """Draws a box with round corners into `place`. None: no ground, or no line."""
    painter.setPen(QPen(line, width) if line is not None else Qt.PenStyle.NoPen)
    painter.setBrush(ground if ground is not None else Qt.BrushStyle.NoBrush)
    inset = width / 2 if line is not None else 0.0
    painter.drawRoundedRect(place.adjusted(inset, inset, -inset, -inset), radius, radius)


def fill(painter: QPainter, place: QRectF, colour: QColor) -> None:
    """Fills `place` with `colour`; for `QPainter.fillRect`, PySide loads Qt's gradients first."""
    draw_box(painter, place, 0, colour, None)


def draw_radio(painter: QPainter, place: QRectF, colour: QColor, checked: bool) -> None:
    """Draws the circle of a radio button, filled if it is checked."""
    draw_box(painter, place, place.width() / 2, None, colour, 2)
    if checked:
        inset = place.width() * 0.27
        inner = place.adjusted(inset, inset, -inset, -inset)
        draw_box(painter, inner, inner.width() / 2, colour, None)

"""Our own small SVG icons, in the colour of the text that they stand beside."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

_SIZES = (16, 20, 24, 32, 48, 64, 96, 128, 256)
"""Pixels; Qt takes the next larger one and scales it down, also at 200 %."""


def icon(name: str, colour: QColor) -> QIcon:
    """The icon resources/icons/`name`.svg drawn in `colour`."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(pixmap(name, colour, size))
    return made


def text_icon(name: str, palette: QPalette) -> QIcon:
    """The icon in the colour of buttons' texts, and greyed for what cannot be used now."""
    made = icon(name, palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText))
    grey = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    for size in _SIZES:
        made.addPixmap(pixmap(name, grey, size), QIcon.Mode.Disabled)
    return made


def app_icon() -> QIcon:
    return icon("certclient", QColor())


def pixmap(name: str, colour: QColor, size: int) -> QPixmap:
    """`size` in pixels, square."""
    made = QPixmap(size, size)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    _renderer(name, colour.name()).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return made


def paint(name: str, colour: QColor, painter: QPainter, place: QRectF) -> None:
    """Draws the icon into `place`, sharp at any scale."""
    _renderer(name, colour.name()).render(painter, place)


@lru_cache(maxsize=128)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    drawing = files("certclient.resources").joinpath("icons", f"{name}.svg").read_bytes()
    return QSvgRenderer(QByteArray(drawing.replace(b"currentColor", colour.encode())))

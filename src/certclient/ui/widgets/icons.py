"""The program's own SVG icons, drawn in the colour of the text next to them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from certclient.platform.resources import resources_folder

_SIZES = (16, 20, 24, 32, 48, 64, 96, 128, 256)
"""Pixels. Qt picks the next larger one and scales it down, at 200 % as well."""


def icon(name: str, colour: QColor) -> QIcon:
    """Returns the icon resources/icons/`name`.svg drawn in `colour`."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(pixmap(name, colour, size))
    return made


def text_icon(name: str, palette: QPalette) -> QIcon:
    """Returns the icon in the colour of button texts, with a grey variant for disabled buttons."""
    made = icon(name, palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText))
    grey = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    for size in _SIZES:
        made.addPixmap(pixmap(name, grey, size), QIcon.Mode.Disabled)
    return made


def app_icon() -> QIcon:
    """Returns the program's icon, in its own colours."""
    return icon("certclient", QColor())


def pixmap(name: str, colour: QColor, size: int) -> QPixmap:
    """Returns a square pixmap with sides of `size` pixels."""
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
    drawing = (resources_folder() / "icons" / f"{name}.svg").read_bytes()
    return QSvgRenderer(QByteArray(drawing.replace(b"currentColor", colour.encode())))

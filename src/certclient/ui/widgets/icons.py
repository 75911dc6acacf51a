"""The program's own SVG icons, drawn in the colour of the text next to them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from certclient.platform.resources import resources_folder

_APP_SIZES = (16, 24, 32, 48, 64)
"""Pixels: what title bars, task bars and window switchers ask for."""


def app_icon() -> QIcon:
    """Returns the program's icon, in its own colours."""
    made = QIcon()
    for size in _APP_SIZES:
        made.addPixmap(pixmap("certclient", QColor(), size))
    return made


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

"""Draws the program's icon for Windows, rendered by Qt from an SVG: an .ico with several sizes, and
a PNG."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 20, 24, 32, 40, 48, 64, 96, 128, 256)
"""Pixels: the sizes that Windows uses at 100 % to 250 %, and in a folder's largest view."""

PICTURE_SIZE = 256
"""Pixels: a notification's picture is 48 at 100 %, and Windows' screens go to 500 %."""

_HEADER = struct.Struct("<HHH")
_ENTRY = struct.Struct("<BBBBHHII")
_ICON, _PLANES, _BITS = 1, 1, 32


class IconError(Exception):
    """A drawing cannot be read or written. The text names the file."""


def make_icon(drawing: Path, target: Path) -> None:
    """Writes the .ico `target`, with the same bytes for the same drawing and version of Qt.

    Raises IconError if `drawing` is no SVG.
    """
    renderer = _renderer(drawing)
    target.write_bytes(_ico([(size, _png(renderer, size)) for size in SIZES]))


def make_picture(drawing: Path, target: Path) -> None:
    """Writes the PNG `target`, which Windows shows beside the program's notifications.

    Raises IconError if `drawing` is no SVG.
    """
    target.write_bytes(_png(_renderer(drawing), PICTURE_SIZE))


def _renderer(drawing: Path) -> QSvgRenderer:
    renderer = QSvgRenderer(QByteArray(drawing.read_bytes()))
    if not renderer.isValid():
        raise IconError(f"{drawing} is no SVG")
    return renderer


def _png(renderer: QSvgRenderer, size: int) -> bytes:
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())


def _ico(pictures: Sequence[tuple[int, bytes]]) -> bytes:
    """ICONDIR, its entries, then the pictures. The format stores a side of 256 as 0."""
    head = _HEADER.pack(0, _ICON, len(pictures))
    place = len(head) + _ENTRY.size * len(pictures)
    entries, bodies = [], []
    for size, png in pictures:
        side = size % 256
        entries.append(_ENTRY.pack(side, side, 0, 0, _PLANES, _BITS, len(png), place))
        bodies.append(png)
        place += len(png)
    return b"".join([head, *entries, *bodies])

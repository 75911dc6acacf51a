"""Draws the picture on the setup's first and last page: the program's icon on a blue gradient."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPainterPath
from PySide6.QtSvg import QSvgRenderer

from tools.installer.icon import IconError

WIDTH, HEIGHT = 328, 628
"""Pixels: twice the size that NSIS shows at 100 %, so that the picture is sharp at 200 %."""

_UPPER, _LOWER = QColor("#2e6ca4"), QColor("#163a5c")
_CARD = QRectF(64, 72, 200, 200)
_ROUND = 36.0
_MARGIN = 24.0


def make_banner(drawing: Path, target: Path) -> None:
    """Writes the BMP `target`, with the same bytes for the same drawing and version of Qt.

    Raises IconError if `drawing` is no SVG or `target` cannot be written.
    """
    renderer = QSvgRenderer(QByteArray(drawing.read_bytes()))
    if not renderer.isValid():
        raise IconError(f"{drawing} is no SVG")
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    slope = QLinearGradient(0, 0, 0, HEIGHT)
    slope.setColorAt(0, _UPPER)
    slope.setColorAt(1, _LOWER)
    painter.fillRect(image.rect(), slope)
    card = QPainterPath()
    card.addRoundedRect(_CARD, _ROUND, _ROUND)
    painter.fillPath(card, Qt.GlobalColor.white)
    renderer.render(painter, _CARD.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN))
    painter.end()
    # 24 bits: NSIS does not accept other depths everywhere.
    if not image.convertToFormat(QImage.Format.Format_RGB888).save(str(target)):
        raise IconError(f"{target} cannot be written")

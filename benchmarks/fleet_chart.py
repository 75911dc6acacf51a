"""Draws the load of a CA before and after the spreading, as a PNG."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QPen, QPolygonF

Rates = Sequence[tuple[datetime, float]]
"""Moments with requests per second, evenly spaced."""

_WIDTH, _PANEL, _LEFT, _TOP, _BOTTOM = 1000, 260, 70, 40, 40
_COLOURS = {"before": QColor("#b03030"), "after": QColor("#2060a0")}


def draw(path: Path, panels: Sequence[tuple[str, Rates]], mean: float) -> None:
    """Writes one panel for each named series, each with its own scale.

    `mean`: requests per second, drawn as a dashed line.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(_WIDTH, _PANEL * len(panels), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(QFont("sans-serif", 10))
    for number, (name, rates) in enumerate(panels):
        _panel(painter, number * _PANEL, name, rates, mean)
    painter.end()
    if not image.save(str(path)):
        raise OSError(f"cannot write {path}")
    del application


def _panel(painter: QPainter, top: int, name: str, rates: Rates, mean: float) -> None:
    height, width = _PANEL - _TOP - _BOTTOM, _WIDTH - _LEFT - 20
    base = top + _TOP + height
    most = max(*(rate for _, rate in rates), mean * 1.5)
    step = width / len(rates)
    painter.setPen(QPen(Qt.GlobalColor.black))
    title = f"{name}: peak {max(rate for _, rate in rates):.1f} requests/s, a million clients"
    painter.drawText(QPointF(_LEFT, top + 25), title)
    painter.drawText(QRectF(0, top + _TOP - 8, _LEFT - 8, 16), _RIGHT, f"{most:.1f}")
    painter.drawText(QRectF(0, base - 8, _LEFT - 8, 16), _RIGHT, "0")
    line = QPolygonF([QPointF(_LEFT, base)])
    for number, (moment, rate) in enumerate(rates):
        left = _LEFT + number * step
        level = base - rate / most * height
        line.append([QPointF(left, level), QPointF(left + step, level)])
        if moment.hour == moment.minute == 0 and moment.weekday() in (0, 3):
            painter.drawLine(QPointF(left, base), QPointF(left, base + 5))
            painter.drawText(QPointF(left, base + 20), f"{moment:%a} {moment.month}/{moment.day}")
    line.append(QPointF(_LEFT + width, base))
    painter.setBrush(_COLOURS[name])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon(line)
    level = base - mean / most * height
    painter.setPen(QPen(QColor("#606060"), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(_LEFT, level), QPointF(_LEFT + width, level))
    painter.setPen(QPen(Qt.GlobalColor.black))
    painter.drawLine(QPointF(_LEFT, base), QPointF(_LEFT + width, base))


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

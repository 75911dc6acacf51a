"""The tray icon's image: the fewest days left on a coloured badge, legible at 16 pixels."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPen, QPixmap

from certclient.enrollment.overview import Condition, Row

_SIZES = (16, 20, 22, 24, 32, 48, 64)

# White text on these has a contrast above 4.5:1, and the white rim sets the badge off from light
# and dark taskbars alike.
_COLOURS = {
    Condition.URGENT: QColor("#b3141d"),
    Condition.OBTAINABLE: QColor("#b3141d"),
    Condition.RENEWABLE: QColor("#8a5a00"),
}
_NEUTRAL = QColor("#1f4e79")


_CORNER, _DOT = 0.5, 0.32
"""Of the icon's side: the circle with the number of certificates, and the plain dot."""
_ROOM = 32
"""Pixels: smaller icons show the dot."""
_MOST = 9


def label_of(row: Row | None) -> str:
    """Returns the badge's text: days left (at most 99), “!” once renewal has closed or the
    certificate has expired, “…” for None."""
    if row is None:
        return "…"
    days = row.entry.life.days_left
    return "!" if days < 0 or row.entry.life.closed else str(min(days, 99))


def tray_icon(row: Row | None, due: int = 1) -> QIcon:
    """Returns the icon for the most urgent certificate; None stands for waiting for the CA. `due`:
    how many certificates are; more than one is shown at a corner, as a number where it fits."""
    colour = _COLOURS.get(row.condition, _NEUTRAL) if row else _NEUTRAL
    made = QIcon()
    for size in _SIZES:
        badge = _badge(label_of(row), colour, size)
        if due > 1:
            _count(badge, min(due, _MOST), size)
        made.addPixmap(badge)
    return made


def _count(badge: QPixmap, due: int, size: int) -> None:
    side = size * (_CORNER if size >= _ROOM else _DOT)
    place = QRectF(size - side, 0, side, side)
    painter = QPainter(badge)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(_NEUTRAL, max(size / 32, 1)))
    painter.setBrush(QColor("white"))
    painter.drawEllipse(place.adjusted(0.5, 0.5, -0.5, -0.5))
    if size >= _ROOM:
        font = QFont()
        font.setBold(True)
        font.setPixelSize(round(side * 0.75))
        painter.setFont(font)
        painter.setPen(_NEUTRAL)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(due))
    painter.end()


def _badge(label: str, colour: QColor, size: int) -> QPixmap:
    made = QPixmap(size, size)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rim = max(size / 32, 0.5)
    area = QRectF(rim, rim, size - 2 * rim, size - 2 * rim)
    painter.setPen(QPen(QColor("white"), 2 * rim))
    painter.setBrush(colour)
    painter.drawRoundedRect(area, size / 5, size / 5)
    font = QFont()
    font.setBold(True)
    font.setPixelSize(round(size * (0.62 if len(label) > 1 else 0.75)))
    painter.setFont(font)
    painter.setPen(QColor("white"))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, label)
    painter.end()
    return made

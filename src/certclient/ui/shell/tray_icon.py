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


def label_of(row: Row | None) -> str:
    """Returns the badge's text: days left (at most 99), “!” once renewal has closed or the
    certificate has expired, “…” for None."""
    if row is None:
        return "…"
    days = row.entry.life.days_left
    return "!" if days < 0 or row.entry.life.closed else str(min(days, 99))


def tray_icon(row: Row | None) -> QIcon:
    """Returns the icon for the most urgent certificate; None stands for waiting for the CA."""
    colour = _COLOURS.get(row.condition, _NEUTRAL) if row else _NEUTRAL
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_badge(label_of(row), colour, size))
    return made


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

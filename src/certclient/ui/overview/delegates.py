"""Draws cells that need more than text: a timeline of the days left, a state with its icon.

All colours suit the palette, so that light, dark and high-contrast themes work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from certclient.model.destination import Destination
from certclient.ui.overview.conditions import sign_of
from certclient.ui.overview.models import Column, state_at
from certclient.ui.overview.owner_state import OwnerState
from certclient.ui.widgets import icons
from certclient.ui.widgets.tokens import tokens

if TYPE_CHECKING:
    from certclient.enrollment.overview import Row

_AnyIndex = QModelIndex | QPersistentModelIndex

_GAP = 6
"""Space between icon and text and at the cell's edges, in device-independent pixels."""

_BAR = 6
"""The timeline's height, in device-independent pixels."""


class CertificateDelegate(QStyledItemDelegate):
    """Draws the cells of certificate rows; plain ones in the platform's style."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._widths: dict[tuple[str, int, str], int] = {}
        """By font, column and text: the same few texts stand in many rows."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        """Returns a size that fits the icon and two lines of text. All rows are equally high, so
        that a view need not ask for each."""
        height = 2 * _line_height(option.fontMetrics, _HIGH_TEXT) + _GAP
        return QSize(self.width(option, index.column(), str(index.data())), height)

    def width(self, option: QStyleOptionViewItem, column: int, text: str) -> int:
        """The width in pixels that a cell with `text` needs."""
        key = (option.font.key(), column, text)
        if key not in self._widths:
            metrics = option.fontMetrics
            shape = metrics.height() + _GAP if column in _SHAPED else 0
            wide = metrics.horizontalAdvance(text)
            width = two_line_width(metrics, text) if column in _TWO_LINED else wide
            self._widths[key] = width + shape + 2 * _GAP + 2
        return self._widths[key]

    def whole_width(self, option: QStyleOptionViewItem, column: int, text: str) -> int:
        """The width in pixels that a cell with `text` in one line needs."""
        shape = option.fontMetrics.height() + _GAP if column in _SHAPED else 0
        return option.fontMetrics.horizontalAdvance(text) + shape + 2 * _GAP + 2

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        """Draws timeline, icon and wrapped text; leaves other cells to Qt."""
        state = state_at(index)
        if state is None or index.column() not in _DRAWN:
            super().paint(painter, option, index)
            return
        self._paint_background(painter, option, index)
        area = QRectF(option.rect).adjusted(_GAP, 0, -_GAP, 0)
        painter.save()
        painter.setFont(option.font)
        if state.row is not None and state.row.absent and not _selected(option):
            option.palette.setCurrentColorGroup(QPalette.ColorGroup.Disabled)
        if index.column() == Column.LEFT and index.data() and state.row is not None:
            _paint_timeline(painter, option, area, state.row, str(index.data()))
        elif index.column() not in _SHAPED:
            painter.setPen(_text_colour(option))
            painter.drawText(area, _WRAP, str(index.data()))
        else:
            name, colour = _shape(state, index.column(), option)
            _paint_shape(painter, option, area, name, colour, str(index.data()))
        painter.restore()

    def _paint_background(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex
    ) -> None:
        plain = QStyleOptionViewItem(option)
        self.initStyleOption(plain, index)
        plain.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, plain, painter, option.widget)


_SHAPED = (Column.PLACE, Column.STATE)

_TWO_LINED = (Column.BANK, Column.PLACE, Column.UNTIL, Column.STATE)
"""Columns whose text may wrap to a second line, so that all columns fit."""

_DRAWN = (Column.LEFT, *_TWO_LINED)

_HIGH_TEXT = "国Ág"
"""As high as a line gets: Japanese glyphs from a fallback font can be taller than the font."""

_WRAP = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignVCenter)


def two_line_width(metrics: QFontMetrics, text: str) -> int:
    """Returns the smallest width in pixels in which `text` needs at most two lines."""
    whole = metrics.horizontalAdvance(text)
    step = max(metrics.averageCharWidth(), 1)
    for width in range(whole // 2, whole, step):
        needed = metrics.boundingRect(QRect(0, 0, width, 0), _WRAP, text)
        if needed.width() <= width and needed.height() <= 2 * _line_height(metrics, text):
            return width
    return whole


def _line_height(metrics: QFontMetrics, text: str) -> int:
    """Measures this text: Japanese glyphs from a fallback font can be taller than the font."""
    return metrics.boundingRect(QRect(0, 0, 1 << 20, 0), _WRAP, text).height()


def _shape(state: OwnerState, column: int, option: QStyleOptionViewItem) -> tuple[str, QColor]:
    """Returns the icon's name and colour."""
    row = state.row
    if column == Column.PLACE:
        usb = row is not None and row.entry.store.destination is Destination.USB
        return ("usb" if usb else "pc"), _text_colour(option)
    severity, icon = sign_of(state)
    plain = _selected(option) or (row is not None and row.absent)
    return icon, _text_colour(option) if plain else tokens().state(severity).text


def _paint_shape(
    painter: QPainter,
    option: QStyleOptionViewItem,
    area: QRectF,
    name: str,
    colour: QColor,
    text: str,
) -> None:
    side = option.fontMetrics.height()
    place = QRectF(area.left(), area.center().y() - side / 2, side, side)
    icons.paint(name, colour, painter, place)
    painter.setPen(_text_colour(option))
    beside = area.adjusted(side + _GAP, 0, 0, 0)
    painter.drawText(beside, _WRAP, text)


def _paint_timeline(
    painter: QPainter, option: QStyleOptionViewItem, area: QRectF, row: Row, text: str
) -> None:
    """Draws the text and, below it, the renewal window with the remaining part filled.

    The left end is the expiry date, the right end the first day of renewal; ticks mark the bank's
    reminder days. For an expired certificate the bar is empty.
    """
    middle = area.center().y() + _BAR
    above = QRectF(area.left(), area.top(), area.width(), middle - area.top())
    painter.setPen(_text_colour(option))
    painter.drawText(above, int(Qt.AlignmentFlag.AlignVCenter), text)
    track = QRectF(area.left(), middle, area.width(), _BAR)
    colour = _text_colour(option)
    frame = QColor(colour)
    frame.setAlphaF(0.35)
    painter.setPen(QPen(frame, 1))
    painter.drawRect(track)
    whole = row.entry.life.renew_days
    left = min(max(row.entry.life.days_left / whole, 0.0), 1.0)
    severity, _ = sign_of(OwnerState(*row.key, row))
    plain = _selected(option) or row.absent
    fill = colour if plain else tokens().state(severity).text
    painter.fillRect(QRectF(track.left(), track.top(), track.width() * left, _BAR), fill)
    for day in row.profile.reminder_days:
        if 0 < day < whole:
            x = track.left() + track.width() * day / whole
            painter.drawLine(QPointF(x, track.top() - 2), QPointF(x, track.bottom() + 2))


def _selected(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)


def _text_colour(option: QStyleOptionViewItem) -> QColor:
    selected = QPalette.ColorRole.HighlightedText
    role = selected if _selected(option) else QPalette.ColorRole.Text
    return option.palette.color(role)

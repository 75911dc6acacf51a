"""The certificate line by line, small: two lines beside each other where there is room."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from certclient.ui.widgets.parts import SmallText
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent


_SLACK = 2
"""Pixels lost to rounding."""


class _Shape(enum.Enum):
    TWO_COLUMNS = 2
    ONE_COLUMN = 1
    STACKED = 0
    """Each value below its name: nothing is cut off with the largest text."""


_Pair = tuple[SmallText, SmallText]


class QuietLines(QWidget):
    """Pairs of name and value that need not be read at once."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[tuple[str, str]] = []
        self._labels: list[_Pair] = []
        self._shape: tuple[_Shape, int] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.S + Space.XS)
        self._grid.setVerticalSpacing(2)

    def show_lines(self, lines: Sequence[tuple[str, str]]) -> None:
        """Replaces all lines; does nothing if they are unchanged."""
        if list(lines) == self._lines:
            return
        self._lines = list(lines)
        for pair in self._labels:
            for label in pair:
                label.hide()
                label.deleteLater()
        self._labels = [_labels(name, value) for name, value in lines]
        self._shape = None
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as fit."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Another text size needs another width."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._arrange()

    def _fitting(self) -> tuple[_Shape, int]:
        """The shape, and how many lines are in the first column. Two columns only where no value
        wraps; in one column values wrap between words."""
        half = (len(self._labels) + 1) // 2
        parts = self._labels[:half], self._labels[half:]
        if self.width() >= sum(_names(part) + _widest(part) for part in parts) + Space.L:
            return _Shape.TWO_COLUMNS, half
        fits = self.width() >= _names(self._labels) + _longest_word(self._labels)
        return _Shape.ONE_COLUMN if fits else _Shape.STACKED, len(self._labels)

    def _arrange(self) -> None:
        fitting = self._fitting()
        if fitting == self._shape:
            return
        self._shape = fitting
        shape, split = fitting
        top = Qt.AlignmentFlag.AlignTop
        for number, (name, value) in enumerate(self._labels):
            row, column = (number, 0) if number < split else (number - split, 2)
            if shape is _Shape.STACKED:
                self._grid.addWidget(name, 2 * row, 0, top)
                self._grid.addWidget(value, 2 * row + 1, 0, top)
            else:
                self._grid.addWidget(name, row, column, top)
                self._grid.addWidget(value, row, column + 1, top)
        two = shape is _Shape.TWO_COLUMNS
        self._grid.setColumnMinimumWidth(1, _widest(self._labels[:split]) if two else 0)
        self._grid.setColumnMinimumWidth(3, _widest(self._labels[split:]) if two else 0)
        stacked = shape is _Shape.STACKED
        self._grid.setColumnStretch(0, 1 if stacked else 0)
        self._grid.setColumnStretch(1, 0 if stacked else 1)
        self._grid.setColumnStretch(3, 1 if two else 0)


def _names(labels: Sequence[_Pair]) -> int:
    """Pixels that the longest name needs, with the space behind it."""
    widths = (name.fontMetrics().horizontalAdvance(name.text()) for name, _ in labels)
    return max(widths, default=0) + Space.M


def _widest(labels: Sequence[_Pair]) -> int:
    """Pixels that the longest value needs in one line."""
    widths = (value.fontMetrics().horizontalAdvance(value.text()) for _, value in labels)
    return max(widths, default=0) + _SLACK


def _longest_word(labels: Sequence[_Pair]) -> int:
    """Pixels that the longest word of the values needs."""
    widths = (
        value.fontMetrics().horizontalAdvance(word)
        for _, value in labels
        for word in value.text().split()
    )
    return max(widths, default=0) + _SLACK


def close_together(rows: QWidget) -> None:
    """Makes the rows of a list take less height than in a list that stands alone."""
    layout = rows.layout()
    if isinstance(layout, QGridLayout):
        layout.setVerticalSpacing(Space.XS)


def _labels(name: str, value: str) -> _Pair:
    first, second = SmallText(), SmallText()
    first.setText(name)
    first.setWordWrap(False)
    second.setText(value)
    second.setAccessibleName(f"{name} {value}")
    return first, second

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
        self._shape: _Shape | None = None
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

    def _fitting(self) -> _Shape:
        """Values wrap between words, so a column needs the longest word of its own."""
        half = (len(self._labels) + 1) // 2
        widths = [self._width(self._labels[:half]), self._width(self._labels[half:])]
        if self.width() >= sum(widths) + Space.L:
            return _Shape.TWO_COLUMNS
        return _Shape.ONE_COLUMN if self.width() >= max(widths) else _Shape.STACKED

    def _width(self, labels: Sequence[_Pair]) -> int:
        names = [name.fontMetrics().horizontalAdvance(name.text()) for name, _ in labels]
        return max(names, default=0) + _longest_word(labels) + Space.M

    def _arrange(self) -> None:
        shape = self._fitting()
        if shape is self._shape:
            return
        self._shape = shape
        half = (len(self._labels) + 1) // 2
        top = Qt.AlignmentFlag.AlignTop
        for number, (name, value) in enumerate(self._labels):
            row, column = number, 0
            if shape is _Shape.TWO_COLUMNS:
                row, column = number % half, 2 * (number // half)
            if shape is _Shape.STACKED:
                self._grid.addWidget(name, 2 * row, 0, top)
                self._grid.addWidget(value, 2 * row + 1, 0, top)
            else:
                self._grid.addWidget(name, row, column, top)
                self._grid.addWidget(value, row, column + 1, top)
        two = shape is _Shape.TWO_COLUMNS
        self._grid.setColumnMinimumWidth(1, _longest_word(self._labels[:half]) if two else 0)
        self._grid.setColumnMinimumWidth(3, _longest_word(self._labels[half:]) if two else 0)
        stacked = shape is _Shape.STACKED
        self._grid.setColumnStretch(0, 1 if stacked else 0)
        self._grid.setColumnStretch(1, 0 if stacked else 1)
        self._grid.setColumnStretch(3, 1 if two else 0)


def _longest_word(labels: Sequence[_Pair]) -> int:
    """In pixels: values wrap between words."""
    words = [
        value.fontMetrics().horizontalAdvance(word)
        for _, value in labels
        for word in value.text().split()
    ]
    return max(words, default=0) + _SLACK


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

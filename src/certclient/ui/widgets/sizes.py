"""Sizes in proportion to the text, so that windows fit large texts and small screens alike."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QLayout, QWidget

_FRAME = QSize(20, 60)
"""What a window's frame and title take, pixels."""


def fitting_size(window: QWidget, width: int, height: int) -> QSize:
    """`width` and `height` in heights of a line of text, but never more than the screen has."""
    line = window.fontMetrics().height()
    return QSize(width * line, height * line).boundedTo(_room(window) - _FRAME)


def _room(window: QWidget) -> QSize:
    """Of the screen where `window` will come up: that of its parent, else the pointer's.

    Not `window.screen()`: PySide makes the screen a child of the window, and on Windows it was
    destroyed with a window that went; the next one ended the program.
    """
    parent = window.parentWidget()
    place = parent.window().frameGeometry().center() if parent is not None else QCursor.pos()
    screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
    return screen.availableSize()


def fit_height(window: QWidget, layout: QLayout, width: int) -> None:
    """Makes `window` so wide (in heights of a line of text), and as high as its texts then need."""
    pixels = fitting_size(window, width, 1).width()
    window.resize(pixels, layout.totalHeightForWidth(pixels))


def icon_size(widget: QWidget) -> QSize:
    """An icon as high as the text beside it."""
    line = widget.fontMetrics().height()
    return QSize(line, line)

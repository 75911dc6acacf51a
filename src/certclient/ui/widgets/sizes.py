"""Sizes relative to the text height, so that windows fit large text and small screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCursor, QGuiApplication

from certclient.ui.widgets.scroll import Scroll

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayout, QWidget

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_FRAME = QSize(20, 60)
"""Pixels taken by a window's frame and title bar."""


def fitting_size(window: QWidget, width: int, height: int) -> QSize:
    """Returns a size in pixels. `width` and `height` are in text line heights, limited to what the
    screen offers."""
    line = window.fontMetrics().height()
    return QSize(width * line, height * line).boundedTo(_room(window) - _FRAME)


def _room(window: QWidget) -> QSize:
    """Returns the available size of the screen where `window` will open: its parent's, or else the
    one under the pointer.

    Not `window.screen()`: PySide makes the screen a child of the window. On Windows the screen was
    destroyed together with a closed window, and the next window crashed the program.
    """
    parent = window.parentWidget()
    place = parent.window().frameGeometry().center() if parent is not None else QCursor.pos()
    screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
    return screen.availableSize()


def fit_height(window: QWidget, layout: QLayout, width: int) -> None:
    """Resizes `window` to `width` (in text line heights) and to the height its texts then need, at
    most that of the screen."""
    pixels = fitting_size(window, width, 1).width()
    height = layout.totalHeightForWidth(pixels)
    for scroll in window.findChildren(Scroll, options=_DIRECT):
        # Without what QScrollArea itself suggests, which is too low for most pages.
        height += scroll.height_at(pixels) - scroll.sizeHint().height()
    window.resize(QSize(pixels, height).boundedTo(_room(window) - _FRAME))

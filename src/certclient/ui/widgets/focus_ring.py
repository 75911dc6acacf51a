"""The focus ring: visible on every control in every theme, and unlike a default button's frame."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QApplication, QFocusFrame, QWidget

_PEN = 2.0
"""Pixels."""

_WINDOWS = (Qt.WindowType.Window, Qt.WindowType.Dialog, Qt.WindowType.Sheet)
"""Not menus and lists that drop down, which mark the current line."""


class FocusRing(QFocusFrame):
    """A line around the widget that has the focus, in the text's colour."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the line at the frame's edge, outside of the widget."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), _PEN))
        edge = _PEN / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), 3, 3)
        painter.end()


class FocusMarker(QObject):
    """Shows a ring around whatever has the focus, in all windows of the program."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        application.focusChanged.connect(self._mark)

    def _mark(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or now.window().windowType() not in _WINDOWS:
            return
        ring = now.window().findChild(FocusRing)
        if now.isWindow():
            if ring is not None:
                ring.hide()
            return
        (ring or FocusRing(now.window())).setWidget(now)

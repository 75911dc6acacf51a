"""Scrolling content that does not fit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class Scroll(QScrollArea):
    """Scrolls content that does not fit (large text, small screen) and follows the focus."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        # In place of Qt's own, for which PySide loads all classes of widgets when it meets it.
        self.setViewport(QWidget())
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)

    def height_at(self, width: int) -> int:
        """Returns the height in pixels at which the content needs no scrolling."""
        parts = self._content.findChildren(QWidget)
        for part in parts:
            part.ensurePolished()  # only then it has the font of its class
        for part in (*parts, self._content):
            if (layout := part.layout()) is not None:
                layout.invalidate()
                layout.activate()
        if not self._content.hasHeightForWidth():
            return self._content.sizeHint().height()
        least = self._content.minimumSizeHint().height()
        return max(self._content.heightForWidth(width), least)

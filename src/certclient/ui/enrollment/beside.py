"""A picture beside texts and fields, left out where the window is too narrow for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QLayout

_TEXT_LINES = 13
"""The width that texts need beside a picture, in text line heights."""


class Beside(QWidget):
    """One of `pictures` at the left of `texts`. A picture only decorates."""

    def __init__(self, texts: QLayout, *pictures: QWidget) -> None:
        super().__init__()
        self._pictures = pictures
        self._wanted: QWidget | None = pictures[0] if pictures else None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        for picture in pictures:
            layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)

    def choose(self, picture: QWidget) -> None:
        """Shows `picture` if there is room."""
        self._wanted = picture
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows or hides the picture."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Larger text leaves less room."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._arrange()

    def _arrange(self) -> None:
        for picture in self._pictures:
            needed = picture.sizeHint().width() + Space.L
            roomy = self.width() >= needed + _TEXT_LINES * self.fontMetrics().height()
            picture.setVisible(picture is self._wanted and roomy)

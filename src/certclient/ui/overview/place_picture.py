"""PC or USB token as a picture with its word below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from certclient.ui.overview.scaled_picture import ScaledPicture
from certclient.ui.widgets.parts import SmallText
from certclient.ui.widgets.tokens import Space

_LINES = 2.7
"""The picture's side in lines of text."""


class PlacePicture(QWidget):
    """Where a certificate is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._word = ScaledPicture("pc-48", _LINES), SmallText()
        self._word.setWordWrap(False)
        centre = Qt.AlignmentFlag.AlignHCenter
        self._word.setAlignment(centre)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self._picture, 0, centre)
        column.addWidget(self._word, 0, centre)
        column.addStretch(1)

    def show_place(self, picture: str, word: str) -> None:
        """`picture`: an icon's name; `word`: what it shows."""
        self._picture.show_picture(picture)
        self._word.setText(word)

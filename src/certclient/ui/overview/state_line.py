"""A state in words beside its icon, which has the state's colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from certclient.ui.overview.scaled_picture import ScaledPicture
from certclient.ui.widgets.parts import StrongText
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from certclient.ui.widgets.tokens import Severity

_LINES = 1.25
"""The icon's side in lines of text."""


class StateLine(QWidget):
    """Its text wraps: a pill's does not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._text = ScaledPicture("", _LINES), StrongText()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)

    def show_state(self, severity: Severity, text: str, icon: str) -> None:
        """`icon`: a name in resources/icons."""
        self._icon.show_picture(icon)
        self._icon.set_colour(severity)
        self._text.setText(text)

    @property
    def text(self) -> str:
        """The state in words."""
        return self._text.text()

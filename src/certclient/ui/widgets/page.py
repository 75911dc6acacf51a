"""The body of a page or a dialog: its distances, and a head with a picture beside the title."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from certclient.ui.widgets.labels import Heading
from certclient.ui.widgets.pictures import ACCENT, Picture
from certclient.ui.widgets.tokens import Space


def body_layout(body: QWidget) -> QVBoxLayout:
    """Returns a column with the distances of a page."""
    column = QVBoxLayout(body)
    column.setContentsMargins(Space.L, Space.L, Space.L, Space.S)
    column.setSpacing(Space.M)
    return column


def page_layout(window: QWidget, banner: QWidget, body: QWidget, buttons: QWidget) -> QVBoxLayout:
    """Lays out a dialog: banner, what scrolls, and the buttons below; returns its layout."""
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(banner)
    layout.addWidget(body, 1)
    layout.addWidget(buttons)
    return layout


def head(picture: str, heading: Heading) -> QHBoxLayout:
    """Returns a row of a large picture (a name in resources/icons) and the page's title."""
    row = QHBoxLayout()
    row.setSpacing(Space.M)
    shown = Picture(picture)
    shown.set_colour(ACCENT)
    row.addWidget(shown, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(heading, 1, Qt.AlignmentFlag.AlignVCenter)
    return row

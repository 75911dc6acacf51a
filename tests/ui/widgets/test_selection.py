"""The row that the buttons act on looks selected, measured from pixels."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QPushButton, QTreeView, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from certclient.ui.widgets.contrast import contrast
from certclient.ui.widgets.selection import keep_selection_visible
from support.themes import appearance
from support.wizards import until

LEAST_CONTRAST = 2.0
"""Between a selected row and the others. Base and alternate rows differ by about 1.1."""


class Listing(QWidget):
    """Three rows, the second selected, and a button that takes the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.view, self.button = QTreeView(), QPushButton("しまう")
        model = QStandardItemModel(self.view)
        for name in ("TKYM1408054", "TKYM1408055", "TKYM1408056"):
            model.appendRow(QStandardItem(name))
        self.view.setModel(model)
        keep_selection_visible(self.view)
        self.view.setCurrentIndex(model.index(1, 0))
        layout = QVBoxLayout(self)
        layout.addWidget(self.view)
        layout.addWidget(self.button)

    def background(self, row: int) -> QColor:
        """The colour at the right end of a row, where there is no text."""
        area: QRect = self.view.visualRect(self.view.model().index(row, 0))
        picture = self.view.viewport().grab().toImage()
        ratio = picture.devicePixelRatio()
        return picture.pixelColor(int((area.right() - 6) * ratio), int(area.center().y() * ratio))


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_selection_is_visible_with_and_without_focus(qtbot: QtBot, theme: str) -> None:
    with appearance(theme, 100):
        # Windows' colours: without focus, a selected row is as grey as the window.
        palette = QApplication.palette()
        palette.setColor(
            QPalette.ColorGroup.Inactive,
            QPalette.ColorRole.Highlight,
            palette.color(QPalette.ColorRole.Window),
        )
        QApplication.setPalette(palette)
        shown = Listing()
        qtbot.addWidget(shown)
        shown.show()
        qtbot.waitExposed(shown)
        shown.view.setFocus()
        until(shown.view.hasFocus)
        focused = shown.background(1)
        assert contrast(focused, shown.background(0)) >= LEAST_CONTRAST
        assert shown.background(0) == shown.background(2)
        shown.button.setFocus()
        until(shown.button.hasFocus)
        assert contrast(shown.background(1), focused) < 1.05  # the style tints the focus a little
        other = QWidget()
        qtbot.addWidget(other)
        other.show()
        other.activateWindow()
        until(lambda: not shown.isActiveWindow())
        assert contrast(shown.background(1), shown.background(0)) >= LEAST_CONTRAST


def test_selection_follows_a_change_of_the_theme(qtbot: QtBot) -> None:
    shown = Listing()
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    with appearance("dark", 100):
        wanted = QApplication.palette().color(QPalette.ColorRole.Highlight)
        until(lambda: shown.view.palette().color(QPalette.ColorRole.Highlight) == wanted)
        inactive = shown.view.palette().color(
            QPalette.ColorGroup.Inactive, QPalette.ColorRole.Highlight
        )
        assert inactive == wanted

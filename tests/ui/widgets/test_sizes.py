"""Window sizes that fit their texts and the screen."""

from __future__ import annotations

import shiboken6
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from certclient.ui.widgets.sizes import fitting_size


def test_screen_does_not_become_a_child_of_the_window(qtbot: QtBot) -> None:
    """In PySide, `QWidget.screen()` makes the screen a child, destroyed with the window."""
    window = QWidget()
    qtbot.addWidget(window)
    fitting_size(window, 10, 10)
    assert "parent" not in shiboken6.dump(QGuiApplication.primaryScreen())


def test_no_window_is_larger_than_the_screen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    available = QGuiApplication.primaryScreen().availableSize()
    size = fitting_size(window, 1000, 1000)
    assert size.width() < available.width()
    assert size.height() < available.height()
    line = window.fontMetrics().height()
    assert fitting_size(window, 10, 5).toTuple() == (10 * line, 5 * line)

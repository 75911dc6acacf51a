"""The buttons below a page that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from certclient.ui.widgets.button_bar import ButtonBar, Buttons
from certclient.ui.widgets.scroll import Scroll
from support.wizards import until


def test_a_page_without_fields_is_read_to_its_end_with_the_keyboard(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    page, bar = Scroll(QLabel("\n".join(map(str, range(200))))), ButtonBar(window.hide)
    layout = QVBoxLayout(window)
    layout.addWidget(page, 1)
    layout.addWidget(bar)
    bar.offer(Buttons(close="Close"), typing=False)
    window.resize(300, 200)
    window.show()
    bar.default.setFocus()
    at = page.verticalScrollBar()
    until(lambda: at.maximum() > 0)
    while at.value() < at.maximum():
        before = at.value()
        QTest.keyClick(bar.default, Qt.Key.Key_PageDown)
        assert at.value() > before
    QTest.keyClick(bar.default, Qt.Key.Key_PageUp)
    assert at.value() < at.maximum()
    assert window.focusWidget() is bar.default

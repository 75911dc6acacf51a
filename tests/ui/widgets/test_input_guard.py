"""What was pressed for the page before does nothing on the page that has just come."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLineEdit, QPushButton, QVBoxLayout
from pytestqt.qtbot import QtBot

from certclient.ui.widgets.input_guard import HOLD_SECONDS, InputGuard


@dataclass
class GuardedDialog:
    """A dialog with a field, a check box and a default button, and a clock that tests set."""

    dialog: QDialog = field(default_factory=QDialog)
    now: float = 100.0
    presses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.guard = InputGuard(self.dialog, lambda: self.now)
        self.line, self.box = QLineEdit(), QCheckBox("&Read")
        self.button = QPushButton("&Go")
        self.button.setDefault(True)
        self.button.clicked.connect(lambda: self.presses.append("go"))
        layout = QVBoxLayout(self.dialog)
        for widget in (self.line, self.box, self.button):
            layout.addWidget(widget)

    def click(self, widget: QPushButton | QCheckBox | QLineEdit) -> None:
        """Clicks as the window system does: the window gets the event first."""
        handle = self.dialog.windowHandle()
        assert handle is not None
        place = widget.mapTo(self.dialog, QPoint(10, widget.height() // 2))
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=place)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
        handle = self.dialog.windowHandle()
        assert handle is not None
        QTest.keyClick(handle, key, modifiers or Qt.KeyboardModifier.NoModifier)


@pytest.fixture
def guarded(qtbot: QtBot) -> GuardedDialog:
    guarded = GuardedDialog()
    qtbot.addWidget(guarded.dialog)
    guarded.dialog.show()
    guarded.dialog.activateWindow()
    qtbot.waitUntil(guarded.dialog.isActiveWindow)
    guarded.button.setFocus()
    return guarded


_ANIMATED = 200
"""Milliseconds. A mnemonic presses its button after 100."""

KEYS = [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space]


def test_a_click_counts_only_after_half_a_second(guarded: GuardedDialog) -> None:
    guarded.click(guarded.button)
    guarded.now += HOLD_SECONDS - 0.01
    guarded.click(guarded.button)
    guarded.click(guarded.box)
    assert guarded.presses == []
    assert not guarded.box.isChecked()
    guarded.now += 0.02
    guarded.click(guarded.button)
    assert guarded.presses == ["go"]
    guarded.guard.page_changed()
    guarded.click(guarded.button)
    assert guarded.presses == ["go"], "the second click of a double click"


@pytest.mark.parametrize("key", KEYS)
def test_a_key_counts_only_after_half_a_second(
    guarded: GuardedDialog, key: Qt.Key, qtbot: QtBot
) -> None:
    guarded.key(key)
    guarded.key(Qt.Key.Key_G, Qt.KeyboardModifier.AltModifier)
    qtbot.wait(_ANIMATED)
    assert guarded.presses == []
    guarded.now += HOLD_SECONDS
    guarded.key(key)
    assert guarded.presses == ["go"]


def test_mnemonics_and_escape_count_after_half_a_second(
    guarded: GuardedDialog, qtbot: QtBot
) -> None:
    guarded.key(Qt.Key.Key_Escape)
    assert guarded.dialog.isVisible()
    guarded.now += HOLD_SECONDS
    guarded.key(Qt.Key.Key_G, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: guarded.presses == ["go"])
    guarded.key(Qt.Key.Key_Escape)
    assert not guarded.dialog.isVisible()


def test_keys_typed_into_a_field_are_never_lost(guarded: GuardedDialog) -> None:
    guarded.click(guarded.line)
    assert guarded.line.hasFocus(), "a click into a field counts at once"
    for key in (Qt.Key.Key_1, Qt.Key.Key_Space, Qt.Key.Key_2):
        guarded.key(key)
    assert guarded.line.text() == "1 2"
    guarded.key(Qt.Key.Key_Return)
    assert guarded.presses == [], "Enter was meant for the page before"


def test_a_key_that_is_held_down_decides_once(guarded: GuardedDialog) -> None:
    guarded.now += HOLD_SECONDS
    handle = guarded.dialog.windowHandle()
    assert handle is not None
    press, none = QEvent.Type.KeyPress, Qt.KeyboardModifier.NoModifier
    for repeated in (False, True, True):
        event = QKeyEvent(press, Qt.Key.Key_Return, none, "\r", repeated)
        QApplication.sendEvent(handle, event)
    assert guarded.presses == ["go"]

"""The size of texts: by the keyboard in every window, and remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from certclient.model.start import Start
from certclient.platform.folders import settings_file
from certclient.ui.settings import UiSettings
from certclient.ui.shell.early import early_context
from certclient.ui.widgets.read_only_text import read_only_text
from certclient.ui.widgets.text_size import TextSize, text_size
from support.wizards import until

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def size(qapp: QApplication) -> Iterator[TextSize]:
    found = text_size(qapp)
    yield found
    found.reset()


def window_with_button(qtbot: QtBot, kind: type[QWidget]) -> QWidget:
    window = kind()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(button := QPushButton("x"))
    window.show()
    window.activateWindow()
    qtbot.waitActive(window)
    button.setFocus()
    until(button.hasFocus)
    return window


@pytest.mark.parametrize("kind", [QWidget, QDialog])
def test_keys_change_the_size_in_every_window(
    qtbot: QtBot, size: TextSize, kind: type[QWidget]
) -> None:
    window = window_with_button(qtbot, kind)
    if isinstance(window, QDialog):
        window.setModal(True)
    QTest.keyClick(window, Qt.Key.Key_Plus, CONTROL)
    assert size.percent == 110
    QTest.keyClick(window, Qt.Key.Key_Minus, CONTROL)
    QTest.keyClick(window, Qt.Key.Key_Minus, CONTROL)
    assert size.percent == 90
    QTest.keyClick(window, Qt.Key.Key_0, CONTROL)
    assert size.percent == 100


def test_long_texts_follow_the_size(qtbot: QtBot, size: TextSize) -> None:
    view = read_only_text("x")
    qtbot.addWidget(view)
    view.show()
    before = view.fontMetrics().height()
    size.set_percent(200)
    until(lambda: view.fontMetrics().height() > 1.5 * before)
    assert QFontInfo(view.font()).fixedPitch()


def test_size_is_remembered(
    qapp: QApplication, size: TextSize, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    early_context(Start(language="ja"), qapp)
    size.set_percent(150)
    assert UiSettings(settings_file()).text_percent == 150
    size.changed.disconnect()
    size.reset()
    early_context(Start(language="ja"), qapp)
    assert size.percent == 150
    size.changed.disconnect()


@pytest.mark.parametrize("written", ["", "x", "-5", "99999999999999999999"])
def test_damaged_setting_means_the_normal_size(tmp_path: Path, written: str) -> None:
    path = tmp_path / "settings.ini"
    path.write_text(f"[General]\ntext-percent={written}\n", encoding="ascii")
    assert UiSettings(path).text_percent == 100

"""A secret field holds the text beside the widget, whichever way it comes in."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from certclient.ui.widgets.secret_field import BULLET, SecretField


@pytest.fixture
def field(qtbot: QtBot) -> SecretField:
    field = SecretField()
    qtbot.addWidget(field)
    field.show()
    field.setFocus()
    return field


def in_the_widget(field: SecretField) -> set[str]:
    """The characters that Qt, and so every screen reader, can see."""
    seen = {*QLineEdit.text(field), *field.displayText(), *field.selectedText()}
    return seen - {BULLET, "●", "\N{NO-BREAK SPACE}"}


def test_typed_text_is_kept_beside_bullets(field: SecretField) -> None:
    seen: list[str] = []
    field.textChanged.connect(seen.append)
    QTest.keyClicks(field, "aB3 9")
    assert field.typed == "aB3 9"
    assert in_the_widget(field) == set()
    assert seen == [BULLET * length for length in range(1, 6)]


def test_editing_keys_change_the_text_where_the_cursor_is(field: SecretField) -> None:
    QTest.keyClicks(field, "12345678")
    for _ in range(3):
        QTest.keyClick(field, Qt.Key.Key_Left)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.typed == "1234678"
    QTest.keyClick(field, Qt.Key.Key_Delete)
    assert field.typed == "123478"
    QTest.keyClicks(field, "x")
    assert field.typed == "1234x78"
    QTest.keyClick(field, Qt.Key.Key_Home)
    QTest.keyClick(field, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(field, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(field, "9")
    assert field.typed == "934x78"
    assert in_the_widget(field) == set()


def test_what_leaves_the_field_is_overwritten_in_its_place(field: SecretField) -> None:
    """By way of the list that holds it: the only place where the field keeps the text."""
    QTest.keyClicks(field, "8246")
    held = field._typed
    assert held == ["8", "2", "4", "6"]
    assert field.take() == "8246"
    assert field._typed is held
    assert held == []
    assert field.is_empty


def test_what_is_read_out_is_overwritten_afterwards(field: SecretField) -> None:
    QTest.keyClicks(field, "8246")
    with field.revealed() as text:
        assert text == "8246"
    assert set(text) == {"\0"}
    assert field.typed == "8246"


def test_undo_never_brings_a_taken_secret_back(field: SecretField) -> None:
    QTest.keyClicks(field, "1234")
    assert field.take() == "1234"
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (field.typed, field.text()) == ("", "")


def test_paste_drop_and_input_method_leave_bullets(field: SecretField) -> None:
    QGuiApplication.clipboard().setText("ab\ncd")
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.typed == "abcd"
    composing = QInputMethodEvent("かな", [])
    QApplication.sendEvent(field, composing)
    assert "かな" not in field.displayText()
    committed = QInputMethodEvent("", [])
    committed.setCommitString("１２")
    QApplication.sendEvent(field, committed)
    assert field.typed == "abcd１２"
    data = QMimeData()
    data.setText("Z")
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    copy = Qt.DropAction.CopyAction
    field.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert sorted(field.typed) == sorted("abcd１２Z")
    assert in_the_widget(field) == set()


def test_text_put_in_past_the_field_is_taken_over(field: SecretField) -> None:
    """As a dictation program does through the accessible text interface."""
    field.insert("123")
    QLineEdit.setText(field, "secret")
    assert field.typed == "secret"
    assert in_the_widget(field) == set()


@pytest.mark.parametrize("shown", [False, True])
def test_nothing_can_be_copied_out(field: SecretField, shown: bool) -> None:
    field.set_shown(shown)
    QGuiApplication.clipboard().setText("before")
    field.insert("1234")
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "before"


def test_shown_text_is_painted_and_not_in_the_widget(field: SecretField) -> None:
    field.insert("W1")
    hidden = field.grab().toImage()
    field.set_shown(True)
    shown = field.grab().toImage()
    assert shown != hidden
    field.setText("W2")
    assert field.grab().toImage() != shown, "the characters themselves are seen"
    assert in_the_widget(field) == set()
    assert field.echoMode() is QLineEdit.EchoMode.Password


def test_the_boundary_stays_while_the_text_is_shown(qtbot: QtBot) -> None:
    field = SecretField()
    qtbot.addWidget(field)
    field.show()
    hidden = boundary(field)
    assert hidden[0] != field.grab().toImage().pixelColor(field.rect().center())
    field.set_shown(True)
    assert boundary(field) == hidden


def boundary(field: SecretField) -> list[QColor]:
    """The colours in the middle of each edge."""
    image, place = field.grab().toImage(), field.rect()
    middle = place.center()
    across = [(middle.x(), place.top()), (middle.x(), place.bottom())]
    down = [(place.left(), middle.y()), (place.right(), middle.y())]
    return [image.pixelColor(x, y) for x, y in (*across, *down)]

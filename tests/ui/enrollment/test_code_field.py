"""The field for an issue code: grouped for the eyes, plain in its value."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from certclient.ui.enrollment.code_field import CodeField, groups

CODE = "7K3M9TQX2WHD6RPA"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", []),
        ("7K3", ["7K3"]),
        (CODE, ["7K3M", "9TQX", "2WHD", "6RPA"]),
        ("7K3M-9TQX-2WHD", ["7K3M", "9TQX", "2WHD"]),
        ("7K3M 9T", ["7K3M", "9T"]),
        ("７Ｋ３Ｍー９", ["７Ｋ３Ｍ", "９"]),
    ],
)
def test_groups_of_four_without_the_letters_own_marks(typed: str, found: list[str]) -> None:
    assert [typed[begin:end] for begin, end in groups(typed)] == found


def picture(field: CodeField) -> QImage:
    return field.grab().toImage()


def test_value_stays_plain_while_groups_are_drawn(qtbot: QtBot) -> None:
    field = CodeField()
    qtbot.addWidget(field)
    field.resize(400, 40)
    field.show()
    field.set_shown(True)
    QTest.keyClicks(field, CODE[:6])
    QGuiApplication.clipboard().setText(CODE[6:])
    field.paste()
    assert field.typed == CODE
    assert CODE not in field.text(), "screen readers get bullets"
    grouped = picture(field)
    field.grouped = False
    assert picture(field) != grouped

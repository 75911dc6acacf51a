"""Qt's bindings must not lose references: see docs/adr/0009."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, QObject, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

_TIMES = 100


class Speaker(QObject):
    said = Signal(object)

    def hear(self, _word: object) -> None:
        return


def _say() -> None:
    speaker = Speaker()
    speaker.said.connect(speaker.hear)
    speaker.said.emit(None)


@pytest.mark.parametrize(
    "call",
    [
        _say,
        lambda: QModelIndex().data(),
        lambda: QObject().parent(),
        QApplication.activeModalWidget,
    ],
    ids=["emit", "data", "parent", "active"],
)
@pytest.mark.parametrize("value", [None, True, False])
def test_nothing_is_lost(value: object, call: Callable[[], object], qtbot: QtBot) -> None:
    call()
    before = sys.getrefcount(value)
    for _ in range(_TIMES):
        call()
    assert sys.getrefcount(value) > before - _TIMES / 2

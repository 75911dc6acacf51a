"""PySide6 must not lose references to None, True and False: see docs/adr/0009."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, QObject, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

_REPEATS = 100


class Emitter(QObject):
    emitted = Signal(object)

    def receive(self, _value: object) -> None:
        return


def _emit() -> None:
    emitter = Emitter()
    emitter.emitted.connect(emitter.receive)
    emitter.emitted.emit(None)


@pytest.mark.parametrize(
    "call",
    [
        _emit,
        lambda: QModelIndex().data(),
        lambda: QObject().parent(),
        QApplication.activeModalWidget,
    ],
    ids=["emit", "data", "parent", "active"],
)
@pytest.mark.parametrize("value", [None, True, False])
def test_calls_lose_no_references(value: object, call: Callable[[], object], qtbot: QtBot) -> None:
    call()
    before = sys.getrefcount(value)
    for _ in range(_REPEATS):
        call()
    assert sys.getrefcount(value) > before - _REPEATS / 2

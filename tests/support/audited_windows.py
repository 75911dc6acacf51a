"""The real windows, offscreen, in a process whose memory a test searches: a customer presses and
types what the test sends.

python -m support.audited_windows DESCRIPTOR ARGUMENT...

Runs `certclient ARGUMENT...`. Reads one line for each action from standard input, and answers with
a line of JSON on DESCRIPTOR: what the windows show then.

look                all visible windows
press TEXT          the button with this text
type NUMBER         the field with this number; the next line is what is typed, character by
                    character, so that this process never holds it as a whole
fail NUMBER         a slot raises an error while it holds what is in this field; the error's text
                    is that backwards
rest                collects what nobody refers to any more

Everything is done in the topmost window.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from certclient import bootstrap
from certclient.model.secret import Secret
from certclient.model.start import Start

_GUARD = 600.0


class Customer(QObject):
    """Acts in the GUI thread when another thread emits a signal; that one waits meanwhile."""

    asked = Signal(str)
    typed = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.answer: dict[str, Any] = {}
        self.asked.connect(self._act, Qt.ConnectionType.BlockingQueuedConnection)
        self.typed.connect(self._type, Qt.ConnectionType.BlockingQueuedConnection)

    def _act(self, line: str) -> None:
        verb, _, argument = line.partition(" ")
        done = True
        if verb == "press":
            done = _press(argument)
        elif verb == "fail":
            _fail(_fields(_top())[int(argument)])
        elif verb == "rest":
            gc.unfreeze()
            gc.collect()
        self.answer = {"done": done, "windows": [_shown(one) for one in _windows()]}

    def _type(self, number: int, character: str) -> None:
        field = _fields(_top())[number]
        field.setFocus()
        QTest.keyClicks(field, character)


def _windows() -> list[QWidget]:
    return [one for one in QApplication.topLevelWidgets() if one.isVisible()]


def _top() -> QWidget:
    """The dialog that keeps all others waiting, else the wizard, else the main window."""
    modal = QApplication.activeModalWidget()
    wizards = [one for one in _windows() if type(one).__name__ == "EnrollmentWizard"]
    return modal or (wizards or _windows())[-1]


def _press(text: str) -> bool:
    found = [one for one in _top().findChildren(QAbstractButton) if _plain(one.text()) == text]
    usable = [one for one in found if one.isVisible() and one.isEnabled()]
    if usable:
        QTest.mouseClick(usable[0], Qt.MouseButton.LeftButton)
    return bool(usable)


def _fail(field: Any) -> None:
    def hold() -> None:
        held = Secret.typed(field.typed)
        with held.revealed() as text:
            raise RuntimeError(text[::-1])

    QTimer.singleShot(0, hold)


def _shown(window: QWidget) -> dict[str, Any]:
    page = getattr(window, "page_id", None)
    return {
        "window": type(window).__name__,
        "top": window is _top(),
        "page": page.name if page is not None else "",
        "visible": [
            str(one.property("text"))
            for one in window.findChildren(QWidget)
            if one.isVisible() and one.property("text")
        ],
        "texts": list(_texts(window)),
        "buttons": [
            _plain(one.text())
            for one in window.findChildren(QAbstractButton)
            if one.isVisible() and one.isEnabled() and one.text()
        ],
        "fields": len(_fields(window)),
    }


def _texts(window: QWidget) -> Iterator[str]:
    """What can be read or heard, now or later, and what the fields hold for Qt."""
    for one in (window, *window.findChildren(QWidget)):
        for name in ("text", "windowTitle", "toolTip", "accessibleName", "accessibleDescription"):
            if text := one.property(name):
                yield str(text)


def _fields(window: QWidget) -> list[QLineEdit]:
    return [one for one in window.findChildren(QLineEdit) if one.isVisible()]


def _plain(text: str) -> str:
    """A button's text without its mnemonic."""
    at = text.find("(&")
    return text[:at] if at >= 0 else text.replace("&", "")


def _serve(answers: int) -> None:
    """In a thread of its own: the program creates the application object itself."""
    customer = Customer()
    deadline = time.monotonic() + _GUARD
    while (application := QCoreApplication.instance()) is None:
        assert time.monotonic() < deadline, "the program shows no window"
        time.sleep(0.01)
    customer.moveToThread(application.thread())
    while line := _line():
        customer.asked.emit(line) if not line.startswith("type ") else _type(customer, line)
        os.write(answers, json.dumps(customer.answer).encode() + b"\n")
    os._exit(0)


def _type(customer: Customer, line: str) -> None:
    number = int(line.removeprefix("type "))
    while (one := os.read(0, 1)) not in (b"\n", b""):
        customer.typed.emit(number, one.decode("ascii"))
    customer.asked.emit("look")


def _line() -> str:
    """Byte by byte: what follows may be a secret."""
    read = bytearray()
    while (one := os.read(0, 1)) not in (b"\n", b""):
        read += one
    return read.decode()


def main() -> None:
    answers, open_windows = int(sys.argv.pop(1)), bootstrap.open_windows

    def opened(start: Start) -> int:
        threading.Thread(target=_serve, args=(answers,), daemon=True).start()
        return open_windows(start)

    # Not before: the program looks for a display in a fork, as long as it has one thread.
    with patch.object(bootstrap, "open_windows", opened):
        code = bootstrap.main()
    os._exit(code)


if __name__ == "__main__":
    main()

"""Making room for a new version: the program quits as soon as nothing is in course any more."""

from __future__ import annotations

import enum

from PySide6.QtCore import QDeadlineTimer, QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalSocket

from certclient.ui.shell.single_instance import Plea, Wish
from certclient.ui.shell.wizard_desk import WizardDesk
from certclient.ui.tasks.runner import TaskRunner

_LOOK_MILLISECONDS = 100
_CONNECT_MILLISECONDS = 500


class Leave(enum.Enum):
    """What came of asking the running program to quit."""

    NOBODY = "not-running"
    LEFT = "quit"
    STAYS = "busy"
    """It is at work, or waits for a PIN or a code; it leaves when that is over."""


def ask_to_quit(name: str, seconds: float) -> Leave:
    """Asks the program that listens at `name` (`socket_name`) to quit, and waits up to `seconds`
    until it has: the connection lasts as long as the program."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_CONNECT_MILLISECONDS):
        return Leave.NOBODY
    socket.write(Wish(plea=Plea.QUIT).message + b"\n")
    socket.flush()
    gone = QLocalSocket.LocalSocketState.UnconnectedState
    patience = QDeadlineTimer(round(seconds * 1000))
    while socket.state() != gone and not patience.hasExpired():
        socket.waitForReadyRead(_LOOK_MILLISECONDS)
        socket.readAll()
    left = socket.state() == gone
    socket.abort()
    return Leave.LEFT if left else Leave.STAYS


class Leaving(QObject):
    """Procedures stop after the step that they are at, and are resumed by the next version. A
    question for a PIN or a code is the customer's to answer or cancel; until then we stay."""

    ready = Signal()
    """Nothing is in course: the program can end."""

    def __init__(self, desk: WizardDesk, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """From now on; a second time changes nothing."""
        self._timer.start()
        self._look()

    def _look(self) -> None:
        self._desk.stop_after_step()
        if not self._desk.running and not self._tasks.busy_stores:
            self._timer.stop()
            self.ready.emit()

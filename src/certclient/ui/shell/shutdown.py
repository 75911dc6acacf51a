"""Shutdown for an upgrade: the program quits as soon as no work is in progress."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QObject, QTimer, Signal

from certclient.ui.shell.single_instance import InstanceRequest, StartRequest

if TYPE_CHECKING:
    from certclient.ui.shell.wizard_manager import WizardManager
    from certclient.ui.tasks.runner import TaskRunner

_POLL_MILLISECONDS = 100
_CONNECT_MILLISECONDS = 500


class ShutdownResult(enum.Enum):
    """The result of asking the running instance to quit."""

    NOT_RUNNING = "not-running"
    QUIT = "quit"
    BUSY = "busy"
    """It is working or waiting for a PIN or a code, and quits when that is over."""


def ask_to_quit(name: str, seconds: float) -> ShutdownResult:
    """Asks the instance listening at `name` (`socket_name`) to quit. Waits up to `seconds` for the
    connection to close, which happens when that process exits."""
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_CONNECT_MILLISECONDS):
        return ShutdownResult.NOT_RUNNING
    socket.write(StartRequest(request=InstanceRequest.QUIT).message + b"\n")
    socket.flush()
    gone = QLocalSocket.LocalSocketState.UnconnectedState
    deadline = QDeadlineTimer(round(seconds * 1000))
    while socket.state() != gone and not deadline.hasExpired():
        socket.waitForReadyRead(_POLL_MILLISECONDS)
        socket.readAll()
    left = socket.state() == gone
    socket.abort()
    return ShutdownResult.QUIT if left else ShutdownResult.BUSY


class GracefulShutdown(QObject):
    """Stops procedures after their current step; the next version resumes them. A pending PIN or
    code prompt is left for the user to answer or cancel, and delays the exit until then."""

    ready = Signal()
    """No work is in progress: the program can exit."""

    def __init__(
        self, wizard_manager: WizardManager, tasks: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._wizard_manager = wizard_manager
        self._tasks = tasks
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MILLISECONDS)
        self._timer.timeout.connect(self._poll)

    def begin(self) -> None:
        """Starts waiting for work to end; calling it again has no effect."""
        self._timer.start()
        self._poll()

    def _poll(self) -> None:
        self._wizard_manager.stop_after_step()
        if not self._wizard_manager.running and not self._tasks.busy_stores:
            self._timer.stop()
            self.ready.emit()

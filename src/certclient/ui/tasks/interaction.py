"""The windows' side of `enrollment.interaction`: a worker's procedure asks, the GUI answers."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from certclient.enrollment.interaction import ConsentRequest, SecretRequest
from certclient.model.errors import CertclientError
from certclient.model.progress import Progress
from certclient.model.secret import Secret
from certclient.store.base import PinRequest


class QtInteraction(QObject):
    """One per procedure. Made in the GUI thread; the methods of `Interaction` run in a worker.

    A question emits a signal, which arrives in the GUI thread; the worker waits until `answer` or
    `close` is called there. An answer is handed through once and kept nowhere.
    """

    pin_asked = Signal(object)
    """A PinRequest."""
    secret_asked = Signal(object)
    """A SecretRequest."""
    progressed = Signal(object)
    """A Progress."""
    warned = Signal(object)
    """A CertclientError that does not stop the procedure."""

    def __init__(
        self,
        agrees: Callable[[ConsentRequest], bool],
        parent: QObject | None = None,
    ) -> None:
        """`agrees` compares with what the customer agreed to on the consent page beforehand; it is
        called in the worker's thread and must touch no widget."""
        super().__init__(parent)
        self._agrees = agrees
        self._lock = threading.Condition()
        self._asking = False
        self._answer: Secret | None = None
        self._stop = False
        self._closed = False

    # The GUI's side

    def answer(self, secret: Secret | None) -> None:
        """Answers the question that is open; None cancels. Without a question it does nothing."""
        with self._lock:
            if self._asking:
                self._asking = False
                self._answer = secret
                self._lock.notify_all()

    def stop(self) -> None:
        """Asks the procedure to stop after the present step; it can be resumed later."""
        self._stop = True

    def close(self) -> None:
        """The window is gone: open and later questions answer None, the procedure stops after the
        present step, and no signal is emitted any more."""
        with self._lock:
            self._closed = True
            self._stop = True
            self._asking = False
            self._answer = None
            self._lock.notify_all()

    # The worker's side

    def consent(self, request: ConsentRequest) -> bool:
        return not self._closed and self._agrees(request)

    def pin(self, request: PinRequest) -> Secret | None:
        return self._ask(lambda: self.pin_asked.emit(request))

    def secret(self, request: SecretRequest) -> Secret | None:
        return self._ask(lambda: self.secret_asked.emit(request))

    def progress(self, report: Progress) -> None:
        with self._lock:
            if not self._closed:
                self.progressed.emit(report)

    def warning(self, error: CertclientError) -> None:
        with self._lock:
            if not self._closed:
                self.warned.emit(error)

    def stop_requested(self) -> bool:
        return self._stop

    def _ask(self, emit: Callable[[], None]) -> Secret | None:
        with self._lock:
            if self._closed:
                return None
            self._asking = True
            emit()
            self._lock.wait_for(lambda: not self._asking)
            answer, self._answer = self._answer, None
            return answer

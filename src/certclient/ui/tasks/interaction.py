"""The windows' `enrollment.interaction`: a procedure asks in a worker, the GUI answers."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from certclient.enrollment.procedure_status import is_own_choice
from certclient.model.proxy_login import ProxyLoginAnswer, ProxyLoginRequest
from certclient.model.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from certclient.enrollment.interaction import ConsentRequest, SecretRequest
    from certclient.model.errors import CertclientError
    from certclient.model.progress import Progress
    from certclient.store.base import PinRequest


class QtInteraction(QObject):
    """One per procedure. Created in the GUI thread; a worker calls the methods of `Interaction`.

    A question emits a signal into the GUI thread, and the worker blocks until `answer` or `close`
    is called there. An answer is passed on once and not kept.
    """

    pin_asked = Signal(object)
    """A PinRequest."""
    secret_asked = Signal(object)
    """A SecretRequest."""
    proxy_login_asked = Signal(object)
    """A ProxyLoginRequest."""
    progressed = Signal(object)
    """A Progress."""
    warned = Signal(object)
    """A CertclientError that does not stop the procedure."""

    def __init__(
        self,
        is_agreed: Callable[[ConsentRequest], bool],
        parent: QObject | None = None,
    ) -> None:
        """`is_agreed` compares a request with what the user agreed to on the consent page. It runs
        in the worker's thread and must not touch widgets."""
        super().__init__(parent)
        self._is_agreed = is_agreed
        self._lock = threading.Condition()
        self._asking = False
        self._answer: Secret | ProxyLoginAnswer | None = None
        self._stop = False
        self._closed = False
        self._declined = False

    # Called in the GUI thread

    def is_own_choice(self, error: CertclientError) -> bool:
        """Returns whether `error` says no more than that the user cancelled the last question, or
        stopped the procedure."""
        return is_own_choice(error.code, declined=self._declined)

    def answer(self, secret: Secret | ProxyLoginAnswer | None) -> None:
        """Answers the open question; None cancels it. Does nothing if none is open."""
        with self._lock:
            if self._asking:
                self._asking = False
                self._answer = secret
                self._declined = secret is None
                self._lock.notify_all()

    def stop(self) -> None:
        """Stops the procedure after its current step; it can be resumed later."""
        self._stop = True

    def close(self) -> None:
        """Detaches the window: the open question and all later ones are answered with None, the
        procedure stops after its current step, and no more signals are emitted."""
        with self._lock:
            self._closed = True
            self._stop = True
            self._asking = False
            self._answer = None
            self._lock.notify_all()

    # Interaction, called in a worker

    def consent(self, request: ConsentRequest) -> bool:
        """Returns whether the user agreed to exactly this; False once closed."""
        return not self._closed and self._is_agreed(request)

    def pin(self, request: PinRequest) -> Secret | None:
        """Blocks until the user answers; None if cancelled or closed."""
        answer = self._ask(lambda: self.pin_asked.emit(request))
        return answer if isinstance(answer, Secret) else None

    def secret(self, request: SecretRequest) -> Secret | None:
        """Blocks until the user answers; None if cancelled or closed."""
        answer = self._ask(lambda: self.secret_asked.emit(request))
        return answer if isinstance(answer, Secret) else None

    def proxy_login(self, request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        """Blocks until the user answers; None if cancelled or closed."""
        answer = self._ask(lambda: self.proxy_login_asked.emit(request))
        return answer if isinstance(answer, ProxyLoginAnswer) else None

    def progress(self, report: Progress) -> None:
        """Emits `progressed` unless closed."""
        with self._lock:
            if not self._closed:
                self.progressed.emit(report)

    def warning(self, error: CertclientError) -> None:
        """Emits `warned` unless closed."""
        with self._lock:
            if not self._closed:
                self.warned.emit(error)

    def stop_requested(self) -> bool:
        """Whether `stop` or `close` was called."""
        return self._stop

    def _ask(self, emit: Callable[[], None]) -> Secret | ProxyLoginAnswer | None:
        with self._lock:
            if self._closed:
                return None
            self._asking = True
            emit()
            self._lock.wait_for(lambda: not self._asking)
            answer, self._answer = self._answer, None
            return answer

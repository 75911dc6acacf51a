"""練習する: starts a rehearsal in windows of its own, and tells there what can be tried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.practice import DAYS_LEFT, RENEWING, PracticeCode
from certclient.platform.own_processes import start_silent

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

_POLL_MILLISECONDS = 500


class PracticeLauncher(QObject):
    """Runs `certclient practice try` beside this program; one at a time."""

    failed = Signal(object)
    """A CertclientError: the rehearsal could not be started, or has failed."""
    changed = Signal()
    """The rehearsal has begun or ended."""

    def __init__(self, command: Sequence[str], parent: QObject | None = None) -> None:
        """`command`: the command line that starts a rehearsal."""
        super().__init__(parent)
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MILLISECONDS)
        self._timer.timeout.connect(self._look)

    @property
    def running(self) -> bool:
        """Whether the rehearsal goes on."""
        return self._process is not None

    def start(self) -> None:
        """Starts the rehearsal unless it runs; it outlives this program."""
        if self._process is not None:
            return
        try:
            self._process = start_silent(self._command)
        except OSError as error:
            self._fail(error.strerror or type(error).__name__)
            return
        self._timer.start()
        self.changed.emit()

    def _look(self) -> None:
        process = self._process
        code = process.poll() if process is not None else None
        if code is not None:
            self._process = None
            self._timer.stop()
            self.changed.emit()
            if code != 0:
                self._fail(f"certclient practice try: {code}")

    def _fail(self, reason: str) -> None:
        self.failed.emit(CertclientError(ErrorCode.PRACTICE_BANK, reason=reason))


class PracticeLetter(QObject):
    """What the letter of a real bank would say."""

    ready = Signal(str)

    def show(self, code: PracticeCode | None) -> None:
        """Emits the text for this issue code; nothing outside a rehearsal."""
        if code is None:
            return
        text = self.tr(
            "This is the practice bank. Nothing here is real, and your own certificates are not"
            " touched.\n\n"
            "To practise renewing: the certificate of {renewing} ends in {days} days.\n"
            "To practise obtaining: user ID {user}, issue code {code}\n\n"
            "Closing the window removes everything."
        )
        names = {"renewing": RENEWING, "days": DAYS_LEFT, "user": code.user_id}
        self.ready.emit(text.format(code=code.code.reveal(), **names))

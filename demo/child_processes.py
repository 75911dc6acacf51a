"""Child processes of the demo, and the signals that end it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import Popen
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@dataclass
class EndingSignals:
    """Unwinds the main thread once: SystemExit with 128 plus the signal's number, and
    KeyboardInterrupt for SIGINT. A second signal must not interrupt the clean-up.

    Between `defer` and `deliver` a signal is kept, so that no child process is started and then
    forgotten.
    """

    _deferred: bool = False
    _kept: int | None = None

    def handle(self) -> None:
        """Installs this as the handler of SIGTERM, SIGHUP and SIGINT."""
        for number in _ENDING:
            signal.signal(number, self._arrived)

    def defer(self) -> None:
        """Keeps a signal that arrives from now on."""
        self._deferred = True

    def deliver(self) -> None:
        """Ends the demo if a signal was kept."""
        self._deferred = False
        if self._kept is not None:
            self._end(self._kept)

    def _arrived(self, number: int, _frame: FrameType | None) -> None:
        if self._deferred:
            self._kept = number
        else:
            self._end(number)

    @staticmethod
    def _end(number: int) -> None:
        for handled in _ENDING:
            signal.signal(handled, signal.SIG_IGN)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)


SIGNALS = EndingSignals()
"""A process has one handler per signal."""


@contextmanager
def running(
    start: Callable[[], Popen[bytes]], end: Callable[[Popen[bytes]], None]
) -> Iterator[Popen[bytes]]:
    """Runs the process that `start` returns; calls `end` with it in any case."""
    SIGNALS.defer()
    try:
        process = start()
    except BaseException:
        SIGNALS.deliver()
        raise
    try:
        SIGNALS.deliver()
        yield process
    finally:
        end(process)

"""Detects sleep and clock changes from a gap between two readings of the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

TICK = timedelta(seconds=30)
_TOLERANCE = timedelta(seconds=60)


class ClockMonitor(QObject):
    """Emits `ticked` every TICK. Emits `jumped` first if the clock went backwards or moved on by
    more than TICK plus a tolerance."""

    ticked = Signal()
    jumped = Signal()

    def __init__(self, clock: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._last = clock()
        self._timer = QTimer(self)
        self._timer.setInterval(round(TICK.total_seconds() * 1000))
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Starts ticking, measuring from now."""
        self._last = self._clock()
        self._timer.start()

    def stop(self) -> None:
        """Ends the ticking."""
        self._timer.stop()

    def tick(self) -> None:
        """Reads the clock once and emits the signals; the timer calls it."""
        now = self._clock()
        passed, self._last = now - self._last, now
        if not timedelta() <= passed <= TICK + _TOLERANCE:
            self.jumped.emit()
        self.ticked.emit()

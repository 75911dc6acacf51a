"""Notices that the computer slept or its clock was set: the time between two looks is a gap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal

TICK = timedelta(seconds=30)
_TOLERANCE = timedelta(seconds=60)


class ClockWatch(QObject):
    """Emits `ticked` twice a minute, and before it `jumped` if more, or less than no, time has
    passed than should have."""

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
        self._last = self._clock()
        self._timer.start()

    def tick(self) -> None:
        """One look at the clock."""
        now = self._clock()
        passed, self._last = now - self._last, now
        if not timedelta() <= passed <= TICK + _TOLERANCE:
            self.jumped.emit()
        self.ticked.emit()

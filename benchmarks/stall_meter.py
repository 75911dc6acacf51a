"""Measures how long the GUI thread does not get round to its events."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer


class StallMeter(QObject):
    """Measures from construction on: a timer that should fire every millisecond records its delay,
    in wall time and in processor time of the GUI thread."""

    def __init__(self) -> None:
        super().__init__()
        self._worst = self._worst_cpu = 0.0
        self._last, self._last_cpu = time.perf_counter(), time.thread_time()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def take(self) -> tuple[float, float]:
        """Returns the longest stall since the last call and the most processor time that the GUI
        thread used between two ticks (ms), and starts over. On a busy machine the first says how
        long other programs ran meanwhile, too."""
        worst = (self._worst, self._worst_cpu)
        self._worst = self._worst_cpu = 0.0
        return worst

    def _tick(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        self._worst = max(self._worst, (now - self._last) * 1000 - 1)
        self._worst_cpu = max(self._worst_cpu, (cpu - self._last_cpu) * 1000)
        self._last, self._last_cpu = now, cpu

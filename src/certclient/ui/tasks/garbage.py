"""Python's cyclic garbage is collected in the GUI thread only.

Collection runs in whatever thread happens to allocate. A widget that is part of a cycle would be
destroyed there, and Qt does not bear that outside the GUI thread.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_INTERVAL_MILLISECONDS = 1000


class GuiGarbage(QObject):
    """From `start` to `stop`, collects now and then from the event loop. One per program."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MILLISECONDS)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        gc.disable()
        # What the program has loaded stays until its end: looking through it takes the longest.
        gc.collect()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def collect(self) -> None:
        """The oldest generation that is due, by Python's own thresholds."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

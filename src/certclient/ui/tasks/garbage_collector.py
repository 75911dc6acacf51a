"""Runs Python's cyclic garbage collector in the GUI thread only.

By default it runs in whichever thread happens to allocate. There it would destroy widgets that are
part of a cycle, which Qt allows in the GUI thread only.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from certclient.platform.garbage import USUAL

_INTERVAL_MILLISECONDS = 1000


class GuiGarbageCollector(QObject):
    """From `start` to `stop`, collects once a second from the event loop. One per program."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MILLISECONDS)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """Turns automatic collection off and starts the timer."""
        gc.disable()
        self.freeze()
        self._timer.start()

    def freeze(self) -> None:
        """Excludes the objects that exist from collections, which would scan them each time; call
        it when modules have been loaded. What is garbage among them stays: to find it first would
        stall the windows."""
        gc.freeze()

    def stop(self) -> None:
        """Turns automatic collection on again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def collect(self) -> None:
        """Collects the oldest generation over its threshold, if any."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > USUAL[generation]:
                gc.collect(generation)
                return

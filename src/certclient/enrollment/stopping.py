"""Ends a network exchange that goes on although the user has asked to stop."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

INTERVAL = 0.2
"""Seconds between two looks at the user's wish."""

GRACE = 3.0
"""Seconds that an exchange may go on: most end by themselves, and their result is then kept."""


class Stopping:
    """Watches exchanges from a thread of its own, one after the other."""

    def __init__(
        self,
        stop_requested: Callable[[], bool],
        interrupt: Callable[[], None],
        grace: float = GRACE,
    ) -> None:
        """`interrupt` ends the exchange; called again and again until it has ended. `grace`:
        seconds."""
        self._stop_requested = stop_requested
        self._interrupt = interrupt
        self._looks = max(round(grace / INTERVAL), 1)

    @contextlib.contextmanager
    def watch(self) -> Iterator[None]:
        """Within the block, an exchange runs in this thread."""
        over = threading.Event()
        watcher = threading.Thread(
            target=self._watch, args=(over,), name="stop request", daemon=True
        )
        watcher.start()
        try:
            yield
        finally:
            over.set()

    def _watch(self, over: threading.Event) -> None:
        seen = 0
        while not over.wait(INTERVAL):
            seen += self._stop_requested()
            if seen > self._looks:
                self._interrupt()

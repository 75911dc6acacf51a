"""Slows down who guesses: so many wrong tries of an address in a while, then a pause.

Right answers do not count, so that an office behind one address is not kept out by its size. The
lock-out of one ID is in the books (`Customers`, `IssueCodes`); this is about many IDs from one
place.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

_MOST_ADDRESSES = 10_000


class RateLimit:
    """At most `allowed` failures of one address within `seconds`. `monotonic` gives seconds."""

    def __init__(self, allowed: int, seconds: float, monotonic: Callable[[], float]) -> None:
        self.allowed = allowed
        self.seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures: dict[str, deque[float]] = {}

    def wait_seconds(self, address: str) -> int:
        """How long `address` has to wait before its next try; 0: not at all."""
        with self._lock:
            recent = self._recent(address)
            if len(recent) < self.allowed:
                return 0
            return max(1, round(recent[0] + self.seconds - self._monotonic()))

    def failed(self, address: str) -> None:
        with self._lock:
            if address not in self._failures and len(self._failures) >= _MOST_ADDRESSES:
                self._failures.pop(next(iter(self._failures)))
            recent = self._recent(address)
            recent.append(self._monotonic())
            self._failures[address] = recent

    def _recent(self, address: str) -> deque[float]:
        """The failures that still count."""
        found = self._failures.get(address, deque(maxlen=self.allowed))
        while found and found[0] <= self._monotonic() - self.seconds:
            found.popleft()
        if not found:
            self._failures.pop(address, None)
        return found

"""Slows down guessing: too many failures from one address cause a pause.

Successes do not count, so that a large office behind one address is not locked out. The lock of a
single ID is stored in the database (`Customers`, `IssueCodes`); this module counters attempts on
many IDs from one address.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

_MAX_ADDRESSES = 10_000


class RateLimit:
    """Allows `allowed` failures per address within `seconds`. Thread-safe; kept in memory.

    `monotonic` returns seconds.
    """

    def __init__(self, allowed: int, seconds: float, monotonic: Callable[[], float]) -> None:
        self.allowed = allowed
        self.seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures: dict[str, deque[float]] = {}

    def wait_seconds(self, address: str) -> int:
        """Returns the seconds until `address` may try again, 0 for at once."""
        with self._lock:
            recent = self._recent(address)
            if len(recent) < self.allowed:
                return 0
            return max(1, round(recent[0] + self.seconds - self._monotonic()))

    def failed(self, address: str) -> None:
        """Counts a failure; the oldest address is forgotten once there are 10,000."""
        with self._lock:
            if address not in self._failures and len(self._failures) >= _MAX_ADDRESSES:
                self._failures.pop(next(iter(self._failures)))
            recent = self._recent(address)
            recent.append(self._monotonic())
            self._failures[address] = recent

    def _recent(self, address: str) -> deque[float]:
        """Returns the failures that still count."""
        found = self._failures.get(address, deque(maxlen=self.allowed))
        while found and found[0] <= self._monotonic() - self.seconds:
            found.popleft()
        if not found:
            self._failures.pop(address, None)
        return found

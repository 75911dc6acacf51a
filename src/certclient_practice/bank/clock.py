"""Injectable clocks; a rehearsal may shift the bank's business clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the current time, aware, in UTC."""


def system_clock() -> datetime:
    """Returns the machine's time, aware, in UTC."""
    return datetime.now(UTC)


def shifted(clock: Clock, shift: timedelta) -> Clock:
    """Returns a clock that runs `shift` ahead of `clock` (negative: behind)."""

    def shifted_clock() -> datetime:
        return clock() + shift

    return shifted_clock


class ShiftableClock:
    """A clock whose shift can change while it is in use, also by other threads."""

    def __init__(self, clock: Clock, shift: timedelta = timedelta()) -> None:
        self._clock = clock
        self.shift = shift

    def __call__(self) -> datetime:
        return self._clock() + self.shift

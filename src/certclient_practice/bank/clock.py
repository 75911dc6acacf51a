"""The time, passed in: the bank's business clock may be shifted for a rehearsal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


def system_clock() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)


def shifted(clock: Clock, shift: timedelta) -> Clock:
    """A clock that runs `shift` ahead of `clock` (behind it where negative)."""

    def shifted_clock() -> datetime:
        return clock() + shift

    return shifted_clock


class ShiftableClock:
    """A clock whose shift can be changed while others look at it."""

    def __init__(self, clock: Clock, shift: timedelta = timedelta()) -> None:
        self._clock = clock
        self.shift = shift

    def __call__(self) -> datetime:
        return self._clock() + self.shift

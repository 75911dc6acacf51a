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

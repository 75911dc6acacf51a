"""Clocks for tests that count days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from certclient.model.japan_time import in_tokyo

_LONGEST_TEST = timedelta(minutes=4)
"""Less than the program takes for a wrong clock (`model.clock_error.CLOCK_TOLERANCE`)."""


class SettableClock:
    """The machine's time plus `ahead`, with which tests move the date.

    A test that begins in the last minutes of Japan's day begins that much earlier: days are not
    counted anew while it runs.
    """

    def __init__(self) -> None:
        self.ahead = timedelta()
        now = datetime.now(UTC)
        is_late = in_tokyo(now + _LONGEST_TEST).date() != in_tokyo(now).date()
        self._behind = _LONGEST_TEST if is_late else timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self._behind + self.ahead

    def advance(self, by: timedelta) -> None:
        self.ahead += by

"""Settings that an operator changes for a rehearsal: the shift of the bank's clock."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

_CLOCK_SHIFT = "clock-shift-seconds"


class BankSettings:
    """The settings table, bound to one database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @property
    def clock_shift(self) -> timedelta:
        """How far the business clock runs ahead of the machine's, in whole seconds."""
        row = self._db.execute(
            "SELECT value FROM settings WHERE name = ?", (_CLOCK_SHIFT,)
        ).fetchone()
        return timedelta(seconds=0 if row is None else int(row["value"]))

    @clock_shift.setter
    def clock_shift(self, shift: timedelta) -> None:
        """Stores the shift, rounded to whole seconds."""
        self._db.execute(
            """INSERT INTO settings VALUES (?, ?)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
            (_CLOCK_SHIFT, str(round(shift.total_seconds()))),
        )

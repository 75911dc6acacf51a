"""What an operator set for a rehearsal: the shift of the bank's clock."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

_CLOCK_SHIFT = "clock-shift-seconds"


class Settings:
    """The settings' table inside one database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @property
    def clock_shift(self) -> timedelta:
        row = self._db.execute(
            "SELECT value FROM settings WHERE name = ?", (_CLOCK_SHIFT,)
        ).fetchone()
        return timedelta(seconds=0 if row is None else int(row["value"]))

    @clock_shift.setter
    def clock_shift(self, shift: timedelta) -> None:
        self._db.execute(
            """INSERT INTO settings VALUES (?, ?)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
            (_CLOCK_SHIFT, str(round(shift.total_seconds()))),
        )

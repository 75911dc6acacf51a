"""Settings for a rehearsal: the bank's clock, its renewal days and what its codes look like."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from certclient.model.lifecycle import RenewalPolicy, closing_hour, hour_text
from certclient_practice.repositories.issue_codes import CodeStyle

_CLOCK_SHIFT = "clock-shift-seconds"
_RENEW_DAYS, _OBTAIN_DAYS = "renew-days-before", "obtain-days-after"
_UNTIL, _CODES = "renew-until", "code-style"


class BankSettings:
    """The settings table, bound to one database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @property
    def clock_shift(self) -> timedelta:
        """How far the business clock runs ahead of the machine's, in whole seconds."""
        return timedelta(seconds=self._number(_CLOCK_SHIFT, 0))

    @clock_shift.setter
    def clock_shift(self, shift: timedelta) -> None:
        """Stores the shift, rounded to whole seconds."""
        self._store(_CLOCK_SHIFT, round(shift.total_seconds()))

    @property
    def renewal(self) -> RenewalPolicy:
        """The renewal days and hour with which the bank was last served, or the defaults."""
        default = RenewalPolicy()
        return RenewalPolicy(
            self._number(_RENEW_DAYS, default.renew_days_before),
            self._number(_OBTAIN_DAYS, default.obtain_days_after),
            closing_hour(self._text(_UNTIL, "")),
        )

    @renewal.setter
    def renewal(self, policy: RenewalPolicy) -> None:
        """Stores the days and the closing hour."""
        self._store(_RENEW_DAYS, policy.renew_days_before)
        self._store(_OBTAIN_DAYS, policy.obtain_days_after)
        self._store(_UNTIL, hour_text(policy.until))

    @property
    def codes(self) -> CodeStyle:
        """The style of issue codes with which the bank was last served."""
        return CodeStyle(self._text(_CODES, CodeStyle.PLAIN.value))

    @codes.setter
    def codes(self, style: CodeStyle) -> None:
        """Stores the style."""
        self._store(_CODES, style.value)

    def _number(self, name: str, default: int) -> int:
        return int(self._text(name, str(default)))

    def _text(self, name: str, default: str) -> str:
        row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return default if row is None else str(row["value"])

    def _store(self, name: str, value: int | str) -> None:
        self._db.execute(
            """INSERT INTO settings VALUES (?, ?)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
            (name, str(value)),
        )

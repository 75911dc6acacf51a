"""Decides when to remind a customer: on the bank's days, once a day at most until the last day.

Fast and without a window: no Qt, no PIN, no network. A small file records what was shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec

from certclient.enrollment.overview import Condition, Overview, Row
from certclient.enrollment.procedure_status import ProcedurePhase
from certclient.model.japan_time import TOKYO, day_in_tokyo, days_after, later
from certclient.model.stored_json import Moment, UnreadableError, from_json
from certclient.platform.private_files import write_private

LAST_DAY_PAUSE = timedelta(hours=2)
"""Interval between reminders on the last day."""

_REMINDED = (Condition.VALID, Condition.RENEWABLE, Condition.URGENT, Condition.NO_GAIN)
_GOES_ON_BY_ITSELF = (ProcedurePhase.RUNNING, ProcedurePhase.WAITING)

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)

_KEPT_FOR = timedelta(days=400)
"""A certificate is valid for a year; an older entry concerns none that is still here."""


class ShownReminder(msgspec.Struct, frozen=True):
    """The last reminder of one certificate: when (aware UTC), with how many days left, and whether
    the bank took no renewal any more (`Lifecycle.closed`)."""

    at: Moment
    days_left: int
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder to show now."""

    row: Row

    @property
    def days_left(self) -> int:
        """Calendar days in Asia/Tokyo; negative after expiry."""
        return self.row.entry.life.days_left


def threshold(days_left: int, reminder_days: Sequence[int]) -> int | None:
    """The bank's reminder day last reached at `days_left`; None before the first."""
    return min((day for day in reminder_days if days_left <= day), default=None)


def is_due(row: Row, shown: ShownReminder | None, now: datetime) -> bool:
    """Whether to remind of `row` at `now` (aware), given the last reminder shown.

    Not while its renewal runs or waits for the bank, nor of a token that is not plugged in.
    """
    if row.absent or (row.procedure is not None and row.procedure.phase in _GOES_ON_BY_ITSELF):
        return False
    if row.needs_another:
        # One that was reminded of before the bank refused it is reminded of once more.
        refused = row.entry.rejection
        return shown is None or (refused is not None and shown.at < refused.noted <= now)
    if row.condition is Condition.OBTAINABLE:
        # Once when renewal has closed, and once when it has expired.
        told = shown is not None and (shown.days_left < 0 or shown.closed)
        return not told or (shown is not None and shown.days_left >= 0 > row.entry.life.days_left)
    if row.condition not in _REMINDED:
        return False
    if row.condition is Condition.VALID and row.entry.life.short_lived:
        # The bank's days are longer than its lifetime: it would be reminded of from its first day.
        return False
    days = row.profile.reminder_days
    reached = threshold(row.entry.life.days_left, days)
    if reached is None:
        return False
    if shown is None or shown.at > now:
        # A clock that was set back must not suppress reminders.
        return True
    if row.entry.life.days_left == 0:
        return now - shown.at >= LAST_DAY_PAUSE
    return reached != threshold(shown.days_left, days) and _another_day(shown.at, now)


def next_reminder(days_left: int, reminder_days: Sequence[int], now: datetime) -> date:
    """The day in Japan of the reminder after one that is shown at `now` (aware).

    `days_left`: calendar days until a certificate expires, 0 or more. The answer is today on the
    last day, when a reminder comes back after LAST_DAY_PAUSE.
    """
    today = day_in_tokyo(now)
    following = max((day for day in reminder_days if day < days_left), default=None)
    if following is not None:
        return today + timedelta(days=days_left - following)
    # After the bank's last reminder day there is one more, when it has expired.
    return today if days_left == 0 else today + timedelta(days=days_left + 1)


def _another_day(earlier: datetime, now: datetime) -> bool:
    return day_in_tokyo(earlier) != day_in_tokyo(now)


def reminded_from(row: Row) -> datetime | None:
    """From when on (aware) `row` may be due, before it expires; None if it is none of these."""
    days = max(row.profile.reminder_days, default=None)
    if days is None or row.condition not in _REMINDED or row.entry.life.short_lived:
        return None
    day = days_after(row.entry.life.expires.date(), -days)
    return datetime.combine(day, time(), TOKYO)


def _turns(
    rows: Sequence[Row], shown: Iterable[ShownReminder], begin: datetime
) -> set[tuple[datetime, datetime]]:
    """The moments from `begin` on, for a day, at which a row's state may change; beside each, the
    moment that shows what it is afterwards (all aware)."""
    midnight = datetime.combine(days_after(day_in_tokyo(begin), 1), time(), TOKYO)
    turns = {(moment, moment) for moment in (begin, midnight)}
    for row in rows:
        life = row.entry.life
        turns |= {(life.opens, life.opens)}
        # Both are the last minute before.
        turns |= {(last, later(last, _MINUTE)) for last in (life.deadline, life.expires)}
        if row.entry.rejection is not None:
            turns.add((row.entry.rejection.noted, row.entry.rejection.noted))
    pauses = (later(one.at, LAST_DAY_PAUSE) for one in shown)
    turns |= {(moment, moment) for moment in pauses}
    return {turn for turn in turns if begin <= turn[0] <= later(begin, _DAY)}


class ReminderHistory:
    """The reminders shown, in the file `path`. Best effort: losing it costs one extra reminder.

    None records nothing: every due reminder is then shown.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def due(self, rows: Sequence[Row], now: datetime) -> list[Reminder]:
        """The reminders for `now` (aware), most urgent first."""
        shown = self._read()
        found = [
            Reminder(row)
            for row in rows
            if is_due(row, shown.get(row.entry.certificate.fingerprint), now)
        ]
        return sorted(found, key=lambda reminder: reminder.days_left)

    def quiet_until(self, overview: Overview, limit: datetime) -> datetime:
        """Until when nothing is due if only the time changes: at most `limit` (aware), and
        `overview.read_at` if something is due then. Reads no store."""
        begin, shown = overview.read_at, self._read()
        for moment, looked_at in sorted(_turns(overview.rows, shown.values(), begin)):
            if moment < limit and self._any_due(overview, looked_at, shown):
                return moment
        return limit

    @staticmethod
    def _any_due(overview: Overview, now: datetime, shown: Mapping[str, ShownReminder]) -> bool:
        rows = overview.at(now).rows
        return any(is_due(row, shown.get(row.entry.certificate.fingerprint), now) for row in rows)

    def note(self, reminders: Sequence[Reminder], now: datetime) -> None:
        """Records that these reminders were shown at `now` (aware). Ignores write errors."""
        if not reminders:
            return
        kept = {name: shown for name, shown in self._read().items() if now - shown.at < _KEPT_FOR}
        for reminder in reminders:
            name = reminder.row.entry.certificate.fingerprint
            life = reminder.row.entry.life
            kept[name] = ShownReminder(now.astimezone(UTC), life.days_left, life.closed)
        self._write(kept)

    def forget_earlier(self, fingerprint: str, now: datetime) -> None:
        """Makes a reminder due again because a new obstacle prevents the certificate's renewal.

        Has no effect if the reminder was shown on the day of `now` (aware) in Japan.
        """
        kept = dict(self._read())
        shown = kept.get(fingerprint)
        if shown is not None and _another_day(shown.at, now):
            del kept[fingerprint]
            self._write(kept)

    def _read(self) -> Mapping[str, ShownReminder]:
        if self._path is None:
            return {}
        try:
            return from_json(self._path.read_bytes(), dict[str, ShownReminder])
        except (OSError, UnreadableError):
            return {}

    def _write(self, shown: Mapping[str, ShownReminder]) -> None:
        if self._path is None:
            return
        try:
            write_private(self._path, msgspec.json.encode(shown))
        except OSError:
            return

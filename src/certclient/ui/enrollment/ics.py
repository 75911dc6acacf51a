"""A calendar file (RFC 5545) for next year's renewal: its first day and its deadline. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from certclient.model.japan_time import TOKYO, in_tokyo, later

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLD_AT = 75
"""Maximum octets in a line, excluding the line break (RFC 5545, 3.1)."""
_MORNING = time(9, 0)
_HALF_HOUR = timedelta(minutes=30)

_TIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Asia/Tokyo
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
TZNAME:JST
END:STANDARD
END:VTIMEZONE""".splitlines()


@dataclass(frozen=True, slots=True)
class Appointment:
    """One event. `start` is aware; the alarm goes off `early` before it. The same `uid` makes a
    second import replace the first."""

    uid: str
    start: datetime
    summary: str
    description: str
    early: timedelta = timedelta(0)


def morning_of(day: date) -> datetime:
    """Returns 9:00 on `day` in Asia/Tokyo (aware)."""
    return datetime.combine(day, _MORNING, TOKYO)


def calendar_file(appointments: tuple[Appointment, ...], now: datetime) -> bytes:
    """Returns the file's bytes; `now` (aware) becomes its DTSTAMP."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//certclient//certclient//JA"]
    lines += ["CALSCALE:GREGORIAN", "METHOD:PUBLISH", *_TIMEZONE]
    for appointment in appointments:
        lines += _event(appointment, now)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(appointment: Appointment, now: datetime) -> Iterator[str]:
    start = in_tokyo(appointment.start)
    yield "BEGIN:VEVENT"
    yield f"UID:{appointment.uid}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;TZID=Asia/Tokyo:{start:%Y%m%dT%H%M%S}"
    yield f"DTEND;TZID=Asia/Tokyo:{later(start, _HALF_HOUR):%Y%m%dT%H%M%S}"
    yield f"SUMMARY:{_escaped(appointment.summary)}"
    yield f"DESCRIPTION:{_escaped(appointment.description)}"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_escaped(appointment.summary)}"
    yield f"TRIGGER:{_before(appointment.early)}"
    yield "END:VALARM"
    yield "END:VEVENT"


def _before(early: timedelta) -> str:
    """A duration before the event (RFC 5545, 3.3.6): whole days, or minutes for less than one."""
    if early >= timedelta(days=1):
        return f"-P{early.days}D"
    minutes = early // timedelta(minutes=1)
    return f"-PT{minutes}M" if minutes > 0 else "PT0S"


def _escaped(text: str) -> str:
    """Escapes a TEXT value (RFC 5545, 3.3.11)."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> bytes:
    """Returns the line in UTF-8, folded between characters, with CRLF (RFC 5545, 3.1)."""
    parts = [b""]
    for character in line:
        encoded = character.encode()
        # A continuation line starts with a space that is not part of the value.
        if len(parts[-1]) + len(encoded) > _FOLD_AT:
            parts.append(b" ")
        parts[-1] += encoded
    return b"\r\n".join(parts) + b"\r\n"

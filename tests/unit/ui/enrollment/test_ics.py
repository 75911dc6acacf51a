"""The calendar file, parsed according to RFC 5545."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from certclient.ui.enrollment.ics import Appointment, calendar_file, morning_of

NOW = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
SUMMARY = "電子証明書の更新（TKYM1408054）：セミコロン; コンマ, 逆斜線\\ と、とても長い件名"


def sample_calendar() -> bytes:
    first = Appointment("a@certclient", morning_of(date(2027, 10, 22)), SUMMARY, "一行目\n二行目")
    last = Appointment(
        "b@certclient",
        datetime(2027, 11, 21, 14, 59, tzinfo=UTC),
        "end",
        "",
        early=timedelta(days=3),
    )
    return calendar_file((first, last), NOW)


def unfolded(content: bytes) -> list[str]:
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def test_lines_are_folded_and_end_with_crlf() -> None:
    content = sample_calendar()
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # never folded within a character


def test_first_appointment_is_in_the_morning_in_japan_with_an_immediate_alarm() -> None:
    lines = unfolded(sample_calendar())
    first = lines[: lines.index("END:VEVENT")]
    assert "DTSTART;TZID=Asia/Tokyo:20271022T090000" in first
    assert "DTEND;TZID=Asia/Tokyo:20271022T093000" in first
    assert "TRIGGER:PT0S" in first
    assert "DTSTAMP:20261120T030405Z" in first
    assert "TZOFFSETTO:+0900" in first


def test_deadline_has_an_alarm_three_days_before() -> None:
    lines = unfolded(sample_calendar())
    assert "DTSTART;TZID=Asia/Tokyo:20271121T235900" in lines
    assert "TRIGGER:-P3D" in lines


def test_texts_are_escaped() -> None:
    lines = unfolded(sample_calendar())
    (summary,) = (line for line in lines if line.startswith("SUMMARY:電子"))
    assert "セミコロン\\; コンマ\\, 逆斜線\\\\ " in summary
    assert "DESCRIPTION:一行目\\n二行目" in lines


def test_components_are_nested_correctly() -> None:
    stack: list[str] = []
    for line in unfolded(sample_calendar()):
        kind, _, name = line.partition(":")
        if kind == "BEGIN":
            stack.append(name)
        elif kind == "END":
            assert stack.pop() == name
    assert stack == []

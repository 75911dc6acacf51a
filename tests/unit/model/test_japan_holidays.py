"""Days off in Japan, compared with those that the Cabinet Office published."""

from __future__ import annotations

from datetime import date

import pytest

from certclient.model.japan_holidays import (
    is_day_off,
    national_holidays,
    working_day_from,
    working_days,
)

PUBLISHED = {
    2026: "0101 0112 0211 0223 0320 0429 0503 0504 0505 0506 0720 0811 0921 0923 1012 1103 1123",
    2027: "0101 0111 0211 0223 0321 0322 0429 0503 0504 0505 0719 0811 0920 0923 1011 1103 1123",
}
"""Without the citizens' holiday of 22 September 2026, a bridge here."""


@pytest.mark.parametrize("year", PUBLISHED)
def test_national_holidays(year: int) -> None:
    assert " ".join(f"{day:%m%d}" for day in sorted(national_holidays(year))) == PUBLISHED[year]


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2026, 9, 22), True),  # between two holidays
        (date(2027, 4, 30), True),  # a Friday after a holiday
        (date(2026, 12, 31), True),
        (date(2027, 1, 4), False),
        (date(2027, 8, 13), True),
        (date(2027, 6, 19), True),  # a Saturday
        (date(2027, 6, 18), False),
        (date.max, True),  # New Year's Eve
    ],
)
def test_days_off(day: date, off: bool) -> None:
    assert is_day_off(day) is off


def test_working_days_are_counted_from_the_first_to_before_the_last() -> None:
    assert working_days(date(2027, 4, 26), date(2027, 5, 10)) == 5
    assert working_days(date(2027, 5, 10), date(2027, 4, 26)) == 0
    assert working_day_from(date(2027, 4, 29)) == date(2027, 5, 6)
    assert working_day_from(date.max) == date.max

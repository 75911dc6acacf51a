"""Dates in HTTP headers, as servers of any kind write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from certclient.ca.answers import http_date


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mon, 30 Nov 2026 03:04:05 GMT", datetime(2026, 11, 30, 3, 4, 5, tzinfo=UTC)),
        ("Mon, 30 Nov 2026 12:04:05 +0900", datetime(2026, 11, 30, 3, 4, 5, tzinfo=UTC)),
        ("Mon, 30 Nov 2026 03:04:05", datetime(2026, 11, 30, 3, 4, 5, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 01 Jan 2024 00:00:00 +9999", None),
        ("Mon, 01 Jan 99999 00:00:00 GMT", None),
        ("Mon, 32 Jan 2024 00:00:00 GMT", None),
        ("now", None),
        ("", None),
    ],
)
def test_a_date_that_cannot_be_held_is_none(text: str, moment: datetime | None) -> None:
    assert http_date(text) == moment

"""The benchmark of the frozen program's start says when it misses its goal."""

from __future__ import annotations

import pytest

from benchmarks.commands import Cost
from benchmarks.frozen_start import BARE, FROZEN, UNFROZEN, remind_row, window_row


@pytest.mark.parametrize(
    ("frozen", "unfrozen", "met"),
    [
        ([4.0, 5.0, 9.0], [10.0, 10.0, 11.0], True),
        ([13.0], [10.0], True),
        ([13.1], [10.0], False),
        ([1.0, 14.0, 15.0], [10.0, 10.0, 30.0], False),
    ],
)
def test_frozen_median_may_be_1_3_times_the_unfrozen_median(
    frozen: list[float], unfrozen: list[float], met: bool
) -> None:
    row = window_row({FROZEN: frozen, UNFROZEN: unfrozen, BARE: [1.0]})
    assert row.met is met


@pytest.mark.parametrize("missing", [FROZEN, UNFROZEN, BARE])
def test_program_that_shows_no_window_is_a_failure(missing: str) -> None:
    row = window_row({FROZEN: [1.0], UNFROZEN: [1.0], BARE: [1.0], missing: []})
    assert row.met is None
    assert row.runs == 0
    assert missing in row.measured


@pytest.mark.parametrize(("seconds", "met"), [(1.3, True), (1.4, False)])
def test_frozen_reminder_may_take_1_3_times_the_unfrozen_time(seconds: float, met: bool) -> None:
    costs = {FROZEN: Cost(seconds, 0, 0), UNFROZEN: Cost(1, 0, 0), BARE: Cost(0.5, 0, 0)}
    assert remind_row(costs, 3).met is met

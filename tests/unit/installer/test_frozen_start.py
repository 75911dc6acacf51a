"""The benchmark of the frozen program's start fails when it misses its goal."""

from __future__ import annotations

import pytest

from benchmarks.frozen_start import GOAL, verdict


@pytest.mark.parametrize(
    ("frozen", "unfrozen", "code"),
    [
        ([4.0, 5.0, 9.0], [10.0, 10.0, 11.0], 0),
        ([13.0], [10.0], 0),
        ([13.1], [10.0], 1),
        ([1.0, 14.0, 15.0], [10.0, 10.0, 30.0], 1),
        ([], [10.0], 1),
        ([10.0], [], 1),
    ],
)
def test_frozen_median_may_be_1_3_times_the_unfrozen_median(
    frozen: list[float], unfrozen: list[float], code: int
) -> None:
    assert GOAL == 1.3
    assert verdict(frozen, unfrozen) == code

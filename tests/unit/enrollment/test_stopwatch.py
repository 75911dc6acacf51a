"""Time measurement of a renewal: nested phases are counted once."""

from __future__ import annotations

from certclient.enrollment.stopwatch import Stopwatch


def test_signing_inside_network_work_counts_as_signing_only() -> None:
    now = [0.0]
    stopwatch = Stopwatch(lambda: now[0])
    now[0] += 1  # something else
    with stopwatch.measure("network"):
        now[0] += 2
        with stopwatch.measure("signing"):
            now[0] += 5
        now[0] += 3
        with stopwatch.measure("waiting"):
            now[0] += 7
    now[0] += 0.5
    assert stopwatch.split() == {
        "key_generation": 0.0,
        "signing": 5.0,
        "network": 5.0,
        "waiting": 7.0,
        "rest": 1.5,
    }

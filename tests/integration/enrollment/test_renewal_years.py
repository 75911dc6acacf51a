"""A year of renewals with the program's own planning; `make bench` simulates more of it."""

from __future__ import annotations

from benchmarks.renewal_years import MOST_PER_LIFETIME, simulate


def test_no_certificate_lapses_or_is_renewed_again_and_again() -> None:
    rows = simulate(certificates=14, days=400)
    for name, row in rows:
        assert row.lapsed == 0, name
        assert row.early == 0, name
        assert row.per_usable_lifetime <= MOST_PER_LIFETIME, name
    everything = rows[-1][1]
    assert everything.per_usable_lifetime > 0.8
    assert everything.renewals > 800

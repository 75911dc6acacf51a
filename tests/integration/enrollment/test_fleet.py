"""The renewals of some hundred computers through an outage; `make bench` simulates more."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.fleet import simulate, worst_outages
from benchmarks.fleet_computers import NOON, TWICE
from benchmarks.fleet_load import Plan


def test_spread_renewals_of_many_computers_lapse_nowhere_and_load_the_ca_evenly() -> None:
    clients = 400
    at_once = simulate(Plan("at once", NOON, spread=False), clients)
    plan = Plan("spread", TWICE, spread=True)
    spread = simulate(plan, clients)
    failing = simulate(replace(plan, outages=worst_outages(spread)), clients)
    assert (spread.renewed, spread.lapsed) == (clients, 0)
    assert spread.peak < at_once.peak / 5
    assert failing.failed > 0
    assert (failing.renewed, failing.lapsed) == (clients, 0)

"""Runs each contract test once per store, transport or CA client."""

from __future__ import annotations

import pytest

from contract.stores import CASES, StoreCase
from contract.transports import TRANSPORTS, WINE_DIFFERS, WINE_SKIPS, TransportFactory
from support.pki import Lab, make_lab


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> StoreCase:
    """A fresh, empty store of each kind."""
    return CASES[request.param](request)


@pytest.fixture(params=sorted(TRANSPORTS))
def make(request: pytest.FixtureRequest) -> TransportFactory:
    """Makes transports of each kind."""
    return TRANSPORTS[request.param]


@pytest.fixture(scope="session")
def lab() -> Lab:
    """A CA for the certificates that the stores hold and that servers present."""
    return make_lab()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expects the failures that only Wine causes, and notices when it no longer does."""
    for item in items:
        if item.name in WINE_SKIPS:
            item.add_marker(pytest.mark.skip(reason="Wine reads the roots once per process"))
        whole = item.name.partition("[")[0]
        if reason := WINE_DIFFERS.get(item.name) or WINE_DIFFERS.get(whole):
            item.add_marker(pytest.mark.xfail(reason=f"Wine: {reason}", strict=True))

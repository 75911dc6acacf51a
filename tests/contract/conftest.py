"""Runs each contract test once per store, or once per transport."""

from __future__ import annotations

import pytest

from contract.stores import CASES, StoreCase
from contract.transports import TRANSPORTS, TransportFactory
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

"""Runs each contract test once per store."""

from __future__ import annotations

import pytest

from contract.stores import CASES, StoreCase
from support.pki import Lab, make_lab


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> StoreCase:
    """A fresh, empty store of each kind."""
    return CASES[request.param](request)


@pytest.fixture(scope="session")
def lab() -> Lab:
    """A CA for the certificates that the stores hold."""
    return make_lab()

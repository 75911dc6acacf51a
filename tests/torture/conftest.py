"""One bank for each file of tests; each test has its own customer and computer."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.bank import RunningBank, running_bank
from support.forks import ForkServer
from support.keyed_stores import KeyedStores
from support.softhsm import SoftHsm
from support.torture.computer import Computers


@pytest.fixture(scope="module")
def shared_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    """A bank that answers a request only when it is polled."""
    with running_bank(tmp_path_factory.mktemp("bank")) as running:
        running.set_policy(wait_polls=1)
        yield running


@pytest.fixture
def computers(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    softhsm: SoftHsm,
    keyed_stores: KeyedStores,
    shared_bank: RunningBank,
    forks: ForkServer,
) -> Computers:
    """One computer of a customer of `shared_bank`."""
    user_id = f"TKYM{zlib.crc32(request.node.nodeid.encode()) % 10**7:07d}"
    bank, profile = shared_bank.bank, shared_bank.profile_path
    return Computers(tmp_path, softhsm, keyed_stores, bank, profile, forks, user_id)

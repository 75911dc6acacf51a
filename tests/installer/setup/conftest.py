"""Fixtures with setups of two versions, around stand-in programs, and a customer's fresh
Windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.setups import Customer, Workbench, customer


@pytest.fixture(scope="session")
def bench(stand_ins: None, tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench.furnish(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="session")
def old(bench: Workbench) -> Path:
    return bench.setup("1.0.0", more={"README-1.txt": "of this version only"})


@pytest.fixture(scope="session")
def new(bench: Workbench) -> Path:
    return bench.setup("1.1.0rc1")


@pytest.fixture
def taro(bench: Workbench, tmp_path: Path) -> Iterator[Customer]:
    """A customer. Depends on `bench` only to be skipped with its reason without root."""
    with customer(tmp_path) as somebody:
        yield somebody

"""Fixtures with setups of two versions, around stand-in programs, and a customer's fresh
Windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.setups import SetupBuilder, SetupUser, customer


@pytest.fixture(scope="session")
def bench(fakes: None, tmp_path_factory: pytest.TempPathFactory) -> SetupBuilder:
    return SetupBuilder.prepare_builder(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="session")
def old(bench: SetupBuilder) -> Path:
    return bench.setup("1.0.0", more={"README-1.txt": "of this version only"})


@pytest.fixture(scope="session")
def new(bench: SetupBuilder) -> Path:
    return bench.setup("1.1.0rc1")


@pytest.fixture
def taro(bench: SetupBuilder, tmp_path: Path) -> Iterator[SetupUser]:
    """A customer. Depends on `bench` only to be skipped with its reason without root."""
    with customer(tmp_path) as somebody:
        yield somebody

"""Frozen programs for tests are rebuilt whenever one of their inputs changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tools.installer import freeze
from tools.installer.short import short_build
from tools.wine.cache import Cache

BUILD_ENVIRONMENT = freeze.BuildEnvironment(
    *(Path(field.name) for field in fields(freeze.BuildEnvironment))
)


@pytest.fixture
def made_from(monkeypatch: pytest.MonkeyPatch) -> Callable[[freeze.BuildEnvironment], str]:
    """Returns the cache key of the program without building it."""

    def part(self: Cache, kind: str, made_from: str, make: object) -> Path:
        return Path(made_from)

    def key(build_environment: freeze.BuildEnvironment) -> str:
        monkeypatch.setattr(freeze, "prepare", lambda cache: build_environment)
        return str(short_build().places.folder)

    monkeypatch.setattr(Cache, "part", part)
    return key


@pytest.mark.parametrize("part", [field.name for field in fields(freeze.BuildEnvironment)])
def test_every_workshop_part_is_in_the_cache_key(
    made_from: Callable[[freeze.BuildEnvironment], str], part: str
) -> None:
    """For example, another Python with everything else unchanged."""
    assert made_from(BUILD_ENVIRONMENT) == made_from(BUILD_ENVIRONMENT)
    assert made_from(replace(BUILD_ENVIRONMENT, **{part: Path("another")})) != made_from(
        BUILD_ENVIRONMENT
    )

"""Frozen programs for tests are rebuilt whenever one of their inputs changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tools.installer import freeze
from tools.installer.short import short_build
from tools.wine.cache import Cache

WORKSHOP = freeze.Workshop(*(Path(field.name) for field in fields(freeze.Workshop)))


@pytest.fixture
def made_from(monkeypatch: pytest.MonkeyPatch) -> Callable[[freeze.Workshop], str]:
    """Returns the cache key of the program without building it."""

    def part(self: Cache, kind: str, made_from: str, make: object) -> Path:
        return Path(made_from)

    def key(workshop: freeze.Workshop) -> str:
        monkeypatch.setattr(freeze, "prepare", lambda cache: workshop)
        return str(short_build().places.folder)

    monkeypatch.setattr(Cache, "part", part)
    return key


@pytest.mark.parametrize("part", [field.name for field in fields(freeze.Workshop)])
def test_every_workshop_part_is_in_the_cache_key(
    made_from: Callable[[freeze.Workshop], str], part: str
) -> None:
    """For example, another Python with everything else unchanged."""
    assert made_from(WORKSHOP) == made_from(WORKSHOP)
    assert made_from(replace(WORKSHOP, **{part: Path("another")})) != made_from(WORKSHOP)

"""Which cases run: all in `make torture`, a sample that the seed chooses in `make test`."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

ALL = "CERTCLIENT_TORTURE"
SEED = "CERTCLIENT_TORTURE_SEED"
ROUNDS = "CERTCLIENT_TORTURE_ROUNDS"
"""Variables that `tools.reliability` sets."""

_SEED = "20261130"


def everything() -> bool:
    """Whether all cases are to run."""
    return bool(os.environ.get(ALL))


def seed() -> str:
    """What every choice at random depends on."""
    return os.environ.get(SEED) or _SEED


def generator(*name: object) -> random.Random:
    """A generator of its own for what is called `name`; the same in every process."""
    return random.Random(":".join(map(str, (seed(), *name))))


def sample(name: str, cases: Sequence[T], few: int) -> list[T]:
    """All `cases`, or `few` of them, in order."""
    if everything() or few >= len(cases):
        return list(cases)
    chosen = sorted(generator(name).sample(range(len(cases)), few))
    return [cases[index] for index in chosen]


def rounds(few: int) -> int:
    """How many rounds at random moments."""
    return int(os.environ.get(ROUNDS, "300")) if everything() else few

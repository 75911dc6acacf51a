"""What others write is read or refused as documented, whatever it is: a short run of the fuzz
targets. `make fuzz` runs them for as long as wanted, guided by coverage (docs/adr/0059-fuzzing.md).
"""

from __future__ import annotations

import resource
from random import Random

import pytest

from support.fuzzing.targets import CORPUS, TARGETS, kept

_MUTATIONS = 150
"""Of each target: in all, a few thousand, in seconds."""
_SEED = 20261130
_MOST_KILOBYTES = 300 * 1024
"""What one target may add to the process's memory at its highest; inputs have at most 64 kB."""


@pytest.mark.parametrize("name", TARGETS)
def test_every_kept_input_and_thousands_of_mutations(name: str) -> None:
    target, random = TARGETS[name], Random(_SEED)
    seeds = [*target.seeds(), *kept(target)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    accepted = sum(target.check(data) for data in seeds)
    for _ in range(_MUTATIONS):
        changed = target.mutate(random.choice(seeds), random)[: target.longest]
        target.check(changed)
    assert accepted, "not even a valid input was accepted"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < _MOST_KILOBYTES


def test_every_corpus_has_a_target() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} <= set(TARGETS)

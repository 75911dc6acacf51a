"""Replays the inputs of one target in a process of its own, whose memory nothing else has used.

python -m support.fuzzing.replay TARGET

Prints how many inputs were accepted, and by how many kB they raised the memory at its highest.
"""

from __future__ import annotations

import resource
import sys
from random import Random

from support.fuzzing.target import Target
from support.fuzzing.targets import TARGETS, kept

MUTATIONS = 150
"""Of each target: in all, a few thousand, in seconds."""
MOST_KILOBYTES = 300 * 1024
"""What one target may add to the memory at its highest; inputs have at most 64 kB."""
_SEED = 20261130


def _take_too_much(data: bytes) -> None:
    filled = data * (MOST_KILOBYTES << 10)
    assert filled == b"" or filled[-1]


GREEDY = Target("greedy", _take_too_much, seeds=lambda: [b"x"], mutate=lambda _data, _random: b"")
"""Its only seed takes more memory than any may, to show that it is measured."""


def replay(target: Target) -> tuple[int, int]:
    """How many inputs it accepted, and the growth in kB. Raises what `Target.check` raises."""
    random, seeds = Random(_SEED), [*target.seeds(), *kept(target)]
    before = _highest()
    accepted = sum(target.check(data) for data in seeds)
    for _ in range(MUTATIONS):
        target.check(target.mutate(random.choice(seeds), random)[: target.longest])
    return accepted, _highest() - before


def _highest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    print(*replay({**TARGETS, GREEDY.name: GREEDY}[sys.argv[1]]))

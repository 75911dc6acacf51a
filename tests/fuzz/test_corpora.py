"""What others write is read or refused as documented, whatever it is: a short run of the fuzz
targets. `make fuzz` runs them for as long as wanted, guided by coverage (docs/adr/0059-fuzzing.md).
"""

from __future__ import annotations

import os

import pytest

from support.forks import ForkServer
from support.fuzzing.replay import GREEDY, MOST_KILOBYTES
from support.fuzzing.targets import CORPUS, TARGETS


def replayed(forks: ForkServer, name: str) -> tuple[int, int]:
    """The inputs accepted and the growth of memory in kB, in a process of its own."""
    done = forks.run("support.fuzzing.replay", name, environment=os.environ)
    assert (done.code, done.err) == (0, ""), done.err
    accepted, kilobytes = map(int, done.out.split())
    return accepted, kilobytes


@pytest.mark.parametrize("name", TARGETS)
def test_every_kept_input_and_150_mutations(forks: ForkServer, name: str) -> None:
    accepted, kilobytes = replayed(forks, name)
    assert accepted, "not even a valid input was accepted"
    assert kilobytes < MOST_KILOBYTES


def test_a_reader_that_takes_too_much_memory_is_found(forks: ForkServer) -> None:
    assert replayed(forks, GREEDY.name)[1] >= MOST_KILOBYTES


def test_every_corpus_has_a_target() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} <= set(TARGETS)

"""The process that fuzzes one target: `python -m support.fuzzing.child TARGET FOLDER OPTION…`.

The program is instrumented as it is imported. FOLDER, which the run adds to, gets the target's
valid inputs first; the options are libFuzzer's.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["certclient"], enable_loader_override=False):
    from support.fuzzing.targets import TARGETS

_UNCHANGED = 0.3
"""How often libFuzzer's own mutator takes the target's place."""


def main(name: str, folder: Path, options: Sequence[str]) -> None:
    """Fuzzes; does not return."""
    target = TARGETS[name]
    for data in target.seeds():
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        random = Random(seed)
        own = random.random() >= _UNCHANGED
        changed = target.mutate(bytes(data), random) if own else atheris.Mutate(data, longest)
        return bytes(changed[:longest])

    # libFuzzer adds to the first folder.
    arguments = [sys.argv[0], f"-max_len={target.longest}", str(folder), *options]
    atheris.Setup(arguments, target.check, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])

"""Coverage-guided fuzzing with atheris: `make fuzz TIME=60 TARGETS="cmp-answer http"`.

    python -m support.fuzzing --time 60 [TARGET…]   each target for so many seconds, one by one
    python -m support.fuzzing --keep [TARGET…]      adds what reached something new to the corpora

A run begins with the target's valid inputs, those that the repository keeps (tests/fuzz/corpus) and
those of earlier runs (build/fuzz). An input that must not do what it did ends up in
build/fuzz/findings; copy it into the target's corpus with its mend, so that `make test` replays it
(docs/adr/0059-fuzzing.md).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from support.fuzzing.target import Target
from support.fuzzing.targets import CORPUS, TARGETS

ROOT = Path(__file__).resolve().parents[3]
WORK = ROOT / "build" / "fuzz"
FINDINGS = WORK / "findings"

_SLOW_SECONDS = 10
"""libFuzzer's limit for one input; `Target.check` has another one, of the processor's time."""
_MOST_MEGABYTES = 2048
_MOST_KEPT, _LONGEST_KEPT = 20, 4096
"""Inputs of one target in the repository, and bytes of one."""
_PROGRAM = f"{os.sep}certclient{os.sep}"
_Line = tuple[str, int]
_Trace = Callable[[FrameType, str, Any], Any]
_DONE = re.compile(r"^#(\d+)\s+DONE\s+cov: (\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """One target's run. `coverage`: places in the program that were reached. `findings`: inputs in
    FINDINGS; 1 as well if the run itself failed."""

    target: str
    inputs: int
    coverage: int
    findings: int

    @property
    def line(self) -> str:
        """The line for the summary."""
        found = f"{self.findings} FOUND" if self.findings else "ok"
        return f"{self.target:<18} {self.inputs:>9} inputs {self.coverage:>6} places   {found}"


def fuzz(name: str, seconds: int) -> Outcome:
    """Runs one target in a process of its own, which its first finding ends."""
    FINDINGS.mkdir(parents=True, exist_ok=True)
    before = set(FINDINGS.iterdir())
    done = _child(
        name,
        WORK / name,
        f"-max_total_time={seconds}",
        f"-timeout={_SLOW_SECONDS}",
        f"-rss_limit_mb={_MOST_MEGABYTES}",
        f"-artifact_prefix={FINDINGS}/{name}-",
        str(_kept(name)),
    )
    (WORK / f"{name}.log").write_text(done.stdout, encoding="utf-8")
    counted, new = _DONE.search(done.stdout), set(FINDINGS.iterdir()) - before
    if counted is None:
        print(done.stdout[-3000:], file=sys.stderr)
        return Outcome(name, 0, 0, len(new) or 1)
    return Outcome(name, int(counted[1]), int(counted[2]), len(new))


def keep(name: str) -> int:
    """Adds to the corpus the shortest inputs of earlier runs that reach lines of the program which
    no other one reaches. Returns how many the corpus has now."""
    target, kept, lines = TARGETS[name], _kept(name), set[_Line]()
    for data in (*target.seeds(), *(path.read_bytes() for path in kept.iterdir())):
        lines |= _lines(target, data)
    found = (WORK / name).iterdir() if (WORK / name).is_dir() else ()
    for path in sorted(found, key=lambda one: (one.stat().st_size, one.name)):
        count, data = len(list(kept.iterdir())), path.read_bytes()
        if count >= _MOST_KEPT or len(data) > _LONGEST_KEPT:
            break
        if new := _lines(target, data) - lines:
            lines |= new
            (kept / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    return len(list(kept.iterdir()))


def _lines(target: Target, data: bytes) -> set[_Line]:
    """The lines of the program that an input reaches."""
    found: set[_Line] = set()

    def trace(frame: FrameType, event: str, _argument: object) -> _Trace | None:
        if _PROGRAM not in frame.f_code.co_filename:
            return None
        if event == "line":
            found.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        target.check(data)
    finally:
        sys.settrace(None)
    return found


def _kept(name: str) -> Path:
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _child(name: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", f"{__package__}.child", name, str(folder), *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(("tests", "src"))},
    )


def main() -> int:
    """Returns 0 only if nothing was found."""
    parser = argparse.ArgumentParser(description="Coverage-guided fuzzing of what others write.")
    parser.add_argument("--time", type=int, default=60, help="seconds for each target")
    parser.add_argument("--keep", action="store_true", help="add to the repository's corpora")
    parser.add_argument("targets", nargs="*", help="all, if none is named")
    given = parser.parse_args()
    if unknown := set(given.targets) - set(TARGETS):
        parser.error(
            f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}"
        )
    failed = False
    for name in given.targets or TARGETS:
        if given.keep:
            print(f"{name:<18} {keep(name):>4} inputs kept", flush=True)
            continue
        outcome = fuzz(name, given.time)
        print(outcome.line, flush=True)
        failed = failed or outcome.findings > 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

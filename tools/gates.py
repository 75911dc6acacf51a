"""The quality gates of `make test`: the quick ones first, then the tests on Linux and on Windows.

    python -m tools.gates               all of them
    python -m tools.gates --quick       `make quick`: the quick ones, then the unit tests

All quick gates run even if one fails, so that one run shows everything; the tests run only when
they are all clean. What the tests on Windows need is made while the quick gates run. Those tests
and the installer's, which begin with builds (tests/installer/conftest.py), run beside the others.
The output ends with a line for each.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.prepare import NO_ROOT

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON_SOURCES = ("src", "tests", "tools", "demo", "benchmarks")
WINDOWS_SOURCES = (
    *("src/certclient", "src/certclient_practice"),
    *map(str, sorted(ROOT.glob("tests/windows/**/*.py"))),
)
"""What runs on Windows is typed as it is there. Files one by one, as pyproject.toml leaves
tests/windows out of the run as on Linux, where it has no meaning."""
WINDOWS_CACHE = ".mypy_cache/win32"
"""In a cache that two platforms share, each run throws away what the other found out."""
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
"""Set in many containers. Each worker and each of the hundreds of programs that tests start would
compile the sources again."""
MAX_WORKERS = 4
"""At most so many, and one more than there are processors: every test waits now and then, for a
program to start or a bank to answer."""

_PYTEST = ("python", "-m", "pytest", "-q", "--dist", "worksteal", "-n")
"""A worker that waits leaves its tests to the others."""
_UNIT_TESTS = "tests/unit"
_INSTALLER_TESTS = "tests/installer"
_INSTALLER_WORKERS = 2
"""Most of the time they wait for Wine."""

GATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff check", ("ruff", "check", *PYTHON_SOURCES)),
    ("ruff format", ("ruff", "format", "--check", *PYTHON_SOURCES)),
    ("import-linter", ("lint-imports",)),
    ("mypy --strict", ("mypy",)),
    ("mypy win32", ("mypy", "--platform=win32", f"--cache-dir={WINDOWS_CACHE}", *WINDOWS_SOURCES)),
)


@dataclass(frozen=True)
class Outcome:
    """What a command did. `output` is empty where it went to the terminal."""

    name: str
    code: int
    seconds: float
    output: str = ""

    @property
    def line(self) -> str:
        return f"{self.name:<17} {'FAILED' if self.code else 'ok':<6} {self.seconds:6.1f} s"


def run(name: str, command: Sequence[str], *, live: bool = False) -> Outcome:
    """Runs a program of .venv; `live`: its output is shown as it comes, not kept."""
    start = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        stdout=None if live else subprocess.PIPE,
        stderr=None if live else subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        env={name: value for name, value in os.environ.items() if name != NO_BYTECODE},
    )
    return Outcome(name, done.returncode, time.monotonic() - start, done.stdout or "")


def gates_are_clean(pool: ThreadPoolExecutor) -> bool:
    """Runs the quick gates; shows the output of those that failed."""
    clean = True
    for outcome in pool.map(lambda gate: run(*gate), GATES):
        print(outcome.line, flush=True)
        if outcome.code:
            print(outcome.output, flush=True)
        clean = clean and not outcome.code
    return clean


def windows_parts() -> Outcome:
    return run("tests on Windows", ("python", "-m", "tools.wine", "--parts"))


def windows_tests(parts: Future[Outcome]) -> Outcome:
    """The tests on Windows; where what they need could not be had, that."""
    made = parts.result()
    return made if made.code else run(made.name, ("python", "-m", "tools.wine"))


def linux_tests(*arguments: str) -> Outcome:
    workers = min((os.cpu_count() or 1) + 1, MAX_WORKERS)
    return run("tests on Linux", (*_PYTEST, str(workers), *arguments), live=True)


def installer_tests() -> Outcome:
    return run("installer tests", (*_PYTEST, str(_INSTALLER_WORKERS), _INSTALLER_TESTS))


def test(parts: Future[Outcome] | None, pool: ThreadPoolExecutor) -> Sequence[Outcome]:
    """All tests; those on Windows only where `parts` are there. Their output comes last."""
    beside = [pool.submit(installer_tests)]
    if parts:
        beside.append(pool.submit(windows_tests, parts))
    print("Other tests run at the same time; their output follows.", flush=True)
    linux = linux_tests(f"--ignore={_INSTALLER_TESTS}")
    others = [future.result() for future in beside]
    for other in others:
        print(f"\n{other.output}", flush=True)
    return [linux, *others]


def quick() -> int:
    """The quick gates, and the unit tests if they are clean. Returns 0 or 1, as `main` does."""
    with ThreadPoolExecutor(max_workers=3) as pool:
        if not gates_are_clean(pool):
            print("The tests did not run: first the gates above.", flush=True)
            return 1
    unit = linux_tests(_UNIT_TESTS)
    print(unit.line)
    return int(unit.code != 0)


def main(*, is_root: bool) -> int:
    """Returns 0 only if every gate is clean and every test passes, else 1: a program that crashed
    has a code below 0."""
    with ThreadPoolExecutor(max_workers=3) as pool:
        parts = pool.submit(windows_parts) if is_root else None
        if not gates_are_clean(pool):
            print("The tests did not run: first the gates above.", flush=True)
            if parts and not parts.done():
                print("Windows is still being made, for the next run.", flush=True)
            return 1
        outcomes = test(parts, pool)
    for outcome in outcomes:
        print(outcome.line)
    if not is_root:
        print(NO_ROOT)
    return int(any(outcome.code for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(quick() if sys.argv[1:] == ["--quick"] else main(is_root=os.geteuid() == 0))

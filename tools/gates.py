"""The quality gates of `make test`: the quick ones first, then the tests on Linux and on Windows.

    python -m tools.gates               all gates
    python -m tools.gates --quick       `make quick`: the quick gates, then the unit tests

All quick gates run even if one fails, so that one run reports everything; the tests run only if
all of them are clean. The parts that the tests on Windows need are built while the quick gates run.
Those tests and the installer's, which begin with builds (tests/installer/conftest.py), run in
parallel with the others. The output ends with one line for each.
"""

from __future__ import annotations

import argparse
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
"""Checked with the types of win32. The tests are listed file by file, as pyproject.toml excludes
the folder tests/windows from the run on Linux, where its types are meaningless."""
WINDOWS_CACHE = ".mypy_cache/win32"
"""A cache of its own: in a shared one, each platform's run invalidates the other's entries."""
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
"""Set in many containers, and removed here: each worker and each of the hundreds of processes that
tests start would compile the sources again."""
MAX_WORKERS = 4
"""Upper limit; otherwise two more than there are processors, as every test waits now and then for a
disk, a process or a bank, and these tests end last."""

_PYTEST = ("python", "-m", "pytest", "-q", "--dist", "worksteal", "-n")
"""worksteal: an idle worker takes tests from a busy one."""
_UNIT_TESTS = "tests/unit"
_INSTALLER_TESTS = "tests/installer"
_INSTALLER_WORKERS = 2
"""They spend most of their time waiting for Wine."""

GATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff check", ("ruff", "check", *PYTHON_SOURCES)),
    ("ruff format", ("ruff", "format", "--check", *PYTHON_SOURCES)),
    ("import-linter", ("lint-imports",)),
    ("mypy --strict", ("mypy",)),
    ("mypy win32", ("mypy", "--platform=win32", f"--cache-dir={WINDOWS_CACHE}", *WINDOWS_SOURCES)),
)


@dataclass(frozen=True)
class Outcome:
    """Result of a command: exit code (below 0: killed by a signal), duration and output. `output`
    is empty if it went to the terminal."""

    name: str
    code: int
    seconds: float
    output: str = ""

    @property
    def line(self) -> str:
        """The line for the summary."""
        return f"{self.name:<17} {'FAILED' if self.code else 'ok':<6} {self.seconds:6.1f} s"


def run(name: str, command: Sequence[str], *, live: bool = False) -> Outcome:
    """Runs a program of .venv. `live`: shows its output immediately instead of capturing it."""
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
    """Runs the quick gates and prints the output of those that failed."""
    clean = True
    for outcome in pool.map(lambda gate: run(*gate), GATES):
        print(outcome.line, flush=True)
        if outcome.code:
            print(outcome.output, flush=True)
        clean = clean and not outcome.code
    return clean


def windows_parts() -> Outcome:
    """Builds the parts that the tests on Windows need, without running a test."""
    return run("tests on Windows", ("python", "-m", "tools.wine", "--parts"))


def windows_tests(parts: Future[Outcome]) -> Outcome:
    """Runs the tests on Windows. If their `parts` could not be built, returns that outcome."""
    made = parts.result()
    return made if made.code else run(made.name, ("python", "-m", "tools.wine"))


def linux_tests(*arguments: str) -> Outcome:
    """Runs pytest with `arguments` on several workers; the output goes to the terminal."""
    workers = min((os.cpu_count() or 1) + 2, MAX_WORKERS)
    return run("tests on Linux", (*_PYTEST, str(workers), *arguments), live=True)


def installer_tests() -> Outcome:
    """Runs tests/installer; the output is captured, as it runs in parallel with `linux_tests`."""
    return run("installer tests", (*_PYTEST, str(_INSTALLER_WORKERS), _INSTALLER_TESTS))


def test(parts: Future[Outcome] | None, pool: ThreadPoolExecutor) -> Sequence[Outcome]:
    """Runs all tests, those on Windows only if `parts` is given. Prints captured output last."""
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
    """Runs the quick gates and, if they are clean, the unit tests. Returns 0 or 1, as `main`."""
    with ThreadPoolExecutor(max_workers=3) as pool:
        if not gates_are_clean(pool):
            print("The tests did not run: first the gates above.", flush=True)
            return 1
    unit = linux_tests(_UNIT_TESTS)
    print(unit.line)
    return int(unit.code != 0)


def main(*, is_root: bool) -> int:
    """Returns 0 only if every gate is clean and every test passes, else 1: never the code of a
    crashed program, which is below 0."""
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


def _is_quick(arguments: Sequence[str]) -> bool:
    parser = argparse.ArgumentParser(description="Runs what `make test` and `make quick` run.")
    parser.add_argument("--quick", action="store_true", help="static checks and unit tests only")
    return bool(parser.parse_args(arguments).quick)


if __name__ == "__main__":
    sys.exit(quick() if _is_quick(sys.argv[1:]) else main(is_root=os.geteuid() == 0))

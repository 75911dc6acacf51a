"""The quality gates of `make test`: the quick ones first, then the tests.

All quick gates run even if one fails, so that one run shows everything; the tests run only when
they are all clean. The output ends with pytest's summary.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON_SOURCES = ("src", "tests", "tools", "demo", "benchmarks")
WINDOWS_SOURCES = ("src/certclient", *map(str, sorted(ROOT.glob("tests/windows/**/*.py"))))
"""What runs on Windows is typed as it is there. Files one by one, as pyproject.toml leaves
tests/windows out of the run as on Linux, where it has no meaning."""
MAX_WORKERS = 4

GATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff check", ("ruff", "check", *PYTHON_SOURCES)),
    ("ruff format", ("ruff", "format", "--check", *PYTHON_SOURCES)),
    ("mypy --strict", ("mypy",)),
    ("mypy win32", ("mypy", "--platform", "win32", *WINDOWS_SOURCES)),
    ("import-linter", ("lint-imports",)),
)


def run_gate(name: str, command: Sequence[str]) -> bool:
    """Runs one gate quietly; shows its output only if it failed. Returns whether it is clean."""
    start = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    clean = done.returncode == 0
    print(
        f"{name:<14} {'ok' if clean else 'FAILED':<6} {time.monotonic() - start:6.1f} s", flush=True
    )
    if not clean:
        print(done.stdout, flush=True)
    return clean


def main() -> int:
    """Returns 0 only if every gate is clean and every test passes."""
    clean = [run_gate(name, command) for name, command in GATES]
    if not all(clean):
        print("The tests did not run: first the gates above.")
        return 1
    workers = min(os.cpu_count() or 1, MAX_WORKERS)
    pytest = [str(BIN / "python"), "-m", "pytest", "-q", "-n", str(workers)]
    return subprocess.run(pytest, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

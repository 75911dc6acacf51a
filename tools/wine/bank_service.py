"""Runs the practice bank on Linux, for Windows programs under Wine
(tests/windows/bank_service.py)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tools.wine.sandbox import ROOT


@contextmanager
def practice_bank() -> Iterator[str]:
    """Runs the bank; yields the port of the service by which tests act as bank staff."""
    path = os.pathsep.join(str(ROOT / name) for name in ("src", "tests"))
    process = subprocess.Popen(
        (sys.executable, str(ROOT / "tests" / "windows" / "bank_service.py")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    with process:
        yield process.stdout.readline().strip() if process.stdout else ""
        # The process ends when its stdin is closed.
        process.communicate()

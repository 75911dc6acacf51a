"""Behind the first window, a worker loads nothing of Qt, and the GUI thread module by module."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tools.loading_order import TARGET, module, recorded

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the order is recorded on Linux")

_WORKER = """
import importlib, sys
from certclient.ui.shell.loading_order import BEHIND_NEXT_CLICK, BEHIND_PROGRAM
for name in (*BEHIND_PROGRAM, *BEHIND_NEXT_CLICK):
    importlib.import_module(name)
print(*(name for name in sys.modules if name.split(".")[0] in ("PySide6", "shiboken6")))
"""


def test_recorded_order_is_current() -> None:
    current = TARGET.read_text(encoding="utf-8")
    assert module(recorded()) == current, "run python -m tools.loading_order"


def test_worker_loads_nothing_of_qt() -> None:
    # `ui.shell` itself is loaded for the names; it contains nothing.
    done = subprocess.run(
        [sys.executable, "-c", _WORKER], capture_output=True, text=True, check=True, timeout=600
    )
    assert done.stdout.split() == []

"""Before a secret is asked for, the process leaves no core and lets nobody look into its memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

REPORT = (
    "import ctypes, resource, sys;"
    "report = lambda: print(ctypes.CDLL(None).prctl(3), resource.getrlimit(resource.RLIMIT_CORE));"
)
TERMINAL = (
    "from certclient.bootstrap import system_services;"
    "report(); system_services().terminal.line(); report()"
)
WINDOWS = (
    "from certclient import bootstrap; from certclient.ui.shell import opening;"
    "opening.open_windows = lambda *_: report();"
    "report(); bootstrap.open_windows(None)"
)


@pytest.mark.parametrize("code", [TERMINAL, WINDOWS], ids=["terminal", "windows"])
def test_the_process_is_not_dumpable_and_has_no_core(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", REPORT + code],
        input="1234\n",
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = done.stdout.splitlines()
    assert before.startswith("1 ")
    assert after == "0 (0, 0)"

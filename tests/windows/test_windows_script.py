"""The script for real Windows computers (REAL_WINDOWS.md) completes and prints its table."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from support.windows_pc import CNG, WindowsComputer

SCRIPT = Path(__file__).with_name("real_windows.py")


@pytest.mark.skipif(not CNG, reason="runs with the double of ncrypt, which is closest to Windows")
def test_script_prints_table_and_leaves_nothing(computer: WindowsComputer) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    results = {row[0].removeprefix("| "): row[1] for row in rows[1:]}
    assert results == {
        "software KSP: persistent, PKCS#1 and PSS, not exportable": "ok",
        "TPM with PSS trial": "not here",
        # The double keeps no key on P-384 from one process to the next.
        "software KSP: ECDSA on P-256 and P-384": "FAILED",
        "TPM with an EC key": "not here",
        "protected key asks once, in the bank's name": "not here",
        "CAPI key signs PSS through CNG": "FAILED",  # the double does not open CAPI keys
        "archived certificate is hidden from others": "FAILED",  # Wine has no such property
        "credential store": "ok",
        "remote session": "ok",
        "smart card service": "ok",
    }, done.stderr
    assert done.returncode == 1
    computer.assert_nothing_left_over()
    assert computer.usable() == []

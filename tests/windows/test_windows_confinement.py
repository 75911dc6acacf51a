"""A process that asks for secrets shows no error box, and its crash reports hold no heap."""

from __future__ import annotations

import subprocess
import sys

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

REPORT = (
    "from certclient.platform.confinement import keep_memory_private;"
    "from certclient.platform.windows_dll import load;"
    "keep_memory_private();"
    "print(load('kernel32.dll').GetErrorMode())"
)
NO_FAULT_BOX = 0x2
"""SEM_NOGPFAULTERRORBOX."""


def test_a_fault_ends_the_process_without_a_box() -> None:
    done = subprocess.run(
        [sys.executable, "-c", REPORT], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) & NO_FAULT_BOX

"""The windows on a real screen, with the accessibility bus of a session of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.screen import screen

_FOLDER = Path(__file__).parent / "on_screen"

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="X11 and AT-SPI; on Windows see tests/windows/REAL_WINDOWS.md"
)


@pytest.mark.parametrize("file", ["windows_on_screen.py", "renewal_with_orca.py"])
def test_windows_on_a_screen(file: str) -> None:
    """Runs a file of on_screen/: another process, because Qt has one platform each."""
    command = (
        *(
            "dbus-run-session",
            "--",
            sys.executable,
            "-m",
            "pytest",
            str(_FOLDER / file),
            "-p",
            "no:xdist",
        ),
        *("--show-capture=no", "--tb=short"),
    )
    with screen() as display:
        environment = {
            **os.environ,
            "DISPLAY": display.display,
            "CERTCLIENT_TEST_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            # It warns of each label that changes: "text event for invalid interface".
            "QT_LOGGING_RULES": "qt.accessibility.atspi=false",
        }
        done = subprocess.run(
            command,
            env=environment,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]

"""Whether a display answers: X11 or Wayland may be named but gone (tmux, ssh, a timer).

Qt itself tries, in a child process, because it aborts the process otherwise. That covers what only
Qt knows: its plug-ins and their libraries, QT_QPA_PLATFORM, the fallback from Wayland to X11.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

LIMIT_SECONDS = 10.0
"""A display that does not answer within this time counts as none. Includes loading Qt."""

VARIABLES = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")


def display_problem(
    probe: Sequence[str], environment: Mapping[str, str], limit: float = LIMIT_SECONDS
) -> str | None:
    """Why no window can be opened, in Qt's words; "" if no display is named; None if one answers.

    `probe`: the command that connects to the display; `limit` in seconds. Displays on Windows and
    macOS need no probe.
    """
    if sys.platform in ("win32", "darwin"):
        return None
    named = [f"{name}={environment[name]}" for name in VARIABLES if environment.get(name)]
    if not named:
        return ""
    path = os.pathsep.join(place for place in sys.path if place)
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            probe,
            env={**environment, "PYTHONPATH": path, "QT_FORCE_STDERR_LOGGING": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{', '.join(named)}: {type(error).__name__}"
    if done.returncode == 0:
        return None
    return f"{', '.join(named)}: {_first_line(done.stderr)}"


def _first_line(output: bytes) -> str:
    """The first line that Qt printed; its last ones are the same for every reason."""
    lines = output.decode(errors="replace").split("\n")
    return next((line.strip() for line in lines if line.strip()), "Qt did not start")

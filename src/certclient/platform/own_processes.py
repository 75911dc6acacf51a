"""Starts this program again, apart from this process: out of reach of its terminal's Ctrl+C, and on
Windows without a console window."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

_SECONDS = 120
"""How long one command may take; a slow computer needs a few seconds."""
_STOP_SECONDS = 30
_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0
"""CREATE_NO_WINDOW (Windows SDK: processthreadsapi.h)."""
_OWN_SESSION = sys.platform != "win32"


def _environment() -> dict[str, str]:
    """With the places of this program's packages: its start script may have added some."""
    if getattr(sys, "frozen", False):
        return dict(os.environ)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(place for place in sys.path if place)}


def start_silent(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Starts `command` (this program) without input and output. Raises OSError."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        env=_environment(),
        creationflags=_NO_WINDOW,
        start_new_session=_OWN_SESSION,
    )


def start_piped(command: Sequence[str]) -> subprocess.Popen[str]:
    """Starts `command` (this program) with pipes for its input and output. Raises OSError."""
    return subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env=_environment(),
        creationflags=_NO_WINDOW,
        start_new_session=_OWN_SESSION,
    )


def output_of(command: Sequence[str]) -> str | None:
    """Runs `command` (this program) and returns its output; None if it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
            env=_environment(),
            creationflags=_NO_WINDOW,
            start_new_session=_OWN_SESSION,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Waits for a process that has been asked to end; ends it after 30 seconds."""
    for insist in (process.terminate, process.kill):
        try:
            process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            insist()
        else:
            return
    process.wait()

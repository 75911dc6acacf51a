"""Whether a display answers: X11 or Wayland may be named but gone (tmux, ssh, a timer).

Qt itself tries, in a child process, because it aborts the process otherwise. That covers what only
Qt knows: its plug-ins and their libraries, QT_QPA_PLATFORM, the fallback from Wayland to X11.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

LIMIT_SECONDS = 10.0
"""A display that does not answer within this time counts as none. Includes loading Qt."""

VARIABLES = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")

_TO_STDERR = {"QT_FORCE_STDERR_LOGGING": "1"}

Probe = Sequence[str] | Callable[[], int]
"""The command that connects to the display, or a function that does, called in a fork of this
process: with Qt loaded, that takes a tenth of the time. They exit with 0, or return it, if the
display answers."""


def display_problem(
    probe: Probe, environment: Mapping[str, str], limit: float = LIMIT_SECONDS
) -> str | None:
    """Why no window can be opened, in Qt's words; "" if no display is named; None if one answers.

    `limit` in seconds. A function as `probe` needs a process without threads and without a Qt
    application, and `environment` to be this process's. Displays on Windows and macOS need no
    probe.
    """
    if sys.platform in ("win32", "darwin"):
        return None
    named = [f"{name}={environment[name]}" for name in VARIABLES if environment.get(name)]
    if not named:
        return ""
    try:
        if callable(probe):
            code, said = _forked(probe, limit)
        else:
            code, said = _started(probe, environment, limit)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{', '.join(named)}: {type(error).__name__}"
    return None if code == 0 else f"{', '.join(named)}: {_first_line(said)}"


def _started(
    command: Sequence[str], environment: Mapping[str, str], limit: float
) -> tuple[int, bytes]:
    path = os.pathsep.join(place for place in sys.path if place)
    done = subprocess.run(  # noqa: S603 - our own program
        command,
        env={**environment, "PYTHONPATH": path, **_TO_STDERR},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=limit,
        check=False,
    )
    return done.returncode, done.stderr


def _forked(connect: Callable[[], int], limit: float) -> tuple[int, bytes]:
    if sys.platform == "win32":  # never reached: displays on Windows need no probe
        raise NotImplementedError
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _connect_and_exit(connect, writing)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as output:
        said = _read_all(output.fileno(), time.monotonic() + limit)
    if said is None:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if said is None:
        raise subprocess.TimeoutExpired("display probe", limit)
    return code, said


def _connect_and_exit(connect: Callable[[], int], output: int) -> NoReturn:
    """In the child: nothing of the parent's is flushed or cleaned up."""
    code = 1
    try:
        os.dup2(output, 2)
        os.environ.update(_TO_STDERR)
        code = connect()
    finally:
        os._exit(code)


def _read_all(descriptor: int, end: float) -> bytes | None:
    """What the child writes until it ends; None if it still runs at `end` (monotonic seconds)."""
    said = b""
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(end - time.monotonic(), 0.0))
        if not ready:
            return None
        part = os.read(descriptor, 4096)
        if not part:
            return said
        said += part


def _first_line(output: bytes) -> str:
    """The first line that Qt printed; its last ones are the same for every reason."""
    lines = output.decode(errors="replace").split("\n")
    return next((line.strip() for line in lines if line.strip()), "Qt did not start")

"""A child process that ends with this one and inherits nothing but its two pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

if sys.platform == "win32":
    from certclient.platform import windows_jobs
    from certclient.platform.windows_dll import load
else:
    import signal

_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0
"""CREATE_NO_WINDOW (winbase.h)."""


def start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Starts `command` with pipes as its standard input and output, and nothing else of ours.

    Linux ends the child when the calling *thread* ends (`confinement`): call it in a thread
    that lives as long as the child is needed. The child is in a process group of its own, so that
    Ctrl+C does not reach it. Raises OSError.
    """
    child = subprocess.Popen(  # noqa: S603 - our own program
        command,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(environment),
        start_new_session=True,
        creationflags=_NO_WINDOW,
    )
    if sys.platform == "win32":
        windows_jobs.end_with_this_process(child.pid)
    return child


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kills a child that does not answer, and on Linux what it has started in its group."""
    if child.poll() is not None:
        return
    child.kill()
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)


def may_come_to_front(child: subprocess.Popen[bytes]) -> None:
    """Lets a window of the child come to the front, as one of this process may.

    Windows only, and only while this process has the foreground; elsewhere any window may.
    """
    if sys.platform == "win32":
        load("user32.dll").AllowSetForegroundWindow(child.pid)


def end_reason(return_code: int) -> str:
    """Describes how a process ended: `SIGSEGV`, `exit code 3`, `exit code 0xc0000005`."""
    if sys.platform != "win32" and return_code < 0:
        try:
            return signal.Signals(-return_code).name
        except ValueError:
            return f"signal {-return_code}"
    return f"exit code {return_code if 0 <= return_code < 256 else hex(return_code & 0xFFFFFFFF)}"

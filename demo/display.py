"""A virtual display (Xvfb) and simulated typing (xdotool) for the browser's PIN dialog."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from certclient.model.secret import Secret
from demo.child_processes import running

PIN_DIALOG = "Unlock Security Device"
"""English title of Chromium's dialog for a token's PIN."""
_DIALOG_SECONDS = 60.0


class DisplayError(Exception):
    """Xvfb did not start, or the dialog did not appear."""


@contextmanager
def virtual_display() -> Iterator[str]:
    """Runs Xvfb on a free display number; yields the value for DISPLAY."""
    number_read, number_write = os.pipe()
    command = ["Xvfb", "-displayfd", str(number_write), "-screen", "0", "1024x768x24"]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*command, "-nolisten", "tcp"],
            pass_fds=(number_write,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    with running(start, _terminate):
        os.close(number_write)
        with os.fdopen(number_read, encoding="ascii") as pipe:
            number = pipe.readline().strip()
        if not number:
            raise DisplayError("Xvfb did not start")
        yield f":{number}"


def _terminate(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


def type_pin(environment: Mapping[str, str], pin: Secret) -> None:
    """Waits for the PIN dialog on `environment`'s DISPLAY and types the PIN.

    xdotool receives the PIN through stdin, never as an argument. Raises DisplayError if no dialog
    appears within 60 seconds.
    """
    try:
        _focus_dialog(environment)
        _xdotool(environment, ["type", "--delay", "5", "--file", "-"], pin.reveal())
        _xdotool(environment, ["key", "Return"])
    except subprocess.TimeoutExpired as error:
        raise DisplayError("Chromium showed no PIN dialog") from error


def _focus_dialog(environment: Mapping[str, str]) -> None:
    """Waits for the dialog. xdotool fails if a window closes while it looks through all of them."""
    find = ["search", "--sync", "--onlyvisible", "--name", PIN_DIALOG, "windowfocus", "--sync"]
    deadline = time.monotonic() + _DIALOG_SECONDS
    while True:
        try:
            _xdotool(environment, find)
        except subprocess.CalledProcessError:
            if time.monotonic() > deadline:
                raise
        else:
            return


def _xdotool(environment: Mapping[str, str], arguments: list[str], text: str = "") -> None:
    subprocess.run(
        ["xdotool", *arguments],
        env=dict(environment),
        input=text,
        text=True,
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=_DIALOG_SECONDS,
    )

"""A screen (Xvfb) for programs in the Wine sandbox, for tests to inspect and type into."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 900


@dataclass(frozen=True)
class VirtualScreen:
    """`display`: the value of DISPLAY."""

    display: str

    def windows(self, title: str) -> list[str]:
        """Visible windows whose title contains `title` (a regular expression)."""
        return self._xdotool("search", "--onlyvisible", "--name", title).split()

    def shows(self, title: str) -> bool:
        """Waits for such a window; False if none appears in time."""
        deadline = time.monotonic() + _SECONDS
        while not self.windows(title):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def press(self, *keys: str) -> None:
        self._xdotool("key", *keys)

    def press_in(self, title: str, *keys: str) -> None:
        """Presses keys in the window whose title contains `title`, if there is one."""
        self._xdotool("search", "--onlyvisible", "--name", title, "windowfocus", "key", *keys)

    def press_slowly(self, window: str, *keys: str) -> None:
        """Presses keys in one of `windows`, with time for a menu to open after each."""
        self._xdotool("windowfocus", window, "key", "--delay", "1000", *keys)

    def picture(self, file: Path) -> None:
        """Saves the screen as PNG, for people who look for the cause of a failure."""
        subprocess.run(("import", "-window", "root", str(file)), env=self._environment, check=False)

    def _xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ("xdotool", *words), env=self._environment, capture_output=True, text=True, check=False
        )
        return done.stdout

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self.display}


@contextmanager
def screen() -> Iterator[VirtualScreen]:
    """A free display without access control, for every user of this machine."""
    reading, writing = os.pipe()
    options = ("-screen", "0", "1280x900x24", "-ac", "-nolisten", "tcp")
    process = subprocess.Popen(
        ("Xvfb", "-displayfd", str(writing), *options),
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            yield VirtualScreen(f":{answer.readline().strip()}")
    finally:
        process.terminate()
        process.wait()

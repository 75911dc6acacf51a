"""`certclient` without arguments as a process: it opens, a second start reaches it, it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_SECONDS = 300


class Program:
    """certclient for a user of its own, on a screen that nobody sees."""

    def __init__(self, home: Path) -> None:
        self.home = home
        places = {"CONFIG": ".config", "DATA": ".local/share", "STATE": ".local/state"}
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LC_")},
            **{f"XDG_{name}_HOME": str(home / path) for name, path in places.items()},
            "HOME": str(home),
            "LANG": "ja_JP.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
        }
        self._first: subprocess.Popen[str] | None = None

    @property
    def socket(self) -> Path:
        return self.home / ".local/share/certclient/instance"

    def starts(self, *arguments: str) -> None:
        self._first = subprocess.Popen(
            self._command(*arguments), env=self._environment, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + _SECONDS
        while not self.socket.exists():
            assert self._first.poll() is None, "it ended by itself"
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def starts_again(self, *arguments: str) -> int:
        command = self._command(*arguments)
        return subprocess.run(
            command, env=self._environment, check=False, timeout=_SECONDS
        ).returncode

    def is_killed(self) -> None:
        assert self._first is not None
        self._first.send_signal(signal.SIGKILL)
        self._first.wait(_SECONDS)
        assert self._first.stderr is not None
        self._first.stderr.close()

    @property
    def runs(self) -> bool:
        return self._first is not None and self._first.poll() is None

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "certclient", *arguments]


@pytest.fixture
def program() -> Iterator[Program]:
    # A short path, as home folders have: a socket's name has room for a hundred bytes.
    with tempfile.TemporaryDirectory(prefix="home-") as home:
        program = Program(Path(home))
        yield program
        if program.runs:
            program.is_killed()


def test_a_second_start_reaches_the_first_and_ends(program: Program) -> None:
    program.starts()
    assert program.starts_again() == 0
    assert program.starts_again("certclient:renew?user=TKYM1408054") == 0
    assert program.starts_again("certclient:rm -rf /") == 0, "refused there, politely"
    assert program.runs


def test_after_a_crash_the_next_start_is_the_first(program: Program) -> None:
    program.starts()
    program.is_killed()
    assert program.socket.exists(), "what a crash leaves"
    before = program.socket.stat().st_ino
    program.starts()
    deadline = time.monotonic() + _SECONDS
    while program.socket.exists() and program.socket.stat().st_ino == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert program.starts_again() == 0
    assert program.runs

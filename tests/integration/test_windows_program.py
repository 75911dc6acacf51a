"""`certclient` without arguments as a process: a second start reaches the running instance."""

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


class WindowsProgram:
    """certclient with its own home folder, on Qt's offscreen platform."""

    def __init__(self, home: Path) -> None:
        self.home = home
        folders = {"CONFIG": ".config", "DATA": ".local/share", "STATE": ".local/state"}
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LC_")},
            **{f"XDG_{name}_HOME": str(home / path) for name, path in folders.items()},
            "HOME": str(home),
            "LANG": "ja_JP.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
        }
        self._first: subprocess.Popen[str] | None = None

    @property
    def socket(self) -> Path:
        return self.home / ".local/share/certclient/instance"

    def start(self, *arguments: str) -> None:
        self._first = subprocess.Popen(
            self._command(*arguments), env=self._environment, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + _SECONDS
        while not self.socket.exists():
            assert self._first.poll() is None, "the program ended by itself"
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def start_again(self, *arguments: str) -> int:
        command = self._command(*arguments)
        return subprocess.run(
            command, env=self._environment, check=False, timeout=_SECONDS
        ).returncode

    def kill(self) -> None:
        assert self._first is not None
        self._first.send_signal(signal.SIGKILL)
        self._first.wait(_SECONDS)
        assert self._first.stderr is not None
        self._first.stderr.close()

    @property
    def running(self) -> bool:
        return self._first is not None and self._first.poll() is None

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "certclient", *arguments]


@pytest.fixture
def program() -> Iterator[WindowsProgram]:
    # A short path, like a real home folder: a socket's path holds about a hundred bytes.
    with tempfile.TemporaryDirectory(prefix="home-") as home:
        program = WindowsProgram(Path(home))
        yield program
        if program.running:
            program.kill()


def test_second_start_reaches_the_first_and_exits(program: WindowsProgram) -> None:
    program.start()
    assert program.start_again() == 0
    assert program.start_again("certclient:renew?user=TKYM1408054") == 0
    assert program.start_again("certclient:rm -rf /") == 0, "the running instance refuses it"
    assert program.running


def test_next_start_after_a_crash_becomes_the_first_instance(program: WindowsProgram) -> None:
    program.start()
    program.kill()
    assert program.socket.exists(), "a crash leaves the socket behind"
    before = program.socket.stat().st_ino
    program.start()
    deadline = time.monotonic() + _SECONDS
    while program.socket.exists() and program.socket.stat().st_ino == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert program.start_again() == 0
    assert program.running

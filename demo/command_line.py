"""Runs `certclient` in its own process, as a user does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.child_processes import running

_START_SECONDS = 60.0
_CERTCLIENT = Path(sys.executable).parent / "certclient"


class CommandError(Exception):
    """A command exited with a code other than 0, or the practice bank did not start."""


@dataclass(frozen=True)
class CommandLine:
    """Runs `certclient` in `folder` with `environment`."""

    folder: Path
    environment: Mapping[str, str]

    def show(self, *arguments: str, stdin: str = "") -> float:
        """Runs a command with visible output; returns its seconds. Raises CommandError."""
        print(f"   $ certclient {' '.join(arguments)}", flush=True)
        start = time.monotonic()
        done = subprocess.run(
            [_CERTCLIENT, *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            input=stdin,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - start
        _check(arguments, done.returncode)
        return seconds

    def ask(self, *arguments: str) -> str:
        """Runs a command silently and returns its standard output. Raises CommandError."""
        done = subprocess.run(
            [_CERTCLIENT, *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        _check(arguments, done.returncode, done.stdout + done.stderr)
        return done.stdout


@dataclass(frozen=True)
class PracticeBank:
    """A running practice bank; `folder` is its data folder, `pid` its process."""

    command_line: CommandLine
    folder: Path
    pid: int

    def admin(self, *arguments: str) -> str:
        """Runs an operator's command (`customer add`, `issue`, `revoke`, …); returns its output.

        Raises CommandError.
        """
        return self.command_line.ask("practice", "--data", str(self.folder), *arguments)

    @property
    def public_url(self) -> str:
        """The URL of the top page; it needs no client certificate."""
        return self._address("public_url")

    @property
    def login_url(self) -> str:
        """The URL of the login, which requests a client certificate."""
        return self._address("login_url")

    @property
    def operator_url(self) -> str:
        """The URL of the operator's pages, with their key."""
        return self._address("operator_url")

    def _address(self, name: str) -> str:
        addresses = json.loads((self.folder / "addresses.json").read_text(encoding="utf-8"))
        return str(addresses[name])


@contextmanager
def practice_bank(command_line: CommandLine, folder: Path, *options: str) -> Iterator[PracticeBank]:
    """Runs `certclient practice serve` on free ports of 127.0.0.1; terminates it at the end.

    Raises CommandError if it does not start.
    """
    ports = ["--port", "0", "--login-port", "0"]
    command = [str(_CERTCLIENT), "practice", "--data", str(folder), "serve", *ports, *options]

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            env=dict(command_line.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None,
        )

    with running(start, _terminate) as process:
        _wait_for(folder / "addresses.json", process)
        yield PracticeBank(command_line, folder, process.pid)


def _terminate(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(file: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not file.exists() or os.stat(file).st_size == 0:
        if process.poll() is not None or time.monotonic() > deadline:
            raise CommandError("the practice bank did not start")
        time.sleep(0.05)


def _check(arguments: Sequence[str], code: int, output: str = "") -> None:
    if code != 0:
        command = " ".join(arguments[:3])
        raise CommandError(f"certclient {command} ended with {code} {output.strip()[-800:]}")

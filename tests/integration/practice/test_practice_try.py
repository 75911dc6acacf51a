"""`certclient practice try`: a rehearsal in a folder of its own, of which nothing is left."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from certclient.model.practice import OBTAINING, RENEWING
from certclient.store.rehearsal_leftovers import YOUNG_SECONDS, remove_abandoned_rehearsals

LONG = 240
"""Seconds: a guard against waiting for ever."""
PROGRAM = (sys.executable, "-W", "error", "-m", "certclient")


@dataclass
class RunningRehearsal:
    """`certclient practice try` in a process of its own; `printed` until it waits."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    printed: str

    @property
    def folder(self) -> Path:
        (found,) = re.findall(r"CERTCLIENT_PRACTICE=(.*)", self.printed)
        return Path(found)

    @property
    def code(self) -> str:
        (found,) = re.findall(r"発行コード ([0-9A-Z]+)", self.printed)
        return str(found)

    @property
    def address(self) -> tuple[str, int]:
        (port,) = re.findall(r"Login: +https://127\.0\.0\.1:([0-9]+)/", self.printed)
        return "127.0.0.1", int(port)

    def run(self, *arguments: str, stdin: str = "") -> Any:
        """Runs a command in the rehearsal; returns the JSON that it prints."""
        environment = {**self.environment, "CERTCLIENT_PRACTICE": str(self.folder)}
        done = subprocess.run(
            [*PROGRAM, *arguments, "--json"],
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        assert done.stdout, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def rehearsal(home: Path, tmp_path: Path) -> Iterator[RunningRehearsal]:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    kept = {n: v for n, v in os.environ.items() if not n.startswith("XDG_") and n != "DISPLAY"}
    own = {"HOME": str(home), "TMPDIR": str(temporary), "LC_ALL": "ja_JP.UTF-8"}
    environment = {**kept, **own, "PYTHONUTF8": "1"}
    with subprocess.Popen(
        [*PROGRAM, "practice", "try", "--no-window"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if "Ctrl+C" in line:
                break
        assert "CERTCLIENT_PRACTICE" in printed
        yield RunningRehearsal(process, environment, printed)
        process.kill()


def test_renewing_and_obtaining_work_and_nothing_is_left(
    rehearsal: RunningRehearsal, home: Path
) -> None:
    busy = remove_abandoned_rehearsals(rehearsal.folder.parent, time.time() + 1e6)
    assert busy == [], "it runs"
    (listed,) = rehearsal.run("list")["certificates"]
    assert (listed["user_id"], listed["condition"]) == (RENEWING, "renewable")
    assert rehearsal.run("renew", "--yes")["results"][0]["outcome"] == "done"
    obtained = rehearsal.run(
        "obtain", OBTAINING, "--yes", "--code-stdin", stdin=f"{rehearsal.code}\n"
    )
    assert obtained["results"][0]["outcome"] == "done"
    (bank,) = rehearsal.run("banks")["banks"]
    assert (bank["id"], bank["rehearsal"]) == ("practice", True)
    assert rehearsal.folder.stat().st_mode & 0o077 == 0
    again = rehearsal.run("practice", "try")
    assert again["error"]["code"] == "CC-USAGE", "no rehearsal within a rehearsal"

    rehearsal.process.send_signal(signal.SIGINT)
    assert rehearsal.process.wait(LONG) == 0
    assert list(rehearsal.folder.parent.iterdir()) == []
    own = [path.name for path in home.rglob("*") if path.is_file()]
    assert own == ["certclient.log"], "the log of this program, and nothing of the rehearsal"
    after = rehearsal.run("list")
    assert [one["code"] for one in after["warnings"]] == ["CC-NO-BANK"], "never the user's own"
    assert not rehearsal.folder.exists()


def test_bank_ends_with_a_rehearsal_that_is_killed(rehearsal: RunningRehearsal) -> None:
    """What is left is removed at a later start."""
    with socket.create_connection(rehearsal.address, timeout=LONG):
        pass
    rehearsal.process.kill()
    end = time.monotonic() + LONG
    while True:
        assert time.monotonic() < end, "the bank still serves"
        try:
            with socket.create_connection(rehearsal.address, timeout=LONG):
                time.sleep(0.1)
        except OSError:
            break
    temporary = rehearsal.folder.parent
    rehearsal.process.wait(LONG)
    assert remove_abandoned_rehearsals(temporary, time.time()) == [], "it may be about to begin"
    later = time.time() + 2 * YOUNG_SECONDS
    assert remove_abandoned_rehearsals(temporary, later) == [rehearsal.folder.name]
    assert list(temporary.iterdir()) == []

"""The home of 1.0.0rc1 under this version, with the real commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from support.earlier_home import MOMENT, OTHER_USER, PROCEDURE, WAITING_USER, make_home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    make_home(made)
    return made


_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
"""With one, `remind` opens a window and stays."""


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment: Mapping[str, str] = {**kept, "HOME": str(home), "LANG": "ja_JP.UTF-8", "TZ": "UTC"}
    command = [sys.executable, "-W", "error", "-m", "certclient", *arguments]
    return subprocess.run(
        ["faketime", MOMENT, *command, "--profile", str(home / "bank.toml")],
        env={name: value for name, value in environment.items() if name not in _DISPLAYS},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def listed(done: subprocess.CompletedProcess[str]) -> dict[tuple[str, bool], dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["certificates"]
    return {(one["user_id"], one["archived"]): one for one in found}


def test_nothing_is_lost_by_the_update(home: Path) -> None:
    found = listed(run(home, "list", "--archived", "--json"))
    assert set(found) == {(WAITING_USER, False), (WAITING_USER, True), (OTHER_USER, False)}
    assert found[WAITING_USER, False]["condition"] == "renewable"
    assert found[WAITING_USER, False]["procedure_phase"] == "waiting"
    put_away = found[WAITING_USER, True]["serial"]
    reminded = run(home, "remind")
    assert OTHER_USER in reminded.stdout, reminded.stderr
    # The bank that it waits for is gone: kept, and told as that.
    waiting = run(home, "resume")
    assert "CC-NET-UNREACHABLE" in waiting.stderr
    status = run(home, "status", "--json")
    (procedure,) = json.loads(status.stdout)["procedures"]
    assert (procedure["id"], procedure["state"]) == (PROCEDURE, "waiting")
    abandoned = run(home, "abandon", PROCEDURE, "--yes")
    assert abandoned.returncode == 0, abandoned.stderr
    restored = run(home, "restore", put_away, "--yes")
    assert restored.returncode == 0, restored.stderr

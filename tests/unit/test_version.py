"""One version, defined once, shown everywhere and valid in every package format."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version as Pep440

from certclient import __version__
from certclient.model.update import Version
from tools.installer.settings import DEFAULT, read_settings

ROOT = Path(__file__).resolve().parents[2]


def test_version_is_valid_for_python_windows_and_certclient() -> None:
    assert str(Pep440(__version__)) == __version__
    assert str(Version.parse(__version__)) == __version__
    numbers = read_settings(DEFAULT).numeric_version
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", numbers)
    assert all(int(number) < 2**16 for number in numbers.split("."))


def test_changelog_lists_the_release() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([^\]]+)\](?: - \d{4}-\d{2}-\d{2})?$", text, re.MULTILINE)
    assert headings[0] == "Unreleased"
    for heading in headings[1:]:
        Version.parse(heading)
    assert Pep440(__version__).is_prerelease or __version__ in headings


@pytest.mark.skipif(sys.platform == "win32", reason="Windows itself names the log's folder")
def test_each_start_logs_the_version_first(tmp_path: Path) -> None:
    places = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    environment = {**os.environ, **places, "LOCALAPPDATA": str(tmp_path)}
    command = [sys.executable, "-m", "certclient", "version"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout == f"certclient {__version__}\n"
    (log,) = tmp_path.rglob("certclient.log")
    first, last = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert (first["event"], first["version"], first["system"]) == (
        "start",
        __version__,
        sys.platform,
    )
    assert (last["event"], last["command"]) == ("command", "version")

"""The command line with fakes for everything behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli_runner import CliRunner


@pytest.fixture
def cli_runner(tmp_path: Path) -> CliRunner:
    return CliRunner(tmp_path / "certclient.log")

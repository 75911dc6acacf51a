"""The command line with fakes for everything behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.clerk import Clerk


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    return Clerk(tmp_path / "certclient.log")

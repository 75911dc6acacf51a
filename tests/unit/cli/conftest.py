"""The command line with everything behind it made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.clerk import Clerk


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    return Clerk(tmp_path / "certclient.log")

"""`make demo` as a process: its output, its exit code, and that it cleans up."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Like tmp_path, but short: the path of Chromium's socket must be below 108 characters."""
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        yield Path(folder)


def run_demo(temporary: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the demo with its folders in `temporary` and a home folder of its own."""
    home = temporary / "users-home"
    home.mkdir()
    folders = {"TMPDIR": str(temporary), "HOME": str(home), "COLUMNS": "160"}
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=PROJECT,
        env={**os.environ, **folders, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert list(home.iterdir()) == []
    assert [path.name for path in temporary.iterdir()] == ["users-home"]
    return done


def test_demo_renews_on_pc_and_token_and_logs_in(temporary: Path) -> None:
    done = run_demo(temporary)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = done.stdout[done.stdout.index("Old serial") :]
    serials = re.findall(r"\b[0-9a-f]{16,40}\b", summary)
    assert len(serials) == len(set(serials)) == 4
    assert "電子証明書の更新はこちら: the bank's page opens the app" in done.stdout
    assert "The private key never leaves" in done.stdout, (
        "the app that the link opened asks for consent"
    )
    for result in ("superseded", "unconfirmed", "revoked"):
        assert f"({result}, serial" in done.stdout


def test_failing_step_is_named_and_ends_the_demo(temporary: Path) -> None:
    done = run_demo(temporary, PATH="")
    assert done.returncode == 1
    assert "FAILED in step 0: getting ready" in done.stdout
    assert "softhsm2-util" in done.stdout

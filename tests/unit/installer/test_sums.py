"""SHA256SUMS is valid input for `sha256sum --check`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.installer.sums import NAME, sums_hold, write_sums


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two files and the SHA256SUMS that replaced an earlier one."""
    (tmp_path / "certclient-setup.exe").write_bytes(b"a setup")
    (tmp_path / "日本語 name.txt").write_bytes(b"a text")
    (tmp_path / NAME).write_text("of an earlier build", encoding="utf-8")
    write_sums(tmp_path)
    return tmp_path


def run_sha256sum(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ("sha256sum", "--check", "--strict", NAME)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_sha256sum_accepts_unchanged_files(results: Path) -> None:
    done = run_sha256sum(results)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["certclient-setup.exe: OK", "日本語 name.txt: OK"]
    assert sums_hold(results)


def test_sha256sum_detects_a_changed_file(results: Path) -> None:
    (results / "certclient-setup.exe").write_bytes(b"another setup")
    done = run_sha256sum(results)
    assert done.returncode == 1
    assert "certclient-setup.exe: FAILED" in done.stdout
    assert not sums_hold(results)


def test_missing_and_additional_files_are_detected(results: Path) -> None:
    later = results / "more.txt"
    later.touch()
    assert not sums_hold(results)
    later.unlink()
    assert sums_hold(results)
    (results / "certclient-setup.exe").unlink()
    assert not sums_hold(results)


def test_sums_do_not_hold_without_checksums(tmp_path: Path) -> None:
    assert not sums_hold(tmp_path)
    assert not sums_hold(tmp_path / "nowhere")

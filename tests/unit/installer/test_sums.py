"""SHA256SUMS as `sha256sum --check` reads it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.installer.sums import NAME, sums_hold, write_sums


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two files, an earlier SHA256SUMS, and the new one."""
    (tmp_path / "certclient-setup.exe").write_bytes(b"a setup")
    (tmp_path / "日本語 name.txt").write_bytes(b"a text")
    (tmp_path / NAME).write_text("of an earlier build", encoding="utf-8")
    write_sums(tmp_path)
    return tmp_path


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ("sha256sum", "--check", "--strict", NAME)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_sha256sum_finds_every_file_as_it_is(results: Path) -> None:
    done = checked(results)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["certclient-setup.exe: OK", "日本語 name.txt: OK"]
    assert sums_hold(results)


def test_sha256sum_finds_a_file_that_was_changed(results: Path) -> None:
    (results / "certclient-setup.exe").write_bytes(b"another setup")
    done = checked(results)
    assert done.returncode == 1
    assert "certclient-setup.exe: FAILED" in done.stdout
    assert not sums_hold(results)


def test_a_file_that_is_missing_or_came_later_is_found(results: Path) -> None:
    later = results / "more.txt"
    later.touch()
    assert not sums_hold(results)
    later.unlink()
    assert sums_hold(results)
    (results / "certclient-setup.exe").unlink()
    assert not sums_hold(results)


def test_without_checksums_nothing_holds(tmp_path: Path) -> None:
    assert not sums_hold(tmp_path)
    assert not sums_hold(tmp_path / "nowhere")

"""Listing the browsers that are running."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from certclient.ui.enrollment.browsers import running_browsers


def add_process(proc: Path, number: int, name: str) -> None:
    folder = proc / str(number)
    folder.mkdir(parents=True)
    (folder / "comm").write_text(f"{name}\n")


def test_each_running_browser_is_listed_once(tmp_path: Path) -> None:
    for number, name in enumerate(["chrome", "chrome", "firefox-esr", "bash", "msedge"], start=1):
        add_process(tmp_path, number, name)
    (tmp_path / "self").mkdir()
    assert running_browsers(tmp_path) == ("Firefox", "Google Chrome", "Microsoft Edge")


def test_nothing_is_listed_without_a_running_browser(tmp_path: Path) -> None:
    assert running_browsers(tmp_path) == ()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /proc")
def test_real_process_is_detected(tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.symlink_to("/bin/sleep")
    running = subprocess.Popen([str(browser), "1200"])
    try:
        deadline = time.monotonic() + 600
        # Popen returns shortly before Linux sets the name of the process.
        while "Chromium" not in running_browsers():
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        running.kill()
        running.wait()
    assert not os.path.exists(f"/proc/{running.pid}/comm")

"""`make demo` as a process: its output, its exit code, and that it cleans up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from support.screen import screen

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
    assert re.search(r"New key +RSA +EC \(P-256\)", summary), "the token's key is an EC key"
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


def processes_of(temporary: Path) -> list[str]:
    """The command lines of processes that the demo with its folders in `temporary` has started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(temporary).encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return [line for line in found if line]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("until", ["The practice bank", "The main window opens"])
def test_a_signal_ends_bank_browser_and_window(
    temporary: Path, number: signal.Signals, until: str
) -> None:
    display = screen() if until == "The main window opens" else nullcontext(None)
    with display as shown:
        variables = {"DISPLAY": shown.display} if shown else {}
        demo = subprocess.Popen(
            [sys.executable, "-m", "demo"],
            cwd=PROJECT,
            env={**os.environ, "TMPDIR": str(temporary), "HOME": str(temporary), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert demo.stdout is not None
        with demo.stdout:
            assert any(until in line for line in demo.stdout), "the demo has come this far"
            deadline = time.monotonic() + 100
            wanted = "certclient --profile" if shown else "practice --data"
            while not any(wanted in line for line in processes_of(temporary)):
                assert time.monotonic() < deadline
                time.sleep(0.1)
            demo.send_signal(number)
            demo.stdout.read()
        assert demo.wait(timeout=100) == 128 + number
        deadline = time.monotonic() + 30
        while processes_of(temporary) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert processes_of(temporary) == []
    assert [path.name for path in temporary.glob("certclient-demo-*")] == []


_STARTS_A_CHILD = """
import os, signal, subprocess, sys
from demo.child_processes import SIGNALS, running

def start():
    child = subprocess.Popen(["sleep", "1000"])
    print(child.pid, flush=True)
    os.kill(os.getpid(), int(sys.argv[1]))
    return child

def end(child):
    child.kill()
    child.wait()

SIGNALS.handle()
with running(start, end):
    print("the demo goes on")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_child_that_is_just_being_started_is_ended(number: signal.Signals) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STARTS_A_CHILD, str(int(number))],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == {signal.SIGTERM: 128 + number, signal.SIGINT: -number}[number]
    (child,) = done.stdout.split()
    assert not Path("/proc", child).exists()

"""Displays that are named in the environment but unusable, with real X servers and real Qt."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from certclient.platform.display import display_problem
from support.command_line import PC_USER, CliComputer

PROBE = (sys.executable, "-P", "-m", "certclient.ui.shell.display_probe")


@contextmanager
def x_server(*options: str) -> Iterator[str]:
    """Runs Xvfb; gives the value of DISPLAY."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp", *options]
    process = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def problem(limit: float = 100.0, **variables: str) -> str | None:
    kept = {name: os.environ[name] for name in ("HOME", "PATH")}
    return display_problem(PROBE, {**kept, **variables}, limit)


@pytest.mark.parametrize(
    "variables",
    [
        {"DISPLAY": ":4242"},
        {"DISPLAY": "localhost:4242"},
        {"DISPLAY": "nonsense"},
        {"WAYLAND_DISPLAY": "wayland-9"},
        {"WAYLAND_DISPLAY": "/nonexistent/wayland-0", "DISPLAY": ":4242"},
        {"QT_QPA_PLATFORM": "nonsense"},
        {"QT_QPA_PLATFORM": "xcb"},
        {"QT_QPA_PLATFORM": "linuxfb"},
    ],
)
def test_reminder_is_printed_if_the_display_is_gone(
    pc: CliComputer, variables: Mapping[str, str]
) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.variables.update(variables)
    done = pc.run("remind")
    assert done.code == 0, done.err
    assert PC_USER in done.out
    (said,) = done.err.splitlines()
    assert "画面に接続できない" in said
    for name, value in variables.items():
        assert f"{name}={value}" in said
    assert '"no-display"' in (pc.home / ".local/state/certclient/log/certclient.log").read_text()


def test_windows_fall_back_to_the_help(pc: CliComputer) -> None:
    pc.variables["DISPLAY"] = ":4242"
    done = pc.run()
    assert done.code == 0
    assert "certclient [OPTIONS]" in done.out
    link = pc.run("certclient:open")
    assert link.code == 2
    assert "CC-USAGE" in link.err


def test_no_display_is_named() -> None:
    assert problem() == ""


def test_display_that_answers_also_if_wayland_is_gone() -> None:
    with x_server("-ac") as display:
        assert problem(DISPLAY=display) is None
        assert problem(DISPLAY=display, WAYLAND_DISPLAY="wayland-9") is None
    assert problem(DISPLAY=display) is not None


def test_offscreen_needs_no_display() -> None:
    assert problem(QT_QPA_PLATFORM="offscreen") is None


def test_display_that_refuses_this_user(tmp_path: Path) -> None:
    known = tmp_path / "Xauthority"
    with x_server("-auth", str(known)) as display:
        cookie = ["xauth", "-f", str(known), "add", display, ".", secrets.token_hex(16)]
        subprocess.run(cookie, check=True, stderr=subprocess.DEVNULL)
        assert problem(DISPLAY=display, XAUTHORITY="/nonexistent") is not None
        assert problem(DISPLAY=display, XAUTHORITY=str(known)) is None


def test_display_that_never_answers() -> None:
    with socket.socket(socket.AF_UNIX) as mute:
        number = secrets.randbelow(1 << 20) + 5000
        mute.bind(f"\0/tmp/.X11-unix/X{number}")
        mute.listen()
        start = time.monotonic()
        told = problem(limit=3.0, DISPLAY=f":{number}")
    assert told == f"DISPLAY=:{number}: TimeoutExpired"
    assert time.monotonic() - start < 30.0

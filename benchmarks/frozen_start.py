"""Compares the time to the first window of the frozen program with the unfrozen one.

    python -m benchmarks.frozen_start        (root: Wine in a chroot; needs `make installer`)

Both run alternately in the same Wine; their medians are compared. The goal is that the frozen
program takes at most 1.3 times as long; if it takes longer or shows no window, the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PureWindowsPath

from tools.installer.settings import ROOT, Places, read_settings
from tools.wine.cache import Cache, default_folder
from tools.wine.parts import prepare
from tools.wine.runs import windows
from tools.wine.sandbox import PREFIX, SITE

sys.path.insert(0, str(ROOT / "tests"))

from support.fresh_windows import FreshWindows, fresh_windows
from support.screen import VirtualScreen, screen

ROUNDS = 5
GOAL = 1.3
TITLE = "電子証明書|ertificate"
FROZEN = (r"C:\app\certclientw.exe",)
_MAX_WAIT = 60
"""Seconds."""


def first_window(pc: FreshWindows, display: VirtualScreen, command: Sequence[str]) -> float | None:
    """Returns the seconds from starting `command` to its first window, then ends it.

    None if no window appears within a minute: Wine sometimes shows none after a program was killed.
    """
    begin = time.perf_counter()
    process = pc.start("wine", *command)
    seconds: float | None = None
    while seconds is None and time.perf_counter() - begin < _MAX_WAIT:
        time.sleep(0.005)
        if display.windows(TITLE):
            seconds = time.perf_counter() - begin
    name = PureWindowsPath(command[0]).name
    pc.wine("taskkill", "/f", "/im", name)
    process.wait()
    pc.settle()
    return seconds


def main(arguments: Sequence[str]) -> int:
    """Runs the comparison, or skips it with exit code 0 if not root."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    if os.geteuid() != 0:
        print("SKIPPED: Wine in a chroot needs root")
        return 0
    cache = Cache(default_folder(os.environ, Path.home()))
    target = windows(prepare(cache), cache).sandbox
    profile = read_settings().profiles[0]
    environment = {
        **target.environment,
        "PYTHONPATH": ";".join((r"Z:\project\src", SITE)),
        "PYTHONPYCACHEPREFIX": r"Z:\bytecode",
        "PYTHONUTF8": "1",
    }
    mounts = {**target.mounts, "/frozen": Places().payload, "/bank": profile.parent}
    with screen() as display, tempfile.TemporaryDirectory() as shared:
        sandbox = replace(target, mounts=mounts, environment=environment)
        with fresh_windows(sandbox, Path(shared), display.display) as pc:
            pc.run("cp", "-r", "/frozen", f"{PREFIX}/drive_c/app")
            return _compare(pc, display, rf"Z:\bank\{profile.name}")


def _compare(pc: FreshWindows, display: VirtualScreen, profile: str) -> int:
    programs = {
        "frozen": (*FROZEN, "--profile", profile),
        "unfrozen": (r"Z:\python\python.exe", "-m", "certclient", "--profile", profile),
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(ROUNDS + 1):
        for name, command in programs.items():
            seconds = first_window(pc, display, command)
            if seconds is None:
                print(f"{name}: no window", flush=True)
            elif number:  # the first round fills caches
                times[name].append(seconds)
    return verdict(times["frozen"], times["unfrozen"])


def verdict(frozen: Sequence[float], unfrozen: Sequence[float]) -> int:
    """Prints the times in seconds; returns 0 if the goal is met, 1 if not or without a time."""
    for name, seconds in (("frozen", frozen), ("unfrozen", unfrozen)):
        if not seconds:
            print(f"{name:<9} no window in any round")
            return 1
        median = statistics.median(seconds)
        print(f"{name:<9} median {median:5.2f} s, {min(seconds):.2f} to {max(seconds):.2f}")
    ratio = statistics.median(frozen) / statistics.median(unfrozen)
    print(
        f"ratio     {ratio:5.2f}, goal {GOAL} at most: {'reached' if ratio <= GOAL else 'MISSED'}"
    )
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

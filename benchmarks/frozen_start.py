"""What the frozen program's start costs on Windows (Wine): first window, and `remind`.

    python -m benchmarks.frozen_start [RUNS]      (root: Wine in a chroot)

It runs in turn, in the same Windows, with the program from source (`python.exe -m certclient`) and
with the least that PyInstaller makes of PySide6 (benchmarks/bare_frozen.py). The screen's pixels
are looked at from outside: a window is painted when more of them have changed than the sign of the
start covers. Both programs are frozen first, which takes minutes; therefore `make bench` leaves
this out.
"""

from __future__ import annotations

import argparse
import mmap
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from benchmarks.bare_frozen import bare_programs
from benchmarks.commands import Cost, side_by_side
from benchmarks.gui_start import screen
from benchmarks.table import Measured, Row, show
from tools.installer.settings import ROOT
from tools.installer.short import ShortBuild, short_build
from tools.wine.cache import Cache, default_folder
from tools.wine.parts import prepare
from tools.wine.runs import windows
from tools.wine.sandbox import PREFIX, SITE

sys.path.insert(0, str(ROOT / "tests"))

from support.fresh_windows import FreshWindows, fresh_windows

RUNS = 7
WINDOW_GOAL, REMIND_GOAL = 1.3, 1.3
"""Times the unfrozen program."""

PYTHON = r"Z:\python\python.exe"
FROZEN, UNFROZEN, BARE = "frozen", "unfrozen", "bare frozen"
_WINDOWS = {
    FROZEN: (r"C:\app\certclientw.exe", "--profile", r"C:\frozen.toml"),
    UNFROZEN: (PYTHON, "-m", "certclient", "--profile", r"C:\unfrozen.toml"),
    BARE: (r"C:\bare\wizard.exe",),
}
_LOGON = "frozen, logon task"
_REMIND = {
    FROZEN: (r"C:\app\certclient.exe", "--profile", r"C:\frozen.toml", "remind"),
    # A profile of its own: each program keeps its own answer for a bank.
    _LOGON: (r"C:\app\certclientw.exe", "--profile", r"C:\logon.toml", "remind"),
    UNFROZEN: (PYTHON, "-m", "certclient", "--profile", r"C:\unfrozen.toml", "remind"),
    BARE: (r"C:\bare\nothing.exe",),
    "python -c pass": (PYTHON, "-c", "pass"),
}
_WINDOW_PIXELS = 60_000
"""More than the sign of the start has (installer/native/splash.c: 380 x 96)."""

_MAX_WAIT = 60
"""Seconds."""

_PIXEL_BYTES, _EVERY = 4, 97


@dataclass(frozen=True)
class Computer:
    """A Windows with the frozen program in C:\\app and the bare ones in C:\\bare; its screen."""

    windows: FreshWindows
    pixels: mmap.mmap


@contextmanager
def computer(frozen: ShortBuild) -> Iterator[Computer]:
    """The computer with everything that is measured. A Windows program stays running on it, as
    there is always one on a real Windows."""
    cache = Cache(default_folder(os.environ, Path.home()))
    target = windows(prepare(cache), cache).sandbox
    (profile,) = frozen.settings.profiles[:1]
    environment = {
        **target.environment,
        "PYTHONPATH": ";".join((r"Z:\project\src", SITE)),
        "PYTHONPYCACHEPREFIX": r"Z:\bytecode",
        "PYTHONUTF8": "1",
    }
    sources = {"/frozen": frozen.payload, "/bare": bare_programs(cache), "/bank": profile.parent}
    sandbox = replace(target, mounts={**target.mounts, **sources}, environment=environment)
    with (
        tempfile.TemporaryDirectory() as shared,
        tempfile.TemporaryDirectory() as memory,
        screen(Path(memory)) as (display, pixels),
        fresh_windows(sandbox, Path(shared), display) as pc,
    ):
        drive = f"{PREFIX}/drive_c"
        pc.run("cp", "-r", "/frozen", f"{drive}/app")
        pc.run("cp", "-r", "/bare", f"{drive}/bare")
        for name in ("frozen", "logon", "unfrozen"):
            pc.run("cp", f"/bank/{profile.name}", f"{drive}/{name}.toml")
        pc.start("wine", PYTHON, "-c", "import time; time.sleep(1e6)")
        yield Computer(pc, pixels)


def first_window(pc: Computer, command: Sequence[str]) -> float | None:
    """Returns the seconds from starting `command` to its first painted window, then ends it.

    None if no window appears within a minute: Wine sometimes shows none after a program was killed.
    """
    empty = pc.pixels[:]
    begin = time.perf_counter()
    process = pc.windows.start("wine", *command)
    seconds: float | None = None
    while seconds is None and time.perf_counter() - begin < _MAX_WAIT:
        time.sleep(0.005)
        if _changed(empty, pc.pixels[:]) > _WINDOW_PIXELS:
            seconds = time.perf_counter() - begin
    pc.windows.kill(command[-1])
    process.wait()
    while pc.pixels[:] != empty and time.perf_counter() - begin < 2 * _MAX_WAIT:
        time.sleep(0.05)  # the window is about to go
    return seconds


def _changed(before: bytes, now: bytes) -> int:
    """About how many pixels differ."""
    if before == now:
        return 0
    step = _PIXEL_BYTES * _EVERY
    sample = zip(before[1::step], now[1::step], strict=True)
    return sum(one != other for one, other in sample) * _EVERY


def window_times(pc: Computer, runs: int) -> dict[str, list[float]]:
    """The seconds of each program in turn; the first round fills caches and does not count."""
    times: dict[str, list[float]] = {name: [] for name in _WINDOWS}
    for number in range(runs + 1):
        for name, command in _WINDOWS.items():
            seconds = first_window(pc, command)
            if seconds is None:
                print(f"{name}: no window", file=sys.stderr, flush=True)
            elif number:
                times[name].append(seconds)
    return times


def remind_costs(pc: Computer, runs: int) -> dict[str, Cost]:
    """The medians of `remind` with nothing due, and of what is measured beside it.

    Raises RuntimeError if the program did not take the quick way, which is what is measured.
    """
    for name in (FROZEN, _LOGON, UNFROZEN) * 2:  # the first start of all creates files and the task
        pc.windows.wine(*_REMIND[name])
    (log,) = pc.windows.path(r"C:\users").glob("*/AppData/Local/certclient/Logs/certclient.log")
    before = _quick_answers(log)
    commands = {name: pc.windows.entering("wine", *command) for name, command in _REMIND.items()}
    costs = side_by_side(commands, runs)
    quick, expected = _quick_answers(log) - before, 3 * (runs + 1)
    if quick < expected:
        raise RuntimeError(f"only {quick} of {expected} reminders took the quick way")
    return costs


def _quick_answers(log: Path) -> int:
    return log.read_text(encoding="utf-8").count("nothing-due")


def window_row(times: Mapping[str, Sequence[float]]) -> Row:
    """The row of the first window; a program without any window is a failure."""
    what = "Windows (Wine), frozen: exec to first painted window"
    missing = [name for name, seconds in times.items() if not seconds]
    if missing:
        return Row(what, f"no window: {', '.join(missing)}", runs=0)
    median = {name: statistics.median(seconds) for name, seconds in times.items()}
    own, unfrozen, bare = median[FROZEN], median[UNFROZEN], median[BARE]
    return Row(
        what,
        f"{own:.2f} s",
        f"unfrozen {unfrozen:.2f} s; bare frozen QWizard {bare:.2f} s",
        f"{own / unfrozen:.2f} x unfrozen, {own / bare:.2f} x bare",
        f"<= {WINDOW_GOAL} x unfrozen",
        own <= WINDOW_GOAL * unfrozen,
        min(len(seconds) for seconds in times.values()),
    )


def remind_row(costs: Mapping[str, Cost], runs: int) -> Row:
    """The row of `remind`, by wall time: Wine's server works for all of them."""
    own, unfrozen = costs[FROZEN].wall, costs[UNFROZEN].wall
    beside = "; ".join(f"{name} {cost}" for name, cost in costs.items() if name != FROZEN)
    return Row(
        "Windows (Wine), frozen: `certclient remind`, nothing due",
        str(costs[FROZEN]),
        beside,
        f"{own / unfrozen:.2f} x unfrozen, {own / costs[BARE].wall:.2f} x bare",
        f"<= {REMIND_GOAL} x unfrozen",
        own <= REMIND_GOAL * unfrozen,
        runs,
    )


def rows(runs: int = RUNS) -> list[Row]:
    """See benchmarks.table."""
    with computer(short_build()) as pc:
        window = window_row(window_times(pc, runs))
        return [window, remind_row(remind_costs(pc, runs), runs)]


def main(arguments: Sequence[str]) -> int:
    """Prints the rows, or skips with exit code 0 if not root; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=RUNS)
    runs = parser.parse_args(arguments).runs
    if os.geteuid() != 0:
        print("SKIPPED: Wine in a chroot needs root")
        return 0
    found = rows(runs)
    show(Console(highlight=False, width=240), [Measured(found, 0.0)])
    return 0 if all(row.met for row in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

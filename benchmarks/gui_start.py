"""From the start of the program to its first painted window, beside a bare QWizard of PySide6.

    python -m benchmarks.gui_start [RUNS]

Both run in turn on a virtual screen (Xvfb) of their own, whose pixels are looked at from outside:
the window is painted when they change, and the list is filled when they have changed for the last
time. Three certificates in NSS, which an earlier start has seen. The memory is that of the process
when the list is filled (RSS: all pages that it has in memory, those of shared libraries as well).
"""

from __future__ import annotations

import argparse
import mmap
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.customers_world import customers_world
from benchmarks.table import Measured, Row, show
from demo.customers import DAYS_LEFT

RUNS = 5
CERTIFICATES = 3
PAINTED, MEGABYTES, FILLED = 1.5, 100, 0.3
"""The goals: times the bare wizard; MB; seconds after the first window."""

_CHANGED_PIXELS = 1000
_SETTLED_SECONDS = 5.0
_MAX_SECONDS = 90.0
WIZARD = """
import sys
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWizard, QWizardPage
application = QApplication(sys.argv)
wizard = QWizard()
for number in range(3):
    page = QWizardPage()
    page.setTitle(f"Page {number}")
    QVBoxLayout(page).addWidget(QLabel("text"))
    wizard.addPage(page)
wizard.show()
application.exec()
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """One start: seconds to the first window and to the last change, the processor seconds that it
    had used at the first, MB at the last."""

    painted: float
    filled: float
    cpu: float
    megabytes: float


@contextmanager
def screen(folder: Path) -> Iterator[tuple[str, mmap.mmap]]:
    """A virtual screen: its DISPLAY, and its memory."""
    reading, writing = os.pipe()
    options = ("-screen", "0", "1280x900x24", "-ac", "-nolisten", "tcp", "-fbdir", str(folder))
    server = subprocess.Popen(
        ("Xvfb", "-displayfd", str(writing), *options),
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            display = f":{answer.readline().strip()}"
        with (
            (folder / "Xvfb_screen0").open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pixels,
        ):
            yield display, pixels
    finally:
        server.terminate()
        server.wait()


def shown(command: Sequence[str], environment: Mapping[str, str]) -> Shown:
    """Starts a program, watches its screen until nothing changes any more, and ends it.

    Raises TimeoutError.
    """
    with tempfile.TemporaryDirectory() as folder, screen(Path(folder)) as (display, pixels):
        time.sleep(0.3)
        variables = {**environment, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        begin = time.perf_counter()
        process = subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL)
        try:
            return _watched(process.pid, pixels, begin)
        finally:
            process.terminate()
            process.wait()


def _watched(pid: int, pixels: mmap.mmap, begin: float) -> Shown:
    empty = before = pixels[:]
    painted = filled = cpu = 0.0
    while not painted or time.perf_counter() - begin - filled < _SETTLED_SECONDS:
        time.sleep(0.004)
        now, seconds = pixels[:], time.perf_counter() - begin
        if seconds > _MAX_SECONDS:
            raise TimeoutError
        if now != before:
            before, filled = now, seconds
            sample = zip(now[::97], empty[::97], strict=True)
            if not painted and sum(one != other for one, other in sample) > _CHANGED_PIXELS // 97:
                painted, cpu = seconds, _processor_seconds(pid)
    return Shown(painted, filled, cpu, _megabytes(pid))


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    (kilobytes,) = (int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kilobytes / 1024


def measure(runs: int = RUNS) -> tuple[list[Shown], list[Shown]]:
    """The starts of the program and of the bare wizard, in turn."""
    with tempfile.TemporaryDirectory(prefix="certclient-start-") as folder:
        world, profile = customers_world(Path(folder), CERTIFICATES, DAYS_LEFT)
        program = [sys.executable, "-P", "-m", "certclient", "--profile", str(profile)]
        wizard = [sys.executable, "-c", WIZARD]
        shown(program, world.environment)  # this one sees the certificates
        pairs = [
            (shown(program, world.environment), shown(wizard, world.environment))
            for _ in range(runs)
        ]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def rows(runs: int = RUNS) -> list[Row]:
    """See benchmarks.table."""
    programs, wizards = measure(runs)
    painted, bare = (statistics.median(one.painted for one in all_) for all_ in (programs, wizards))
    cpu, bare_cpu = (statistics.median(one.cpu for one in all_) for all_ in (programs, wizards))
    later = statistics.median(one.filled - one.painted for one in programs)
    memory = statistics.median(one.megabytes for one in programs)
    bare_memory = statistics.median(one.megabytes for one in wizards)
    return [
        Row(
            "exec to first painted main window",
            f"{painted:.2f} s ({cpu:.2f} s CPU)",
            f"bare QWizard {bare:.2f} s ({bare_cpu:.2f} s CPU)",
            f"{painted / bare:.2f} x",
            f"<= {PAINTED} x the bare wizard",
            painted <= PAINTED * bare,
            runs,
        ),
        Row(
            f"list with {CERTIFICATES} certificates filled and checked, after the first window",
            f"{later:.2f} s",
            goal=f"filled <= {FILLED} s",
            met=later <= FILLED,
            runs=runs,
        ),
        Row(
            "memory (RSS) then",
            f"{memory:.0f} MB",
            f"bare QWizard {bare_memory:.0f} MB",
            f"{memory / bare_memory:.2f} x",
            f"<= {MEGABYTES} MB",
            memory <= MEGABYTES,
            runs,
        ),
    ]


def main(arguments: Sequence[str]) -> int:
    """Prints the rows of `gui_start.py [RUNS]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=RUNS)
    found = rows(parser.parse_args(arguments).runs)
    show(Console(highlight=False, width=200), [Measured(found, 0.0)])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

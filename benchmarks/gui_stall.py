"""Measures the longest stalls of the GUI thread: at the start, and during renewals.

    python -m benchmarks.gui_stall [RUNS]

A timer that should fire every millisecond records its delay. Anything that blocks the event loop (a
slot, painting, a worker that holds the interpreter lock) is a stall, which users notice as a frozen
window. The goal is 50 ms. On a busy machine a stall is longer by what other programs do meanwhile:
the processor time that the GUI thread used at a stretch is the program's own part of it. No display
is needed.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from rich.console import Console

from benchmarks.stall_meter import StallMeter
from benchmarks.table import Measured, Row, show
from certclient.bootstrap import window_services
from certclient.configuration.profiles import load_profile
from certclient.model.destination import Destination
from certclient.model.secret import Secret
from certclient.model.start import Start
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.shell.app import make_context
from certclient.ui.shell.opening import SWITCH_SECONDS
from certclient.ui.shell.shell import Shell
from certclient.ui.tasks.garbage_collector import GuiGarbageCollector
from demo.command_line import CommandLine, practice_bank
from demo.customers import issue_certificate_to, store_for
from demo.world import SOFTHSM_MODULE, World

GOAL_MILLISECONDS = 50.0
DEFAULT_RUNS = 3
_MAX_WAIT_MILLISECONDS = 60_000
_ONCE = "--once"
MANY = 1000
"""Certificates in the list of the second start."""
_PHASES = ("start", f"start, {MANY} certificates", "renewal on the PC", "renewal on the USB token")


def wait_for(condition: Callable[[], bool]) -> None:
    """Runs the Qt event loop until `condition` holds. Raises TimeoutError after 60 seconds."""
    deadline = QDeadlineTimer(_MAX_WAIT_MILLISECONDS)
    while not condition():
        if deadline.hasExpired():
            raise TimeoutError
        loop = QEventLoop()
        QTimer.singleShot(5, loop.quit)
        loop.exec()


def press(wizard: EnrollmentWizard, text: str) -> None:
    """Waits for an enabled button whose text starts with `text` and clicks it."""

    def found() -> list[QAbstractButton]:
        buttons = wizard.findChildren(QAbstractButton)
        return [b for b in buttons if b.isVisible() and b.isEnabled() and b.text().startswith(text)]

    wait_for(lambda: bool(found()))
    found()[0].click()


def renew(shell: Shell, user_id: str, pin: Secret | None) -> None:
    """Renews through the windows, from the list to the last page, and closes the wizard."""
    rows = shell.scanner.overview.rows
    row = next(r for r in rows if r.entry.owner.user_id == user_id and r.condition.due)
    shell.wizard_manager.renew(row)
    (wizard,) = shell.wizard_manager.wizards
    wait_for(lambda: wizard.page_id is WizardPageId.START)
    press(wizard, "更新する")
    if pin is not None:
        wait_for(lambda: bool(_fields(wizard)))
        _fields(wizard)[0].setText(pin.reveal())
        press(wizard, "次へ")
    wait_for(lambda: wizard.page_id is WizardPageId.DONE)
    wizard.close()
    wait_for(lambda: not shell.wizard_manager.wizards)


def _fields(wizard: EnrollmentWizard) -> list[QLineEdit]:
    return [field for field in wizard.findChildren(QLineEdit) if field.isVisible()]


def measure(world: World, application: QApplication) -> list[float]:
    """Returns the two figures of `StallMeter.take` for each of `_PHASES`, one after the other."""
    command_line = CommandLine(world.folder, world.environment)
    with practice_bank(command_line, world.folder / "bank") as bank:
        profile_file = world.folder / "practice.toml"
        modules = ["--pkcs11-module", str(SOFTHSM_MODULE)]
        bank.admin("profile", "--out", str(profile_file), *modules)
        for place in Destination:
            issue_certificate_to(bank, world, f"BENCH{place.value.upper()}", store_for(place))
        start(profile_file)  # this one sees the certificates
        found = [*start(profile_file), *start(profile_file, MANY)]
        profiles = [load_profile(profile_file)]
        context = make_context(profiles, Start(language="ja"), application, window_services())
        shell = Shell(context, has_tray=False)
        shell.start()
        wait_for(lambda: shell.scanner.complete and context.tasks.idle)
        meter = StallMeter()
        renew(shell, "BENCHPC", None)
        found += meter.take()
        renew(shell, "BENCHUSB", world.pin)
        found += meter.take()
        shell.close()
        context.tasks.close()
    return found


def start(profile: Path, certificates: int = 0) -> list[float]:
    """One start of the windows in a process of its own; see `gui_stall_start`."""
    command = [sys.executable, "-m", "benchmarks.gui_stall_start", str(profile), str(certificates)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [float(word) for word in done.stdout.split()[-2:]]


def run_once() -> list[float]:
    """Runs one measurement with its own stores.

    Once per process only: SoftHSM supports one configuration per process.
    """
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    sys.setswitchinterval(SWITCH_SECONDS)
    garbage = GuiGarbageCollector(application)
    garbage.start()
    with tempfile.TemporaryDirectory(prefix="certclient-stall-") as folder:
        world = World(Path(folder), Secret(f"{secrets.randbelow(10**6):06}"))
        world.prepare()
        os.environ.update(world.environment)
        return measure(world, application)


def run_in_subprocess() -> list[float]:
    """Calls `run_once` in a new process."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "benchmarks.gui_stall", _ONCE]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [float(word) for word in done.stdout.split()[-2 * len(_PHASES) :]]


def rows(runs: int = DEFAULT_RUNS) -> list[Row]:
    """See benchmarks.table."""
    measured = [run_in_subprocess() for _ in range(runs)]
    found = []
    for number, phase in enumerate(_PHASES):
        stall, own = (
            statistics.median(run[2 * number + part] for run in measured) for part in (0, 1)
        )
        found.append(
            Row(
                f"longest stall of the GUI thread: {phase}",
                f"{stall:.0f} ms ({own:.0f} ms its own CPU time)",
                goal=f"<= {GOAL_MILLISECONDS:.0f} ms",
                met=stall <= GOAL_MILLISECONDS,
                runs=runs,
            )
        )
    return found


def main(arguments: Sequence[str]) -> int:
    """Runs `gui_stall.py [RUNS]`; returns 1 if a goal was missed."""
    if arguments[:1] == [_ONCE]:
        print(*run_once())
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=DEFAULT_RUNS)
    found = rows(parser.parse_args(arguments).runs)
    show(Console(highlight=False, width=160), [Measured(found, 0.0)])
    return 0 if all(row.met for row in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

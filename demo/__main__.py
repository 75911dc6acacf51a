"""`make demo`: exits with 0 only if every step succeeded."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from certclient.configuration.profiles import load_profile
from certclient.model.errors import CertclientError
from certclient.model.secret import Secret
from demo.browser import BrowserError
from demo.child_processes import SIGNALS
from demo.command_line import CommandError, CommandLine, practice_bank
from demo.display import DisplayError
from demo.handover import HandoverError
from demo.report import DemoReport
from demo.story import PROFILE, Story, StoryError
from demo.windows import has_display, open_windows
from demo.world import SOFTHSM_MODULE, ToolError, World

_EXPECTED = (
    BrowserError,
    CertclientError,
    CommandError,
    DisplayError,
    HandoverError,
    LookupError,
    OSError,
    StoryError,
    subprocess.SubprocessError,
    ToolError,
)
"""Errors that a failed step may raise; any other is a bug and shows its traceback."""

_REMOVAL_TRIES = 20
_REMOVAL_PAUSE = 0.1
"""Seconds."""


def main(arguments: Sequence[str]) -> int:
    """Runs the demo in a temporary folder that is removed at the end, even after a failure.

    `--keep` keeps the folder with its logs. On a computer with a display the demo opens the app's
    windows instead of playing the story, unless `--story` is given. Returns the exit code: 0, 1
    after a failed step, 130 after Ctrl+C. SIGTERM and SIGHUP (a closed terminal) end the bank, the
    browser and the window, too, and remove the folder; the exit code is 128 plus their number.
    """
    given = _parser().parse_args(arguments)
    SIGNALS.handle()
    play = _play if given.story or not has_display() else open_windows
    report = DemoReport()
    try:
        with _temporary_folder(keep=given.keep) as folder:
            play(folder, report)
    except _EXPECTED as error:
        report.failed(f"{type(error).__name__}: {error}")
        return 1
    except KeyboardInterrupt:
        report.failed("interrupted from the keyboard")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="Renews two certificates against the practice bank."
    )
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    parser.add_argument(
        "--story", action="store_true", help="play the story, even if there is a display"
    )
    return parser


def _play(folder: Path, report: DemoReport) -> None:
    start = time.monotonic()
    world = World(folder, Secret(f"{secrets.randbelow(10**6):06}"))
    world.prepare()
    # Stores opened in this process must use the same folders as those in child processes.
    os.environ.update(world.environment)
    command_line = CommandLine(folder, world.environment)
    report.step("The practice bank 練習銀行 starts, a process of its own on this computer")
    with practice_bank(command_line, folder / "bank") as bank:
        report.fact(f"the bank: {bank.public_url}")
        report.fact(f"login page: {bank.login_url}")
        report.fact(f"its desk, for the operator: {bank.operator_url}")
        bank.admin("profile", "--out", PROFILE, "--pkcs11-module", str(SOFTHSM_MODULE))
        story = Story(world, report, bank, command_line, load_profile(folder / PROFILE))
        story.last_year()
        story.renew_on_the_pc()
        story.renew_on_the_token()
        story.renew_from_the_notice()
        story.log_in_with_the_new_ones()
        story.replaced_certificate()
        story.unconfirmed_certificate()
        story.revoked_certificate()
    report.summary(story.renewals, time.monotonic() - start)


@contextmanager
def _temporary_folder(*, keep: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="certclient-demo-"))
    try:
        yield folder
    finally:
        if keep:
            print(f"kept: {folder}")
        else:
            _remove(folder)


def _remove(folder: Path) -> None:
    """Deletes the folder; retries while a dying Chromium helper process still writes to it."""
    for _ in range(_REMOVAL_TRIES):
        with suppress(OSError):
            shutil.rmtree(folder)
            return
        time.sleep(_REMOVAL_PAUSE)
    shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

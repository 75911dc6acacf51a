"""`certclient practice try`: a rehearsal without a bank, which leaves nothing behind."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, Option, invocation_of
from certclient.cli.rehearsal import Rehearsal, rehearsal
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.practice import DAYS_LEFT, OBTAINING, RENEWING
from certclient.platform.own_processes import end
from certclient.platform.rehearsal import VARIABLE, rehearsal_folder

_POLL_SECONDS = 0.5
"""An unlimited wait could not be interrupted on Windows."""


@click.pass_context
def try_(context: click.Context, window: bool) -> int:
    """Runs until Ctrl+C or until the window that it has opened is closed; returns the exit code.

    Raises CertclientError: PRACTICE_BANK, DATA_FOLDER, DATA_REMAINS, USAGE within a rehearsal.
    """
    invocation = invocation_of(context)
    invocation.command = "practice try"
    services, text = invocation.services, invocation.catalogue.text
    if rehearsal_folder() is not None:
        raise CertclientError(ErrorCode.USAGE, reason=text("practice.again"))
    services.remove_abandoned_rehearsals()
    shows = window and services.windows is not None and services.display_problem() is None
    click.echo(text("practice.starting"))
    with _ends_in_order(), rehearsal(services) as one:
        # Ctrl+C, a closed window and SIGTERM all end here: what follows is the removal.
        with suppress(KeyboardInterrupt):
            one.prepare()
            click.echo("\n".join(_lines(invocation, one, shows=shows)))
            sys.stdout.flush()
            _wait(one.windows() if shows else None)
        click.echo(text("practice.removing"))
    click.echo(text("practice.removed"))
    return DONE


def _wait(windows: subprocess.Popen[bytes] | None) -> None:
    """Until the windows are closed; without any, until Ctrl+C."""
    try:
        while windows is None or windows.poll() is None:
            time.sleep(_POLL_SECONDS)
    finally:
        if windows is not None and windows.poll() is None:
            windows.terminate()
            end(windows)


@contextmanager
def _ends_in_order() -> Iterator[None]:
    """SIGTERM and SIGHUP (a closed terminal) unwind like Ctrl+C; a second one is ignored."""
    numbers = [signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    else:
        numbers.append(signal.SIGHUP)

    def unwind(_number: int, _frame: FrameType | None) -> NoReturn:
        for number in (*numbers, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, unwind) for number in (*numbers, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _lines(invocation: Invocation, one: Rehearsal, *, shows: bool) -> Iterator[str]:
    """What can be tried out, and how."""
    text = invocation.catalogue.text
    yield text("practice.ready")
    yield text("practice.renewing", user_id=RENEWING, days=DAYS_LEFT)
    if not shows:
        # The window asks for one itself, and a newer code makes an earlier one void.
        letter = one.bank.code()
        yield text("practice.obtaining", user_id=letter.user_id, code=letter.code.reveal())
    yield from (f"  {address}" for address in one.bank.addresses)
    yield ""
    yield text("practice.window" if shows else "practice.terminal")
    if shows:
        yield text("practice.terminal-too")
    program = _shown(invocation.services.program)
    setting = "set" if sys.platform == "win32" else "export"
    yield f"  {setting} {VARIABLE}={one.folder}"
    yield from (f"  {program} {what}" for what in ("list", "renew", f"obtain {OBTAINING}"))
    yield ""
    yield text("practice.end")


def _shown(program: Sequence[str]) -> str:
    """How the user calls the program: as typed, if that is a file; else the whole command."""
    typed = Path(sys.argv[0])
    if typed.stem != "certclient":
        return " ".join(program)
    found = shutil.which("certclient")
    return "certclient" if found is not None and Path(found) == typed else str(typed)


command = Command(
    name="try",
    callback=try_,
    params=[Option(["--window/--no-window"], default=True)],
    short_help="Rehearse obtaining and renewing; leaves nothing behind. 練習してみる",
)

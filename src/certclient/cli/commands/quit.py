"""`certclient quit`: closes open windows before an installer replaces the program."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE, EXIT_CODES
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.model.errors import ErrorKind

_SECONDS = 30
_CODES = {
    "quit": DONE,
    "not-running": EXIT_CODES[ErrorKind.NOTHING_TO_DO],
    "busy": EXIT_CODES[ErrorKind.RETRY_LATER],
}


@click.pass_obj
def quit_windows(invocation: Invocation, quit_wait: float) -> int:
    """Quits after a running procedure's current step, to be resumed later; returns the code."""
    invocation.command = "quit"
    outcome = invocation.services.quit_windows(quit_wait)
    code = _CODES[outcome]
    if invocation.json:
        print_json(invocation, code, {"outcome": outcome})
    else:
        click.echo(invocation.catalogue.text(f"quit.{outcome}"))
    return code


command = Command(
    name="quit",
    callback=quit_windows,
    params=[
        Option(
            ["--wait", "quit_wait"],
            metavar="SECONDS",
            type=click.FloatRange(min=0, max=3600),
            default=_SECONDS,
        ),
        *common_parameters(),
    ],
)

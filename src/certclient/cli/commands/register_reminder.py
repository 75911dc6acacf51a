"""`certclient register-reminder`: creates the daily reminder task; `--remove` for the uninstaller.

The program also creates it on its first start.
"""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE, EXIT_CODES
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, Option, common_parameters
from certclient.model.errors import CertclientError, ErrorCode, ErrorKind


@click.pass_obj
def register_reminder(invocation: Invocation, remove_task: bool) -> int:
    """Creates or removes the task; returns the exit code.

    Raises USAGE unless the program is installed on Windows.
    """
    invocation.command = "register-reminder"
    catalogue = invocation.catalogue
    reminder = invocation.services.daily_reminder()
    if reminder is None:
        reason = catalogue.text("reason.no-daily-reminder")
        raise CertclientError(ErrorCode.USAGE, reason=reason)
    done = reminder.remove() if remove_task else reminder.make()
    result = ("removed" if remove_task else "made") if done else "failed"
    click.echo(catalogue.text(f"daily-reminder.{result}"))
    return DONE if done else EXIT_CODES[ErrorKind.RETRY_LATER]


command = Command(
    name="register-reminder",
    callback=register_reminder,
    params=[Option(["--remove", "remove_task"], is_flag=True), *common_parameters()],
)

"""`certclient obtain`: 電子証明書取得, with the user ID and an issue code."""

from __future__ import annotations

import click

from certclient.cli.dialogue import Answers
from certclient.cli.enrolling import Desk, destination_parameters, enrolling_parameters
from certclient.cli.invocation import Invocation
from certclient.cli.outcomes import attempt, show_results
from certclient.cli.translated import Command, Option


@click.pass_obj
def obtain(
    invocation: Invocation,
    user_id: str,
    to: str | None,
    store: str,
    code_stdin: bool,
    yes: bool,
    pin_stdin: bool,
    wait: float,
) -> int:
    """Obtains a certificate with an issue code; returns the exit code."""
    invocation.command = "obtain"
    desk = Desk(invocation, Answers(yes, pin_stdin, code_stdin), wait)
    desk.dialogue.require_consent_possible()
    destination = desk.store(to, store, None)
    with desk.dialogue.running():
        result = attempt(
            user_id, None, lambda: desk.procedures.obtain(user_id, destination, desk.dialogue)
        )
    return show_results(invocation, [result])


command = Command(
    name="obtain",
    callback=obtain,
    params=[
        click.Argument(["user_id"], metavar="USER_ID"),
        Option(["--code-stdin"], is_flag=True),
        *destination_parameters(),
        *enrolling_parameters(),
    ],
)

"""`certclient abandon`: gives an open procedure up; the certificate in use stays as it is."""

from __future__ import annotations

import click

from certclient.cli.dialogue import Answers
from certclient.cli.enrolling import Desk
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.outcomes import Result, chosen_procedures, show_results
from certclient.cli.records import JsonObject, print_json, procedure_record
from certclient.cli.translated import Command, Option, common_parameters
from certclient.enrollment.procedure import Finished, ProcedureView, State
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log

_PATIENCE = 60.0
"""Seconds that this waits for a CA, where the procedure can only be finished."""


@click.pass_obj
def abandon(
    invocation: Invocation, procedure: str, code_stdin: bool, yes: bool, pin_stdin: bool
) -> int:
    """Gives up exactly one procedure; returns the exit code."""
    invocation.command = "abandon"
    desk = Desk(invocation, Answers(yes, pin_stdin, code_stdin), _PATIENCE)
    (view,) = chosen_procedures(desk.procedures, desk.profile.id, procedure)
    desk.dialogue.require_consent_possible()
    if not yes and not desk.dialogue.yes(_question(invocation, view)):
        raise CertclientError(ErrorCode.CONSENT_REFUSED)
    outcome = desk.procedures.abandon(view.id, desk.dialogue)
    if isinstance(outcome, Finished):
        return show_results(invocation, [Result(view.user_id, None, outcome, None)])
    log.event("abandoned", procedure=view.id)
    if invocation.json:
        record: JsonObject = {"action": "abandoned", "procedure": procedure_record(view)}
        print_json(invocation.command, DONE, record)
    else:
        click.echo(invocation.words.text("abandon.done", user_id=view.user_id))
    return DONE


def _question(invocation: Invocation, view: ProcedureView) -> str:
    """What goes and what stays; what the CA has confirmed cannot be given up any more."""
    confirmed = view.state is State.CONFIRMED
    return invocation.words.text(
        "abandon.ask-finish" if confirmed else "abandon.ask",
        user_id=view.user_id,
        id=view.id,
        state=invocation.words.state(view.state),
    )


command = Command(
    name="abandon",
    callback=abandon,
    params=[
        click.Argument(["procedure"], metavar="PROCEDURE"),
        Option(["--code-stdin"], is_flag=True),
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        *common_parameters(),
    ],
)

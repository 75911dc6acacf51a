"""`certclient abandon`: gives up an open procedure; the certificate in use is unchanged."""

from __future__ import annotations

import click

from certclient.cli.candidates import procedures
from certclient.cli.enrollment import proxy_parameter
from certclient.cli.exit_codes import DONE
from certclient.cli.interaction import PresetAnswers
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.outcomes import ProcedureResult, chosen_procedures, show_results
from certclient.cli.records import procedure_record
from certclient.cli.sessions import EnrollmentSessions
from certclient.enrollment.procedure import Finished, ProcedureState, ProcedureView
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log

_MAX_WAIT = 60.0
"""Seconds to wait for a CA if the procedure can only be finished."""


@click.pass_obj
def abandon(
    invocation: Invocation,
    procedure: str,
    code_stdin: bool,
    yes: bool,
    pin_stdin: bool,
    proxy_user: str,
) -> int:
    """Abandons exactly one procedure, or finishes it if it is confirmed; returns the exit code."""
    invocation.command = "abandon"
    sessions = EnrollmentSessions(
        invocation, PresetAnswers(yes, pin_stdin, code_stdin, proxy_user), _MAX_WAIT
    )
    (view,) = chosen_procedures(sessions.pending(), procedure)
    session = sessions.of_view(view)
    session.interaction.require_consent_possible()
    if not yes and not session.interaction.confirm(_question(invocation, view)):
        raise CertclientError(ErrorCode.CONSENT_REFUSED)
    outcome = session.procedures.abandon(view.id, session.interaction)
    if isinstance(outcome, Finished):
        result = ProcedureResult(session.invocation, view.user_id, None, outcome, None)
        return show_results(invocation, [result])
    log.event("abandoned", procedure=view.id)
    if invocation.json:
        record: JsonObject = {"action": "abandoned", "procedure": procedure_record(view)}
        print_json(invocation, DONE, record)
    else:
        click.echo(invocation.catalogue.text("abandon.done", user_id=view.user_id))
    return DONE


def _question(invocation: Invocation, view: ProcedureView) -> str:
    """What is removed and what stays; a confirmed procedure can only be finished."""
    confirmed = view.state is ProcedureState.CONFIRMED
    return invocation.catalogue.text(
        "abandon.ask-finish" if confirmed else "abandon.ask",
        user_id=view.user_id,
        id=view.id,
        state=invocation.catalogue.state(view.state),
    )


command = Command(
    name="abandon",
    callback=abandon,
    params=[
        click.Argument(["procedure"], metavar="PROCEDURE", shell_complete=procedures),
        Option(["--code-stdin"], is_flag=True),
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        proxy_parameter(),
        *common_parameters(),
    ],
)

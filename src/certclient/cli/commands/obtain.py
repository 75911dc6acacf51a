"""`certclient obtain`: 電子証明書取得, with the user ID and an issue code."""

from __future__ import annotations

import click

from certclient.cli.candidates import user_ids
from certclient.cli.enrollment import (
    EnrollmentSession,
    destination_parameters,
    enrolling_parameters,
)
from certclient.cli.interaction import PresetAnswers
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, Option
from certclient.cli.outcomes import attempt, show_results
from certclient.enrollment.planner import check_user_id
from certclient.model.errors import CertclientError, ErrorCode


@click.pass_obj
def obtain(
    invocation: Invocation,
    user_id: str,
    to: str | None,
    store: str,
    code_stdin: bool,
    yes: bool,
    pin_stdin: bool,
    proxy_user: str,
    wait: float,
) -> int:
    """Obtains a certificate with an issue code; returns the exit code."""
    invocation.command = "obtain"
    user_id = _plain(invocation, user_id)
    answers = PresetAnswers(yes, pin_stdin, code_stdin, proxy_user)
    session = EnrollmentSession(invocation, answers, wait)
    user_id = check_user_id(session.profile, user_id)
    session.interaction.require_consent_possible()
    session.interaction.check_code(session.profile.codes)
    destination = session.store(to, store, None, user_id)
    with session.interaction.running():
        result = attempt(
            invocation,
            user_id,
            None,
            lambda: session.procedures.obtain(user_id, destination, session.interaction),
        )
    return show_results(invocation, [result])


def _plain(invocation: Invocation, user_id: str) -> str:
    """The user ID without blanks around it. Raises USAGE if none can be meant."""
    found = user_id.strip()
    if not found or not found.isprintable():
        reason = invocation.catalogue.text("reason.user-id")
        raise CertclientError(ErrorCode.USAGE, reason=reason)
    return found


command = Command(
    name="obtain",
    callback=obtain,
    params=[
        click.Argument(["user_id"], metavar="USER_ID", shell_complete=user_ids),
        Option(["--code-stdin"], is_flag=True),
        *destination_parameters(),
        *enrolling_parameters(),
    ],
)

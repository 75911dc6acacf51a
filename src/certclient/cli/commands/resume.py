"""`certclient resume`: continues interrupted or waiting procedures."""

from __future__ import annotations

from collections.abc import Sequence

import click

from certclient.cli.candidates import procedures
from certclient.cli.enrollment import EnrollmentSession, enrolling_parameters
from certclient.cli.interaction import PresetAnswers
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, Option
from certclient.cli.outcomes import ProcedureResult, attempt, chosen_procedures, show_results
from certclient.cli.sessions import EnrollmentSessions
from certclient.enrollment.procedure import ProcedureKind, ProcedureView
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log


@click.pass_obj
def resume(
    invocation: Invocation,
    procedure: str | None,
    code_stdin: bool,
    yes: bool,
    pin_stdin: bool,
    proxy_user: str,
    wait: float,
) -> int:
    """Resumes one procedure or all, at the bank chosen or at all banks; returns the worst exit
    code.

    The user consented when the procedure started, so `--yes` has no effect here.
    """
    invocation.command = "resume"
    answers = PresetAnswers(yes, pin_stdin, code_stdin, proxy_user)
    sessions = EnrollmentSessions(invocation, answers, wait)
    pending = sessions.pending()
    if procedure is None and _put_away(sessions, invocation) and not pending:
        return show_results(invocation, [])
    views = chosen_procedures(pending, procedure)
    if code_stdin:
        _require_one_code(invocation, views)
    with sessions.interaction.running():
        results = _resume_all(sessions, views)
    return show_results(invocation, results, apart=_needs_customer)


def _require_one_code(invocation: Invocation, views: Sequence[ProcedureView]) -> None:
    """Raises USAGE if the one code on standard input could be of several procedures: each of the
    others would lose a try."""
    if len([view for view in views if view.kind is ProcedureKind.OBTAIN]) > 1:
        reason = invocation.catalogue.text("reason.several-codes")
        raise CertclientError(ErrorCode.USAGE, reason=reason)


_NEEDS_CUSTOMER = frozenset(
    {
        ErrorCode.BANK_SECRETS_REQUIRED,
        ErrorCode.ISSUE_CODE_REQUIRED,
        ErrorCode.PASSWORD_REQUIRED,
        ErrorCode.PIN_REQUIRED,
        ErrorCode.TOKEN_MISSING,
    }
)


def _needs_customer(result: ProcedureResult) -> bool:
    """Whether a procedure only waits for what its customer has to give."""
    return result.error is not None and result.error.code in _NEEDS_CUSTOMER


def _put_away(sessions: EnrollmentSessions, invocation: Invocation) -> bool:
    """What else was left to do: old certificates to put away. True if there was one; what could not
    be done is a warning."""
    tried = sessions.put_away_left()
    invocation.notices.extend(tried.errors)
    for certificate in tried.certificates:
        log.event("archived", serial=certificate.serial_hex)
        if not invocation.json:
            serial = certificate.serial_hex
            click.echo(invocation.catalogue.text("resume.put-away", serial=serial))
    return bool(tried.certificates)


def _resume_all(
    sessions: EnrollmentSessions, views: Sequence[ProcedureView]
) -> list[ProcedureResult]:
    """Sequentially; a failure does not stop the rest, Ctrl+C does."""
    results: list[ProcedureResult] = []
    for number, view in enumerate(views, start=1):
        if sessions.interaction.stop_requested():
            break
        if len(views) > 1:
            sessions.interaction.announce(number, len(views), view.user_id)
        results.append(_resume(sessions.of_view(view), view))
    return results


def _resume(session: EnrollmentSession, view: ProcedureView) -> ProcedureResult:
    return attempt(
        session.invocation,
        view.user_id,
        None,
        lambda: session.procedures.resume(view.id, session.interaction),
    )


command = Command(
    name="resume",
    callback=resume,
    params=[
        click.Argument(
            ["procedure"], required=False, metavar="[PROCEDURE]", shell_complete=procedures
        ),
        Option(["--code-stdin"], is_flag=True),
        *enrolling_parameters(),
    ],
)

"""`certclient resume`: continues interrupted or waiting procedures."""

from __future__ import annotations

from collections.abc import Sequence

import click

from certclient.cli.dialogue import Answers
from certclient.cli.enrolling import Desk, enrolling_parameters
from certclient.cli.invocation import Invocation
from certclient.cli.outcomes import Result, attempt, chosen_procedures, show_results
from certclient.cli.translated import Command, Option
from certclient.enrollment.procedure import ProcedureView


@click.pass_obj
def resume(
    invocation: Invocation,
    procedure: str | None,
    code_stdin: bool,
    yes: bool,
    pin_stdin: bool,
    wait: float,
) -> int:
    """Resumes one procedure or all of this bank's; returns the worst exit code.

    The user consented when the procedure started, so `--yes` has no effect here.
    """
    invocation.command = "resume"
    desk = Desk(invocation, Answers(yes, pin_stdin, code_stdin), wait)
    views = chosen_procedures(desk.procedures, procedure)
    with desk.dialogue.running():
        results = _resume_all(desk, views)
    return show_results(invocation, results)


def _resume_all(desk: Desk, views: Sequence[ProcedureView]) -> list[Result]:
    """Sequentially; a failure does not stop the rest, Ctrl+C does."""
    results: list[Result] = []
    for number, view in enumerate(views, start=1):
        if desk.dialogue.stop_requested():
            break
        if len(views) > 1:
            desk.dialogue.announce(number, len(views), view.user_id)
        results.append(_resume(desk, view))
    return results


def _resume(desk: Desk, view: ProcedureView) -> Result:
    return attempt(view.user_id, None, lambda: desk.procedures.resume(view.id, desk.dialogue))


command = Command(
    name="resume",
    callback=resume,
    params=[
        click.Argument(["procedure"], required=False, metavar="[PROCEDURE]"),
        Option(["--code-stdin"], is_flag=True),
        *enrolling_parameters(),
    ],
)

"""`certclient status`: procedures that are not finished."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.records import JsonValue, print_json, procedure_record
from certclient.cli.tables import print_table
from certclient.cli.translated import Command, common_parameters
from certclient.enrollment.procedure import ProcedureView

_COLUMNS = ("procedure", "user-id", "state", "changed", "check-at", "last-error")


@click.pass_obj
def status(invocation: Invocation) -> int:
    """Shows the open procedures; returns the exit code 0 also where there are none."""
    invocation.command = "status"
    profile = invocation.profile()
    services = invocation.services
    views = services.procedures(profile, (), 0.0).pending()
    if invocation.json:
        records: list[JsonValue] = [procedure_record(view) for view in views]
        print_json("status", DONE, {"procedures": records})
    elif views:
        headings = [invocation.words.text(f"column.{name}") for name in _COLUMNS]
        print_table(headings, [_row(invocation, view) for view in views])
        click.echo(invocation.words.text("status.resume"))
    else:
        click.echo(invocation.words.text("status.none"))
    return DONE


def _row(invocation: Invocation, view: ProcedureView) -> list[str]:
    words = invocation.words
    return [
        view.id,
        view.user_id,
        words.state(view.state),
        words.minute(view.changed),
        words.minute(view.check_at) if view.check_at else "",
        view.last_error.code if view.last_error else "",
    ]


command = Command(name="status", callback=status, params=common_parameters())

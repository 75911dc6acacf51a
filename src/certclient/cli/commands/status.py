"""`certclient status`: unfinished procedures and leftover keys."""

from __future__ import annotations

import click

from certclient.cli.errors import print_error
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import (
    JsonObject,
    JsonValue,
    error_record,
    leftover_record,
    policy_record,
    print_json,
    procedure_record,
)
from certclient.cli.tables import print_table
from certclient.enrollment.open_procedures import OpenProcedures
from certclient.enrollment.procedure import ProcedureView
from certclient.model.anchor_dates import anchor_warnings
from certclient.model.visible_text import visible
from certclient.platform import log
from certclient.store.names import title_of

_COLUMNS = ("procedure", "user-id", "state", "changed", "check-at", "last-error")


@click.pass_obj
def status(invocation: Invocation, unfinished: bool) -> int:
    """Prints open procedures and leftover keys; returns exit code 0 even if there are none.

    `unfinished`: only the user IDs, one per line, at every bank and without reading a profile.
    """
    invocation.command = "status"
    if unfinished:
        return _print_user_ids(invocation)
    profile = invocation.profile()
    services = invocation.services
    stores = services.stores(profile)
    procedures = services.procedures(profile, stores, 0.0)
    opened, leftovers = services.open_procedures(), procedures.leftovers(stores)
    views = opened.views
    warnings = anchor_warnings(profile, services.clock())
    for warning in warnings:
        log.error(warning)
    if invocation.json:
        records: list[JsonValue] = [
            procedure_record(view, running=view.id in opened.running) for view in views
        ]
        left: list[JsonValue] = [leftover_record(one) for one in leftovers]
        policy = policy_record(services.policy())
        fields: JsonObject = {"procedures": records, "leftover_keys": left, "policy": policy}
        fields["warnings"] = [error_record(invocation, warning) for warning in warnings]
        print_json("status", DONE, fields)
        return DONE
    for warning in warnings:
        print_error(invocation, warning)
    _print_procedures(invocation, opened)
    for one in leftovers:
        place = invocation.place(one.store.destination, title_of(one.store))
        click.echo(invocation.catalogue.text("status.leftover", number=one.name, place=place))
    if sources := services.policy().sources:
        click.echo(invocation.catalogue.text("status.policy", places=", ".join(sources)))
    return DONE


def _print_user_ids(invocation: Invocation) -> int:
    user_ids = invocation.services.open_procedures().user_ids
    if invocation.json:
        print_json("status", DONE, {"unfinished": list(user_ids)})
    else:
        for user_id in user_ids:
            click.echo(visible(user_id))
    return DONE


def _print_procedures(invocation: Invocation, opened: OpenProcedures) -> None:
    catalogue = invocation.catalogue
    if not opened.views:
        click.echo(catalogue.text("status.none"))
        return
    print_table(
        [catalogue.text(f"column.{name}") for name in _COLUMNS],
        [_row(invocation, view, running=view.id in opened.running) for view in opened.views],
    )
    click.echo(catalogue.text("status.resume"))


def _row(invocation: Invocation, view: ProcedureView, *, running: bool) -> list[str]:
    catalogue = invocation.catalogue
    state = catalogue.state(view.state)
    return [
        view.id,
        view.user_id,
        catalogue.text("status.running", state=state) if running else state,
        catalogue.minute(view.changed),
        catalogue.minute(view.check_at) if view.check_at else "",
        view.last_error.code if view.last_error else "",
    ]


command = Command(
    name="status",
    callback=status,
    params=[Option(["--unfinished"], is_flag=True), *common_parameters()],
)

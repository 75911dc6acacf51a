"""`certclient status`: unfinished procedures and leftover keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.json_output import JsonObject, JsonValue, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import leftover_record, policy_record, procedure_record
from certclient.cli.tables import print_table
from certclient.model.anchor_dates import anchor_warnings
from certclient.model.visible_text import visible
from certclient.store.names import title_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.cli.invocation import Invocation
    from certclient.enrollment.open_procedures import OpenProcedures
    from certclient.enrollment.procedure import Leftover, ProcedureView

_COLUMNS = ("bank", "procedure", "user-id", "state", "changed", "check-at", "last-error")


@click.pass_obj
def status(invocation: Invocation, unfinished: bool) -> int:
    """Prints open procedures, of the bank chosen or all, and leftover keys; returns exit code 0
    even if there are none.

    `unfinished`: only the user IDs, one per line, at every bank and without reading a profile.
    """
    invocation.command = "status"
    if unfinished:
        return _print_user_ids(invocation)
    services = invocation.services
    leftovers = _leftovers(invocation)
    opened = services.open_procedures()
    invocation.notices.extend(opened.damaged)
    if invocation.profile_name:
        opened = replace(opened, views=tuple(opened.at_bank(invocation.profile().id)))
    views = opened.views
    for profile in invocation.usable_banks():
        invocation.notices.extend(anchor_warnings(profile, services.clock()))
    if invocation.json:
        records: list[JsonValue] = [
            procedure_record(view, running=view.id in opened.running) for view in views
        ]
        left: list[JsonValue] = [leftover_record(one) for one in leftovers]
        policy = policy_record(services.policy())
        fields: JsonObject = {"procedures": records, "leftover_keys": left, "policy": policy}
        print_json(invocation, DONE, fields)
        return DONE
    _print_procedures(invocation, opened)
    for one in leftovers:
        place = invocation.place(one.store.destination, title_of(one.store))
        click.echo(invocation.catalogue.text("status.leftover", number=one.name, place=place))
    if sources := services.policy().sources:
        click.echo(invocation.catalogue.text("status.policy", places=", ".join(sources)))
    return DONE


def _leftovers(invocation: Invocation) -> Sequence[Leftover]:
    """The unused keys in all stores; a key without a procedure belongs to no bank."""
    services, profiles = invocation.services, invocation.usable_banks()
    if not profiles:
        return ()
    return services.leftovers(services.stores(profiles))


def _print_user_ids(invocation: Invocation) -> int:
    user_ids = invocation.services.open_procedures().user_ids
    if invocation.json:
        print_json(invocation, DONE, {"unfinished": list(user_ids)})
    else:
        for user_id in user_ids:
            click.echo(visible(user_id))
    return DONE


def _print_procedures(invocation: Invocation, opened: OpenProcedures) -> None:
    catalogue = invocation.catalogue
    if not opened.views:
        click.echo(catalogue.text("status.none"))
        return
    headings = [catalogue.text(f"column.{name}") for name in _COLUMNS]
    rows = [_row(invocation, view, running=view.id in opened.running) for view in opened.views]
    if not _several_banks(invocation, opened.views):
        headings, rows = headings[1:], [row[1:] for row in rows]
    print_table(headings, rows)
    click.echo(catalogue.text("status.resume"))


def _several_banks(invocation: Invocation, views: Sequence[ProcedureView]) -> bool:
    ids = {view.profile_id for view in views} | {one.id for one in invocation.banks().profiles}
    return len(ids) > 1


def _row(invocation: Invocation, view: ProcedureView, *, running: bool) -> list[str]:
    catalogue = invocation.catalogue
    state = catalogue.state(view.state)
    if view.waits_for_code:
        state = catalogue.text("status.waits-for-code")
    return [
        invocation.bank_name(view.profile_id),
        view.id,
        view.user_id,
        catalogue.text("status.running", state=state) if running else state,
        catalogue.minute(view.changed),
        catalogue.minute(view.check_at) if view.check_at else "",
        view.last_error.code if view.last_error and not view.waits_for_code else "",
    ]


command = Command(
    name="status",
    callback=status,
    params=[Option(["--unfinished"], is_flag=True), *common_parameters()],
)

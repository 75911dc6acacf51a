"""`certclient list`: which certificates are here and what may be done with them today."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.records import JsonValue, entry_record, print_json, store_record
from certclient.cli.tables import print_table
from certclient.cli.translated import Command, Option, common_parameters
from certclient.enrollment.inventory import Entry, Inventory, take_inventory
from certclient.model.lifecycle import Stage

_COLUMNS = ("user-id", "role", "place", "until", "days-left", "stage", "serial")


@click.pass_obj
def list_certificates(invocation: Invocation, archived: bool) -> int:
    """Lists; returns the exit code 0 also where there is nothing."""
    invocation.command = "list"
    services = invocation.services
    profile = invocation.profile()
    inventory = take_inventory(
        profile, services.stores(profile), services.clock(), services.statuses()
    )
    entries = [entry for entry in inventory.entries if archived or not entry.stored.archived]
    if invocation.json:
        _print_json(invocation, inventory, entries)
    else:
        _print_text(invocation, inventory, entries)
    return DONE


def _print_json(invocation: Invocation, inventory: Inventory, entries: list[Entry]) -> None:
    stores: list[JsonValue] = [
        store_record(invocation, store, inventory.unusable.get(store.store_id))
        for store in inventory.stores
    ]
    certificates: list[JsonValue] = [entry_record(entry) for entry in entries]
    profile = invocation.profile().id
    record = {"profile": profile, "stores": stores, "certificates": certificates}
    print_json("list", DONE, record)


def _print_text(invocation: Invocation, inventory: Inventory, entries: list[Entry]) -> None:
    words = invocation.words
    if entries:
        headings = [words.text(f"column.{name}") for name in _COLUMNS]
        print_table(headings, [_row(invocation, entry) for entry in entries])
    else:
        click.echo(words.text("list.none", bank=invocation.bank()))
    trouble = inventory.statuses.trouble
    if trouble is not None:
        title = words.error(trouble).title
        click.echo(
            words.text("list.statuses-unknown", title=title, code=trouble.code.code), err=True
        )
    for store in inventory.stores:
        error = inventory.unusable.get(store.store_id)
        if error is not None:
            title = words.error(error).title
            place = invocation.place(store.destination, store.label)
            line = words.text("list.unusable", place=place, title=title, code=error.code.code)
            click.echo(line, err=True)


def _row(invocation: Invocation, entry: Entry) -> list[str]:
    words = invocation.words
    return [
        entry.full_id,
        words.role(entry.owner.role),
        invocation.place(entry.store.destination, entry.store.label),
        words.minute(entry.life.deadline),
        str(entry.life.days_left),
        stage_words(invocation, entry),
        entry.certificate.serial_hex,
    ]


def stage_words(invocation: Invocation, entry: Entry) -> str:
    """What may be done with it, in a few words."""
    words = invocation.words
    if entry.stored.archived:
        return words.text("list.archived")
    if entry.rejection is not None:
        return words.text("list.not-accepted", code=entry.rejection.reason)
    if entry.stored.key is None:
        return words.text("list.no-key")
    if entry.unfinished_procedure:
        return words.text("list.unfinished")
    if entry.life.stage is Stage.NOT_YET:
        return words.text("list.renew-from", day=words.day(entry.life.renew_from))
    return words.stage(entry.life.stage)


command = Command(
    name="list",
    callback=list_certificates,
    params=[Option(["--archived"], is_flag=True), *common_parameters()],
)

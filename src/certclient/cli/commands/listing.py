"""`certclient list`: the certificates on this computer and what can be done with them today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from certclient.cli.clock import warn_of_clock
from certclient.cli.exit_codes import DONE
from certclient.cli.json_output import JsonObject, JsonValue, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import bank_record, row_record, store_record, stored_record
from certclient.cli.stores import print_unusable
from certclient.cli.tables import print_table
from certclient.enrollment.inventory import UNREAD, InventoryEntry
from certclient.enrollment.journal_reading import journal_reader
from certclient.enrollment.overview import Condition, Overview, Row, read_overview
from certclient.enrollment.revocations import REVOKED, is_revocation
from certclient.enrollment.store_problems import store_problems
from certclient.model.certificate import DATES
from certclient.model.certificate_reading import CertificateField
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Stage
from certclient.store.names import title_of

if TYPE_CHECKING:
    from certclient.cli.invocation import Invocation

_COLUMNS = ("bank", "user-id", "role", "place", "until", "days-left", "stage", "serial")
_ONE_BANK = _COLUMNS[1:]


@click.pass_obj
def list_certificates(invocation: Invocation, archived: bool) -> int:
    """Prints the certificates of the bank chosen or of all; returns exit code 0 even if there are
    none."""
    invocation.command = "list"
    services, look = invocation.services, invocation.look()
    profiles = invocation.usable_banks()
    statuses, open_procedures = journal_reader(services.statuses, services.open_procedures)()
    stores, now = services.stores(profiles), services.clock()
    look.found(stores)
    overview = read_overview(profiles, stores, now, statuses, open_procedures)
    invocation.end_look(look, overview)
    invocation.notices.extend(statuses.damaged)
    rows = [row for row in overview.rows if archived or not row.entry.stored.archived]
    warn_of_clock(invocation, profiles)
    if invocation.json:
        _print_json(invocation, overview, rows)
    else:
        _print_text(invocation, overview, rows)
    return DONE


def _print_json(invocation: Invocation, overview: Overview, rows: list[Row]) -> None:
    stores: list[JsonValue] = [
        store_record(invocation, store, overview.unusable.get(store.store_id))
        for store in overview.stores
    ]
    certificates: list[JsonValue] = [row_record(invocation, row) for row in rows]
    profiles = invocation.banks().profiles
    banks: list[JsonValue] = [bank_record(profile) for profile in profiles]
    unreadable: list[JsonValue] = [stored_record(one) for one in overview.unreadable]
    record: JsonObject = {
        "profile": profiles[0].id if len(profiles) == 1 else None,
        "banks": banks,
        "stores": stores,
        "certificates": certificates,
        "unreadable": unreadable,
    }
    print_json(invocation, DONE, record)


def _print_text(invocation: Invocation, overview: Overview, rows: list[Row]) -> None:
    catalogue, profiles = invocation.catalogue, invocation.banks().profiles
    if rows:
        several = len(profiles) > 1
        columns = _COLUMNS if several else _ONE_BANK
        cells = [_row(invocation, row) for row in rows]
        print_table(
            [catalogue.text(f"column.{name}") for name in columns],
            cells if several else [cell[1:] for cell in cells],
        )
    elif profiles:
        unread = any(e.code in UNREAD for e in overview.unusable.values())
        bank = catalogue.listed(invocation.name_of(profile) for profile in profiles)
        nothing = catalogue.text("list.none", bank=bank)
        click.echo(catalogue.text("list.none-read", bank=bank) if unread else nothing)
    journal_error = overview.journal_error
    if journal_error is not None:
        title = catalogue.error(journal_error).title
        click.echo(
            catalogue.text("list.statuses-unknown", title=title, code=journal_error.code.code),
            err=True,
        )
    _print_unreadable(invocation, overview)
    for store, error in store_problems(overview, profiles):
        print_unusable(invocation, store, error)


def _print_unreadable(invocation: Invocation, overview: Overview) -> None:
    catalogue = invocation.catalogue
    places = {
        one.store_id: invocation.place(one.destination, title_of(one)) for one in overview.stores
    }
    for stored in overview.unreadable:
        line = catalogue.text(
            "list.unreadable",
            place=places[stored.store_id],
            name=stored.friendly_name,
            fingerprint=stored.certificate.fingerprint,
            code=ErrorCode.CERTIFICATE_DAMAGED.code,
        )
        click.echo(line, err=True)


def _row(invocation: Invocation, row: Row) -> list[str]:
    catalogue, entry = invocation.catalogue, row.entry
    return [
        invocation.name_of(row.profile),
        entry.full_id,
        catalogue.role(entry.owner.role),
        invocation.place(entry.store.destination, title_of(entry.store)),
        until_text(invocation, entry),
        "" if entry.certificate.unreadable & DATES else str(entry.life.days_left),
        _procedure_text(invocation, row) or stage_text(invocation, entry),
        serial_text(invocation, entry),
    ]


def _procedure_text(invocation: Invocation, row: Row) -> str:
    """What the open procedure of its owner does; "" if there is none."""
    status, catalogue = row.procedure, invocation.catalogue
    if status is None or row.condition is Condition.UNFINISHED:
        return ""
    step = catalogue.step(status.step) if status.step is not None else ""
    return catalogue.text(f"list.procedure-{status.phase.value}", step=step)


def until_text(invocation: Invocation, entry: InventoryEntry) -> str:
    """The end of validity with the end of renewal, or that it cannot be read."""
    if CertificateField.NOT_AFTER in entry.certificate.unreadable:
        return invocation.catalogue.text("list.unreadable-field")
    return invocation.catalogue.until(entry.life)


def serial_text(invocation: Invocation, entry: InventoryEntry) -> str:
    """The serial number, or that it cannot be read."""
    return entry.certificate.serial_hex or invocation.catalogue.text("list.unreadable-field")


def stage_text(invocation: Invocation, entry: InventoryEntry) -> str:
    """What can be done with the certificate, in a few words."""
    catalogue = invocation.catalogue
    if entry.stored.archived:
        return catalogue.text("list.archived")
    if is_revocation(entry.rejection):
        return catalogue.text("list.revoked", code=REVOKED)
    if entry.rejection is not None:
        return catalogue.text("list.not-accepted", code=entry.rejection.reason)
    if entry.obstacle is not None and not entry.counts_for_owner:
        return _obstacle_text(invocation, entry.obstacle)
    if entry.stored.key is None:
        return catalogue.text("list.no-key")
    if entry.unfinished_procedure:
        return catalogue.text("list.unfinished")
    if entry.obstacle is not None and entry.life.stage in (Stage.NOT_YET, Stage.RENEWABLE):
        return _obstacle_text(invocation, entry.obstacle)
    state = _date_text(invocation, entry)
    return catalogue.text("list.key-hidden", state=state) if entry.stored.key_hidden else state


def _date_text(invocation: Invocation, entry: InventoryEntry) -> str:
    catalogue = invocation.catalogue
    if entry.life.begins is not None:
        return catalogue.text("list.begins", day=catalogue.day(entry.life.begins))
    if entry.life.stage is Stage.NOT_YET:
        return catalogue.text("list.renew-from", day=catalogue.first(entry.life))
    return catalogue.stage(entry.life)


def _obstacle_text(invocation: Invocation, error: CertclientError) -> str:
    title = invocation.catalogue.error(error).title
    return invocation.catalogue.text("list.obstacle", title=title, code=error.code.code)


command = Command(
    name="list",
    callback=list_certificates,
    params=[Option(["--archived"], is_flag=True), *common_parameters()],
)

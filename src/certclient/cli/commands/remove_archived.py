"""`certclient remove-archived`: permanently deletes older archived certificates with their keys.

On the PC and on the USB tokens that are plugged in. Keeps the last archived certificate of each
owner, and whatever else `enrollment.older_archived` does not name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from certclient.cli.errors import print_error
from certclient.cli.exit_codes import EXIT_CODES, worst
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.inventories import read_combined
from certclient.cli.json_output import JsonValue, error_record, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import entry_record
from certclient.enrollment.inventory import UNREAD
from certclient.enrollment.older_archived import Removals, older_archived, remove_older
from certclient.enrollment.several_banks import combined
from certclient.enrollment.store_choice import fitting_stores
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.visible_text import visible
from certclient.platform import log
from certclient.store.names import title_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.cli.invocation import Invocation
    from certclient.enrollment.inventory import Inventory, InventoryEntry


@click.pass_obj
def remove_archived(
    invocation: Invocation, yes: bool, dry_run: bool, pin_stdin: bool, store: str
) -> int:
    """Deletes them at the bank given or at all banks; returns the worst exit code.

    A certificate that cannot be deleted does not stop the others. Raises CONSENT_REQUIRED,
    CONSENT_REFUSED.
    """
    invocation.command = "remove-archived"
    interaction = TerminalInteraction(invocation, PresetAnswers(agreed=yes, pin_stdin=pin_stdin))
    if not dry_run:
        interaction.require_consent_possible()
    inventory = _read(invocation)
    older = _older(invocation, inventory, store)
    if dry_run:
        return _report(invocation, older, _unread(inventory), deleted=False)
    if older and not yes:
        _ask(invocation, interaction, older)
    now = invocation.services.clock()
    ended = remove_older(older, inventory.entries, now, interaction.pin) if older else Removals()
    return _report(invocation, ended.removed, [*_unread(inventory), *ended.errors], deleted=True)


def _read(invocation: Invocation) -> Inventory:
    profiles = invocation.usable_banks()
    if profiles:
        return read_combined(invocation, profiles)
    return combined([], [], invocation.services.statuses())


def _older(invocation: Invocation, inventory: Inventory, store: str) -> list[InventoryEntry]:
    """`store`: the name of the only store concerned, "" for all."""
    services = invocation.services
    places = fitting_stores(inventory.stores, None, store) if store else inventory.stores
    ids = {place.store_id for place in places}
    opened = {(view.profile_id, view.user_id) for view in services.open_procedures().views}
    found = older_archived(inventory.entries, services.clock(), opened)
    return [entry for entry in found if entry.store.store_id in ids]


def _unread(inventory: Inventory) -> list[CertclientError]:
    """Why some certificates were not looked at. A token that is not plugged in is no error."""
    return [error for error in inventory.unusable.values() if error.code in UNREAD]


def _ask(
    invocation: Invocation, interaction: TerminalInteraction, older: Sequence[InventoryEntry]
) -> None:
    """Lists each certificate and prompts. Raises CONSENT_REFUSED for anything but yes."""
    for entry in older:
        click.echo(_line(invocation, entry), err=True)
    if not interaction.confirm(invocation.catalogue.text("remove-archived.ask", number=len(older))):
        raise CertclientError(ErrorCode.CONSENT_REFUSED)


def _line(invocation: Invocation, entry: InventoryEntry) -> str:
    until = invocation.catalogue.minute(entry.life.expires)
    place = invocation.place(entry.store.destination, title_of(entry.store))
    return f"  {visible(entry.full_id)}  {until}  {place}  {entry.certificate.serial_hex}"


def _report(
    invocation: Invocation,
    entries: Sequence[InventoryEntry],
    errors: Sequence[CertclientError],
    *,
    deleted: bool,
) -> int:
    """`deleted`: `entries` were deleted; otherwise, they would be."""
    code = worst(EXIT_CODES[error.code.kind] for error in errors)
    for error in errors:
        log.error(error)
    if invocation.json:
        records: list[JsonValue] = [entry_record(entry) for entry in entries]
        failures: list[JsonValue] = [error_record(invocation, error) for error in errors]
        print_json(
            invocation, code, {"deleted": deleted, "certificates": records, "errors": failures}
        )
        return code
    for error in errors:
        print_error(invocation, error)
    if not deleted:
        for entry in entries:
            click.echo(_line(invocation, entry))
    name = "done" if deleted else "preview" if entries else "none"
    click.echo(invocation.catalogue.text(f"remove-archived.{name}", number=len(entries)))
    return code


command = Command(
    name="remove-archived",
    callback=remove_archived,
    params=[
        Option(["--dry-run"], is_flag=True),
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        Option(["--store"], default="", metavar="NAME"),
        *common_parameters(),
    ],
)

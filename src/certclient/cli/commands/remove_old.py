"""`certclient remove-old`: permanently deletes this PC's certificates that no longer log in.

For the uninstaller, if the user chose it. Keeps whatever `remove --delete` refuses: a certificate
that is neither expired nor archived nor refused by the bank, the last one that logs in, and all
those of a user ID with an open procedure. Keeps everything on USB tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from certclient.cli.commands.listing import stage_text
from certclient.cli.errors import print_error
from certclient.cli.exit_codes import EXIT_CODES, worst
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.inventories import read_each
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonValue, error_record, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import entry_record
from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.cleanup import check_deletable, delete
from certclient.enrollment.inventory import Inventory, InventoryEntry
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.visible_text import visible
from certclient.platform import log
from certclient.store.base import StoredCertificate, no_pin


@dataclass(frozen=True, slots=True)
class _RemovableCertificate:
    """A deletable certificate, with all of its bank's for a second check before the deletion."""

    entry: InventoryEntry
    all_stored: Sequence[StoredCertificate]
    statuses: BankStatuses

    @property
    def place(self) -> str:
        return f"{self.entry.store.store_id} {self.entry.certificate.fingerprint}"


_Errors = dict[str, CertclientError]
"""Keyed by store id or certificate, so that each error is reported once."""


@click.pass_obj
def remove_old(invocation: Invocation, yes: bool) -> int:
    """Deletes them at the bank given or at all banks; returns the worst exit code.

    A certificate that cannot be deleted does not stop the others. Raises CONSENT_REQUIRED,
    CONSENT_REFUSED.
    """
    invocation.command = "remove-old"
    interaction = TerminalInteraction(invocation, PresetAnswers(agreed=yes))
    interaction.require_consent_possible()
    errors: _Errors = {}
    old = list(_find(invocation, errors).values())
    if old and not yes:
        _ask(invocation, interaction, old)
    removed = list(_delete(invocation, old, errors))
    return _report(invocation, removed, list(errors.values()))


def _find(invocation: Invocation, errors: _Errors) -> dict[str, _RemovableCertificate]:
    """Each certificate once, even if two banks' patterns match it. `errors`: unreadable stores."""
    services = invocation.services
    profiles = invocation.usable_banks()
    found: dict[str, _RemovableCertificate] = {}
    for profile, inventory in zip(profiles, read_each(invocation, profiles), strict=True):
        on_pc = {one.store_id for one in inventory.stores if one.destination is Destination.PC}
        errors |= {name: error for name, error in inventory.unusable.items() if name in on_pc}
        pending = {view.user_id for view in services.open_procedures().at_bank(profile.id)}
        kept = [entry for entry in inventory.entries if entry.owner.user_id not in pending]
        found |= {
            old.place: old
            for old in _removable(invocation, inventory, kept)
            if old.entry.store.store_id in on_pc
        }
    return found


def _removable(
    invocation: Invocation, inventory: Inventory, entries: Sequence[InventoryEntry]
) -> Iterator[_RemovableCertificate]:
    for entry in entries:
        # What is not the bank's is not this program's to tidy up.
        if entry.counts_for_owner:
            old = _RemovableCertificate(entry, inventory.own, inventory.statuses)
            if _may_go(invocation, old):
                yield old


def _may_go(invocation: Invocation, old: _RemovableCertificate) -> bool:
    try:
        now = invocation.services.clock()
        check_deletable(old.entry.stored, old.all_stored, now, old.statuses)
    except CertclientError:
        return False
    return True


def _ask(
    invocation: Invocation, interaction: TerminalInteraction, old: Sequence[_RemovableCertificate]
) -> None:
    """Lists each certificate and prompts. Raises CONSENT_REFUSED for anything but yes."""
    catalogue = invocation.catalogue
    for entry in (one.entry for one in old):
        until, serial = catalogue.minute(entry.life.expires), entry.certificate.serial_hex
        state = stage_text(invocation, entry)
        click.echo(f"  {visible(entry.full_id)}  {until}  {state}  {serial}", err=True)
    if not interaction.confirm(catalogue.text("remove-old.ask", number=len(old))):
        raise CertclientError(ErrorCode.CONSENT_REFUSED)


def _delete(
    invocation: Invocation, old: Sequence[_RemovableCertificate], errors: _Errors
) -> Iterator[InventoryEntry]:
    """Yields the deleted certificates. `errors`: why others could not be deleted."""
    for one in old:
        entry = one.entry
        try:
            now = invocation.services.clock()
            delete(entry.store, entry.stored, one.all_stored, now, one.statuses, no_pin)
        except CertclientError as error:
            errors[one.place] = error
            continue
        log.event("deleted", serial=entry.certificate.serial_hex)
        yield entry


def _report(
    invocation: Invocation, removed: Sequence[InventoryEntry], errors: Sequence[CertclientError]
) -> int:
    code = worst(EXIT_CODES[error.code.kind] for error in errors)
    for error in errors:
        log.error(error)
    if invocation.json:
        records: list[JsonValue] = [entry_record(entry) for entry in removed]
        failures: list[JsonValue] = [error_record(invocation, error) for error in errors]
        print_json(invocation, code, {"certificates": records, "errors": failures})
        return code
    for error in errors:
        print_error(invocation, error)
    click.echo(invocation.catalogue.text("remove-old.done", number=len(removed)))
    return code


command = Command(
    name="remove-old",
    callback=remove_old,
    params=[Option(["--yes", "-y"], is_flag=True), *common_parameters()],
)

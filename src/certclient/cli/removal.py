"""Shared by remove and restore: exact selection of one certificate, confirmation, report."""

from __future__ import annotations

from collections.abc import Sequence

import click

from certclient.cli.candidates import certificates
from certclient.cli.exit_codes import DONE
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.inventories import read_each
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, print_json
from certclient.cli.localized import Option, common_parameters
from certclient.cli.records import entry_record
from certclient.enrollment.cleanup import check_idle, find_exact
from certclient.enrollment.inventory import Inventory, unread_stores
from certclient.enrollment.several_banks import combined
from certclient.enrollment.store_choice import fitting_stores, names_of
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log
from certclient.store.base import StoredCertificate
from certclient.store.names import title_of


def removal_parameters() -> list[click.Parameter]:
    """The argument CERT, `--yes`, `--pin-stdin`, `--store` and the common parameters."""
    return [
        click.Argument(["certificate"], metavar="CERT", shell_complete=certificates),
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        Option(["--store"], default="", metavar="NAME"),
        *common_parameters(),
    ]


def _find(inventory: Inventory, name: str, store: str) -> StoredCertificate:
    """Finds the certificate, in the store named `store` if given."""
    places = fitting_stores(inventory.stores, None, store) if store else inventory.stores
    ids = {place.store_id for place in places}
    candidates = [stored for stored in inventory.stored if stored.store_id in ids]
    try:
        return find_exact(name, candidates)
    except CertclientError as error:
        if error.code is ErrorCode.CERTIFICATE_NOT_FOUND:
            raise unread_stores(inventory) or error from None
        copies = [place for place in places if _holds(place.store_id, name, candidates)]
        if len(copies) > 1:
            names = names_of(copies)
            raise CertclientError(ErrorCode.STORE_AMBIGUOUS, stores=names) from error
        raise


def _holds(store_id: str, name: str, candidates: Sequence[StoredCertificate]) -> bool:
    try:
        find_exact(name, [stored for stored in candidates if stored.store_id == store_id])
    except CertclientError as error:
        return error.code is ErrorCode.CERTIFICATE_AMBIGUOUS
    return True


class RemovalCommand:
    """The selected certificate, its store, and the bank's other certificates."""

    def __init__(
        self, invocation: Invocation, name: str, store: str, *, agreed: bool, pin_stdin: bool
    ) -> None:
        """`store`: the name of the store of one of several copies, "" if there is one.

        Raises CERTIFICATE_NOT_FOUND, CERTIFICATE_AMBIGUOUS, STORE_AMBIGUOUS, STORE_UNAVAILABLE (not
        found, and a store could not be read), PROCEDURE_RUNNING, CONSENT_REQUIRED.
        """
        services = invocation.services
        profiles = invocation.banks().some()
        self.now = services.clock()
        self._invocation = invocation
        self._agreed = agreed
        inventories = read_each(invocation, profiles)
        every = combined(inventories, inventories[0].stores, inventories[0].statuses)
        self.stored = _find(every, name, store)
        self.entry = next(e for e in every.entries if e.stored is self.stored)
        inventory = next(one for one in inventories if self.entry in one.entries)
        self.all_stored, self.statuses = inventory.own, inventory.statuses
        self.store = self.entry.store
        pending = services.open_procedures().at_bank(self.entry.bank)
        check_idle(self.entry.owner.user_id, [view.user_id for view in pending])
        self.interaction = TerminalInteraction(
            invocation, PresetAnswers(agreed=agreed, pin_stdin=pin_stdin)
        )
        self.interaction.require_consent_possible()

    def confirm(self, question: str) -> None:
        """Prompts unless `--yes` was given; raises CONSENT_REFUSED for anything but yes."""
        catalogue = self._invocation.catalogue
        text = catalogue.text(
            question,
            user_id=self.entry.full_id,
            serial=self.entry.certificate.serial_hex,
            until=catalogue.minute(self.entry.life.expires),
            place=self._invocation.place(self.store.destination, title_of(self.store)),
        )
        if not self._agreed and not self.interaction.confirm(text):
            raise CertclientError(ErrorCode.CONSENT_REFUSED)

    def report(self, what: str) -> None:
        """Reports the result: `archived`, `deleted` or `restored`."""
        serial = self.entry.certificate.serial_hex
        log.event(what, serial=serial)
        if self._invocation.json:
            record: JsonObject = {"action": what, "certificate": entry_record(self.entry)}
            print_json(self._invocation, DONE, record)
        else:
            click.echo(self._invocation.catalogue.text(f"remove.{what}", serial=serial))

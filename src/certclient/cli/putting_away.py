"""What remove and restore share: exactly one certificate, a clear yes, a report."""

from __future__ import annotations

import click

from certclient.cli.dialogue import Answers, Dialogue
from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.records import JsonObject, entry_record, print_json
from certclient.cli.translated import Option, common_parameters
from certclient.enrollment.cleanup import check_idle, find_exact
from certclient.enrollment.inventory import take_inventory
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log


def putting_away_parameters() -> list[click.Parameter]:
    return [
        click.Argument(["certificate"], metavar="CERT"),
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        *common_parameters(),
    ]


class Shelf:
    """The certificate that is meant, its store, and all others of the bank."""

    def __init__(self, invocation: Invocation, name: str, *, agreed: bool, pin_stdin: bool) -> None:
        """Raises CERTIFICATE_NOT_FOUND, CERTIFICATE_AMBIGUOUS, PROCEDURE_RUNNING,
        CONSENT_REQUIRED."""
        services = invocation.services
        profile = invocation.profile()
        stores = services.stores(profile)
        self.now = services.clock()
        self._invocation = invocation
        self._agreed = agreed
        inventory = take_inventory(profile, stores, self.now, services.statuses())
        self.all_stored, self.statuses = inventory.stored, inventory.statuses
        self.stored = find_exact(name, self.all_stored)
        self.entry = next(e for e in inventory.entries if e.stored is self.stored)
        self.store = self.entry.store
        pending = services.procedures(profile, stores, 0.0).pending()
        check_idle(self.entry.owner.user_id, [view.user_id for view in pending])
        self.dialogue = Dialogue(invocation, Answers(agreed=agreed, pin_stdin=pin_stdin))
        self.dialogue.require_consent_possible()

    def confirm(self, question: str) -> None:
        """Asks; raises CONSENT_REFUSED for anything but yes."""
        words = self._invocation.words
        text = words.text(
            question,
            user_id=self.entry.full_id,
            serial=self.entry.certificate.serial_hex,
            until=words.minute(self.entry.life.deadline),
            place=self._invocation.place(self.store.destination, self.store.label),
        )
        if not self._agreed and not self.dialogue.yes(text):
            raise CertclientError(ErrorCode.CONSENT_REFUSED)

    def report(self, what: str) -> None:
        """Tells what was done: `archived`, `deleted` or `restored`."""
        serial = self.entry.certificate.serial_hex
        log.event(what, serial=serial)
        if self._invocation.json:
            record: JsonObject = {"action": what, "certificate": entry_record(self.entry)}
            print_json(self._invocation.command, DONE, record)
        else:
            click.echo(self._invocation.words.text(f"remove.{what}", serial=serial))

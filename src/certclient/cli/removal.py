"""Shared by remove and restore: exact selection of one certificate, confirmation, report."""

from __future__ import annotations

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Option, common_parameters
from certclient.cli.records import JsonObject, entry_record, print_json
from certclient.enrollment.cleanup import check_idle, find_exact
from certclient.enrollment.inventory import read_inventory
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log
from certclient.store.names import title_of


def removal_parameters() -> list[click.Parameter]:
    """The argument CERT, `--yes`, `--pin-stdin` and the common parameters."""
    return [
        click.Argument(["certificate"], metavar="CERT"),
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        *common_parameters(),
    ]


class RemovalCommand:
    """The selected certificate, its store, and the bank's other certificates."""

    def __init__(self, invocation: Invocation, name: str, *, agreed: bool, pin_stdin: bool) -> None:
        """Raises CERTIFICATE_NOT_FOUND, CERTIFICATE_AMBIGUOUS, PROCEDURE_RUNNING,
        CONSENT_REQUIRED."""
        services = invocation.services
        profile = invocation.profile()
        stores = services.stores(profile)
        self.now = services.clock()
        self._invocation = invocation
        self._agreed = agreed
        inventory = read_inventory(profile, stores, self.now, services.statuses())
        self.all_stored, self.statuses = inventory.own, inventory.statuses
        self.stored = find_exact(name, inventory.stored)
        self.entry = next(e for e in inventory.entries if e.stored is self.stored)
        self.store = self.entry.store
        pending = services.open_procedures().at_bank(profile.id)
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
            until=catalogue.minute(self.entry.life.deadline),
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
            print_json(self._invocation.command, DONE, record)
        else:
            click.echo(self._invocation.catalogue.text(f"remove.{what}", serial=serial))

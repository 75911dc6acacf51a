"""What renew, obtain and resume share: their options and where the new key goes."""

from __future__ import annotations

import click

from certclient.cli.dialogue import Answers, Dialogue
from certclient.cli.invocation import Invocation
from certclient.cli.ports import Procedures
from certclient.cli.translated import Option, common_parameters
from certclient.enrollment.inventory import Entry, Inventory, choose_store, take_inventory
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import DESTINATIONS, forbidden
from certclient.store.base import CertificateStore

_DEFAULT_WAIT = 60.0


def enrolling_parameters() -> list[click.Parameter]:
    """`--yes`, `--pin-stdin`, `--wait` and the common ones."""
    return [
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        Option(["--wait"], type=click.FloatRange(min=0), default=_DEFAULT_WAIT, metavar="SECONDS"),
        *common_parameters(),
    ]


def destination_parameters() -> list[click.Parameter]:
    """`--to` and `--store`."""
    places = click.Choice([destination.value for destination in Destination])
    return [Option(["--to"], type=places), Option(["--store"], default="", metavar="LABEL")]


class Desk:
    """Everything one command needs for a procedure, opened once."""

    def __init__(self, invocation: Invocation, answers: Answers, patience: float) -> None:
        services = invocation.services
        self.invocation = invocation
        self.dialogue = Dialogue(invocation, answers)
        self.profile = invocation.profile()
        stores = services.stores(self.profile)
        self.inventory: Inventory = take_inventory(
            self.profile, stores, services.clock(), services.statuses()
        )
        self.procedures: Procedures = services.procedures(self.profile, stores, patience)

    def store(self, to: str | None, label: str, current: Entry | None) -> CertificateStore:
        """Where the new key is made; the bank's favourite where nothing else says so.

        Raises USAGE for a destination that the bank does not allow, POLICY_FORBIDS for one that
        the administrator took away, and as `choose_store`.
        """
        destination = Destination(to) if to else None
        if destination is None and current is None and not label:
            destination = Destination(self.profile.destinations[0])
        store = choose_store(self.inventory, destination, label, current)
        if store.destination.value in self.profile.withheld:
            raise forbidden(DESTINATIONS, store.destination.value)
        if store.destination.value not in self.profile.destinations:
            place = self.invocation.words.destination(store.destination)
            reason = self.invocation.words.text("reason.destination", destination=place)
            raise CertclientError(ErrorCode.USAGE, reason=reason)
        return store

"""Shared by renew, obtain and resume: their options, and the choice of the new key's store."""

from __future__ import annotations

import click

from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Option, common_parameters
from certclient.cli.ports import Procedures
from certclient.enrollment.inventory import Inventory, InventoryEntry, choose_store, read_inventory
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import DESTINATIONS, forbidden
from certclient.store.base import CertificateStore

_DEFAULT_WAIT = 60.0


def enrolling_parameters() -> list[click.Parameter]:
    """`--yes`, `--pin-stdin`, `--proxy-user`, `--wait` (seconds) and the common parameters."""
    return [
        Option(["--yes", "-y"], is_flag=True),
        Option(["--pin-stdin"], is_flag=True),
        proxy_parameter(),
        Option(["--wait"], type=click.FloatRange(min=0), default=_DEFAULT_WAIT, metavar="SECONDS"),
        *common_parameters(),
    ]


def proxy_parameter() -> click.Parameter:
    """`--proxy-user`; the password is never an argument."""
    return Option(["--proxy-user"], default="", metavar="NAME")


def destination_parameters() -> list[click.Parameter]:
    """`--to` and `--store`."""
    places = click.Choice([destination.value for destination in Destination])
    return [Option(["--to"], type=places), Option(["--store"], default="", metavar="LABEL")]


class EnrollmentSession:
    """The profile, inventory, dialogue and procedures of one command, opened once.

    The constructor raises as `Invocation.profile` and as `Services.procedures`.
    """

    def __init__(self, invocation: Invocation, answers: PresetAnswers, max_wait: float) -> None:
        services = invocation.services
        self.invocation = invocation
        self.interaction = TerminalInteraction(invocation, answers)
        self.profile = invocation.profile()
        stores = services.stores(self.profile)
        self.inventory: Inventory = read_inventory(
            self.profile, stores, services.clock(), services.statuses()
        )
        self.procedures: Procedures = services.procedures(self.profile, stores, max_wait)

    def store(self, to: str | None, label: str, current: InventoryEntry | None) -> CertificateStore:
        """The new key's store; by default that of `current`, else the bank's first destination.

        Raises USAGE for a destination that the bank does not allow, POLICY_FORBIDS for one that the
        administrator has disabled, and as `choose_store`.
        """
        destination = Destination(to) if to else None
        if destination is None and current is None and not label:
            destination = Destination(self.profile.destinations[0])
        store = choose_store(self.inventory, destination, label, current)
        if store.destination.value in self.profile.excluded_destinations:
            raise forbidden(DESTINATIONS, store.destination.value)
        if store.destination.value not in self.profile.destinations:
            place = self.invocation.catalogue.destination(store.destination)
            reason = self.invocation.catalogue.text("reason.destination", destination=place)
            raise CertclientError(ErrorCode.USAGE, reason=reason)
        return store

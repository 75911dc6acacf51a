"""Shared by renew, obtain and resume: their options, and the choice of the new key's store."""

from __future__ import annotations

from collections.abc import Sequence

import click

from certclient.cli.candidates import destinations
from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.cli.localized import Option, common_parameters
from certclient.cli.ports import Procedures
from certclient.enrollment.inventory import Inventory, InventoryEntry, read_inventory
from certclient.enrollment.put_away import PutAway
from certclient.enrollment.store_choice import choose_store, fitting_stores, names_of
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import DESTINATIONS, forbidden
from certclient.platform import log
from certclient.store.base import CertificateStore, no_pin

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
    return [
        Option(["--to"], metavar="pc|usb|BROWSER", shell_complete=destinations),
        Option(["--store"], default="", metavar="NAME"),
    ]


class EnrollmentSession:
    """The profile, inventory, dialogue and procedures of one bank in one command, opened once.

    The constructor raises as `Invocation.profile` and as `Services.procedures`.
    """

    def __init__(
        self,
        invocation: Invocation,
        answers: PresetAnswers,
        max_wait: float,
        interaction: TerminalInteraction | None = None,
    ) -> None:
        """`max_wait`: seconds. `interaction`: one that several banks share."""
        services = invocation.services
        self.invocation = invocation
        self.interaction = interaction or TerminalInteraction(invocation, answers)
        self.profile = invocation.profile(ask_ca_first=True)
        stores = services.stores([self.profile])
        self.procedures: Procedures = services.procedures(self.profile, stores, max_wait)
        statuses = services.statuses()
        if self.profile.id in statuses.to_put_away:
            self._log(self.procedures.put_away_left(no_pin))
        self.inventory: Inventory = read_inventory(self.profile, stores, services.clock(), statuses)

    @staticmethod
    def _log(tried: PutAway) -> None:
        """What an earlier run could not put away was reported then."""
        for certificate in tried.certificates:
            log.event("archived", serial=certificate.serial_hex)
        for error in tried.errors:
            log.error(error)

    def store(
        self,
        to: str | None,
        name: str,
        current: InventoryEntry | None,
        user_id: str = "",
    ) -> CertificateStore:
        """The new key's store; by default that of `current`, else the bank's first destination.

        `to`: pc, usb or a store's name; `name`: a store's name. Of several stores, 取得 for
        `user_id` takes the one that holds this user's certificates, else the one chosen last
        time, else it asks. Raises USAGE for an unknown name and for a destination that the bank
        does not allow, POLICY_FORBIDS for one that the administrator has disabled, and as
        `choose_store`.
        """
        destination, name = self._place(to, name)
        if destination is None and current is None and not name:
            destination = Destination(self.profile.destinations[0])
        store = choose_store(
            self.inventory,
            destination,
            name,
            current,
            preferred=() if name else self._preferred(user_id),
            ask=self._ask,
        )
        self._require_allowed(store)
        if name and current is None and store.destination is Destination.PC:
            self.invocation.services.preferred_store().remember(store.store_id)
        return store

    def require_known(self, to: str | None, name: str) -> None:
        """Raises USAGE if `--to` names no store, before anything else is reported."""
        self._place(to, name)

    def _place(self, to: str | None, name: str) -> tuple[Destination | None, str]:
        """Reads `--to` and `--store`. Raises USAGE."""
        kinds = {destination.value: destination for destination in Destination}
        if to is None or to in kinds:
            return kinds.get(to or ""), name
        if not fitting_stores(self.inventory.stores, None, to) or name:
            choices = ", ".join((*kinds, names_of(self.inventory.stores)))
            reason = self.invocation.catalogue.text("reason.store", name=to, stores=choices)
            raise CertclientError(ErrorCode.USAGE, reason=reason)
        return None, to

    def _preferred(self, user_id: str) -> list[str]:
        """Ids of stores: those with certificates of this user, then the one chosen last time."""
        own = [
            entry.store.store_id
            for entry in reversed(self.inventory.entries)
            if user_id and entry.owner.user_id == user_id and entry.stored.key is not None
        ]
        return [*own, self.invocation.services.preferred_store().recall()]

    def _ask(self, stores: Sequence[CertificateStore]) -> CertificateStore | None:
        chosen = self.interaction.choose(stores)
        if chosen is not None and chosen.destination is Destination.PC:
            self.invocation.services.preferred_store().remember(chosen.store_id)
        return chosen

    def _require_allowed(self, store: CertificateStore) -> None:
        if store.destination.value in self.profile.excluded_destinations:
            raise forbidden(DESTINATIONS, store.destination.value)
        if store.destination.value not in self.profile.destinations:
            place = self.invocation.catalogue.destination(store.destination)
            reason = self.invocation.catalogue.text("reason.destination", destination=place)
            raise CertclientError(ErrorCode.USAGE, reason=reason)

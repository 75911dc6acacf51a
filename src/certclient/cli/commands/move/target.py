"""Which certificate or move a command is about, and how a move is reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from certclient.cli.inventories import read_combined
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject
from certclient.cli.records import moment
from certclient.enrollment.inventory import (
    Inventory,
    InventoryEntry,
    named,
    newest_per_owner,
    unread_stores,
)
from certclient.enrollment.moves import Ended, Move, MoveStep
from certclient.enrollment.moving import ComputerMove
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.moving import grouped
from certclient.model.profile import Profile


@dataclass(frozen=True, slots=True)
class MoveAt:
    """A move, and the run for its bank."""

    invocation: Invocation
    service: ComputerMove
    move: Move

    @property
    def step(self) -> MoveStep:
        """What has to be done next."""
        return self.service.step(self.move)

    def words(self, name: str) -> str:
        """The text `move.<name>`, filled with what is known of the move. The contact is the bank:
        others cannot revoke."""
        move = self.move
        return self.invocation.catalogue.text(
            f"move.{name}",
            bank=self.invocation.bank(),
            user_id=move.user_id,
            serial=move.serial,
            contact=self.invocation.contact(),
        )

    def record(self) -> JsonObject:
        """The move for `--json`."""
        move = self.move
        return {
            "profile": move.profile_id,
            "user_id": move.user_id,
            "serial": move.serial,
            "started": moment(move.started),
            "step": self.step.value,
            "number": grouped(move.number) or None,
            "ended": move.ended.value if move.ended is not None else None,
            "finished": moment(move.finished) if move.finished is not None else None,
        }


def service_at(invocation: Invocation, profile: Profile) -> ComputerMove:
    """The moves at one bank, with all of this computer's stores."""
    services = invocation.services
    return services.procedures(profile, services.stores([profile]), 0.0).computer_move()


def moves(invocation: Invocation) -> Iterator[MoveAt]:
    """The moves at all banks of this run. Raises as `Invocation.banks`."""
    for profile in invocation.banks().some():
        at_bank, service = invocation.at_bank(profile), service_at(invocation, profile)
        yield from (MoveAt(at_bank, service, move) for move in service.all())


def chosen_move(invocation: Invocation, name: str) -> MoveAt:
    """The unfinished move of this user ID, serial number or fingerprint; the only one for "".

    Raises MOVE_NOT_BEGUN, CERTIFICATE_AMBIGUOUS.
    """
    found = [one for one in moves(invocation) if not one.move.removed and _is(one.move, name)]
    if not found:
        raise CertclientError(ErrorCode.MOVE_NOT_BEGUN, name=name)
    if len(found) > 1:
        choices = ", ".join(f"{one.move.user_id} ({one.move.serial})" for one in found)
        raise CertclientError(ErrorCode.CERTIFICATE_AMBIGUOUS, name=choices)
    return found[0]


def _is(move: Move, name: str) -> bool:
    same = name.strip().upper() == move.user_id.upper()
    return not name or same or move.old.is_exactly(name)


def chosen_entry(invocation: Invocation, name: str) -> InventoryEntry:
    """The certificate that counts of this user ID, or with this serial number; for "", the only
    one of this computer. Raises as `named`."""
    inventory = read_combined(invocation, invocation.banks().some())
    if name:
        return named(inventory, name)
    return _only(inventory)


def _only(inventory: Inventory) -> InventoryEntry:
    """Prefers those on the PC: a token moves by itself."""
    every = newest_per_owner(inventory.entries)
    here = [one for one in every if one.store.destination is Destination.PC] or every
    if not here:
        raise unread_stores(inventory) or CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND)
    if len(here) > 1:
        choices = ", ".join(f"{one.full_id} ({one.certificate.serial_hex})" for one in here)
        raise CertclientError(ErrorCode.CERTIFICATE_AMBIGUOUS, name=choices)
    return here[0]


def profile_of(invocation: Invocation, entry: InventoryEntry) -> Profile:
    """The bank of a certificate that `chosen_entry` returned."""
    return next(one for one in invocation.banks().some() if one.id == entry.bank)


def state_of(one: MoveAt) -> str:
    """The text of a move's next step."""
    step = one.step
    if step is MoveStep.AWAIT_LOGIN and one.move.ended is Ended.OWN_REQUEST:
        return "step-await-login-ended"
    return f"step-{step.value}"

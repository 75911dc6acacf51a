"""All certificates, unusable stores and open procedures on this computer, across all banks.

Decides the condition of each certificate for its holder today.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from certclient.enrollment.bank_status import BankStatus, BankStatuses
from certclient.enrollment.inventory import (
    Inventory,
    InventoryEntry,
    newest_per_owner,
    read_inventory,
)
from certclient.enrollment.procedure import Leftover, ProcedureView
from certclient.model.certificate import Owner
from certclient.model.errors import CertclientError
from certclient.model.lifecycle import Lifecycle, Stage, lifecycle
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore, StoredCertificate

URGENT_DAYS = 3
"""With this many days left or fewer, a renewal is urgent; reminders then become more frequent."""


class Condition(enum.Enum):
    """What a certificate means for its holder now."""

    VALID = "valid"
    RENEWABLE = "renewable"
    URGENT = "urgent"
    """Renewable, with at most URGENT_DAYS left."""
    OBTAINABLE = "obtainable"
    TOO_LATE = "too-late"
    REPLACED = "replaced"
    """A newer certificate of the same owner exists here."""
    ARCHIVED = "archived"
    NO_KEY = "no-key"
    UNFINISHED = "unfinished"
    """Installed, but its procedure is not finished: the bank may not have the confirmation."""
    NOT_ACCEPTED = "not-accepted"
    """The bank has refused it."""

    @property
    def counts(self) -> bool:
        """Whether it is the certificate that counts for its owner at the bank, as far as known."""
        return self in (*_BY_STAGE.values(), Condition.URGENT)

    @property
    def due(self) -> bool:
        """Whether it can and should be renewed now."""
        return self in (Condition.RENEWABLE, Condition.URGENT)


_BY_STAGE = {
    Stage.NOT_YET: Condition.VALID,
    Stage.RENEWABLE: Condition.RENEWABLE,
    Stage.OBTAINABLE: Condition.OBTAINABLE,
    Stage.TOO_LATE: Condition.TOO_LATE,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate of one bank. `alone`: its owner has no other certificate that counts."""

    profile: Profile
    entry: InventoryEntry
    condition: Condition
    alone: bool = False

    @property
    def needs_another(self) -> bool:
        """Whether the bank refused it and its owner has no other that counts."""
        return self.condition is Condition.NOT_ACCEPTED and self.alone

    @property
    def folded(self) -> bool:
        """Whether it needs no action and is shown only on demand."""
        gone = self.entry.life.days_left < 0
        return self.condition in (Condition.ARCHIVED, Condition.REPLACED) or (
            self.condition in (Condition.NO_KEY, Condition.NOT_ACCEPTED) and gone
        )


@dataclass(frozen=True, slots=True)
class Overview:
    """A snapshot taken at `read_at` (aware UTC).

    `unusable` maps store ids to their errors; `leftovers` are keys without a certificate or
    procedure; `journal_error` is why the open procedures could not be read.
    """

    read_at: datetime
    stores: tuple[CertificateStore, ...] = ()
    rows: tuple[Row, ...] = ()
    unusable: Mapping[str, CertclientError] = field(default_factory=lambda: MappingProxyType({}))
    pending: tuple[ProcedureView, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    journal_error: CertclientError | None = None
    statuses: BankStatuses = field(default_factory=BankStatuses)

    @property
    def due(self) -> tuple[Row, ...]:
        """The certificates to renew now, soonest expiry first."""
        return tuple(row for row in self.rows if row.condition.due)

    @property
    def all_stored(self) -> tuple[StoredCertificate, ...]:
        """The certificates of all rows as their stores hold them."""
        return tuple(row.entry.stored for row in self.rows)

    def procedure_of(self, row: Row) -> ProcedureView | None:
        """The open procedure in which this certificate awaits confirmation, None for none."""
        procedure_id = row.entry.unfinished_procedure
        return next((view for view in self.pending if view.id == procedure_id), None)

    def at(self, now: datetime) -> Overview:
        """The same snapshot evaluated at `now` (aware UTC), without reading any store."""
        entries = [
            (row.profile, replace(row.entry, life=_life(row.profile, row.entry, now)))
            for row in self.rows
        ]
        return replace(self, read_at=now, rows=_rows(entries))


_ProfileEntry = tuple[Profile, InventoryEntry]


def read_overview(
    profiles: Sequence[Profile],
    stores: Sequence[CertificateStore],
    now: datetime,
    statuses: BankStatuses,
) -> Overview:
    """Reads every store without a PIN. Never raises a CertclientError.

    `now` is aware UTC; `statuses` is what the journal knows. A certificate that matches two
    profiles belongs to the first.
    """
    entries: list[_ProfileEntry] = []
    unusable: dict[str, CertclientError] = {}
    for profile in profiles:
        found: Inventory = read_inventory(profile, stores, now, statuses)
        unusable.update(found.unusable)
        entries += [(profile, entry) for entry in found.entries]
    return Overview(
        read_at=now,
        stores=tuple(stores),
        rows=_rows(_each_once(entries)),
        unusable=MappingProxyType(unusable),
        journal_error=statuses.journal_error,
        statuses=statuses,
    )


def _each_once(entries: Sequence[_ProfileEntry]) -> list[_ProfileEntry]:
    unique: dict[tuple[str, str], _ProfileEntry] = {}
    for profile, entry in entries:
        name = (entry.stored.store_id, entry.certificate.fingerprint)
        unique.setdefault(name, (profile, entry))
    return list(unique.values())


def _rows(entries: Sequence[_ProfileEntry]) -> tuple[Row, ...]:
    """Soonest expiry first, folded rows last."""
    counting: dict[tuple[str, Owner], InventoryEntry] = {}
    for profile_id in {profile.id for profile, _ in entries}:
        of_bank = [entry for profile, entry in entries if profile.id == profile_id]
        counting |= {(profile_id, entry.owner): entry for entry in newest_per_owner(of_bank)}
    rows = [
        _row(profile, entry, counting.get((profile.id, entry.owner))) for profile, entry in entries
    ]
    return tuple(sorted(rows, key=lambda row: (row.folded, row.entry.certificate.not_after)))


def _row(profile: Profile, entry: InventoryEntry, counting: InventoryEntry | None) -> Row:
    """`counting`: the owner's certificate that counts, if any."""
    condition = _condition(entry, newest=entry is counting)
    return Row(profile, entry, condition, alone=counting in (None, entry))


def _condition(entry: InventoryEntry, *, newest: bool) -> Condition:
    if entry.stored.archived:
        return Condition.ARCHIVED
    if entry.bank_status is BankStatus.NOT_ACCEPTED:
        return Condition.NOT_ACCEPTED
    if entry.stored.key is None:
        return Condition.NO_KEY
    if entry.bank_status is BankStatus.UNCONFIRMED:
        return Condition.UNFINISHED
    if not newest:
        return Condition.REPLACED
    condition = _BY_STAGE[entry.life.stage]
    if condition is Condition.RENEWABLE and entry.life.days_left <= URGENT_DAYS:
        return Condition.URGENT
    return condition


def _life(profile: Profile, entry: InventoryEntry, now: datetime) -> Lifecycle:
    return lifecycle(entry.certificate.not_after, now, profile.renewal)

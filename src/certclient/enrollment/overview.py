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
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Lifecycle, Stage, lifecycle_of
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
    COPY = "copy"
    """The certificate that counts, in one more store; it is renewed in the other one."""
    ARCHIVED = "archived"
    NO_KEY = "no-key"
    UNFINISHED = "unfinished"
    """Installed, but its procedure is not finished: the bank may not have the confirmation."""
    NOT_ACCEPTED = "not-accepted"
    """The bank has refused it."""
    UNREADABLE = "unreadable"
    """A field that a renewal needs cannot be read."""
    CA_CERTIFICATE = "ca-certificate"
    OTHER_ISSUER = "other-issuer"
    """Its name is a customer's, its issuer none of the bank's CAs."""
    KEY_KIND = "key-kind"
    """It counts, but its key is of a kind that cannot be renewed here."""

    @property
    def counts(self) -> bool:
        """Whether it is the certificate that counts for its owner at the bank, as far as known."""
        return self in (*_BY_STAGE.values(), Condition.URGENT, Condition.KEY_KIND)

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


_BY_OBSTACLE = {
    ErrorCode.CERTIFICATE_DAMAGED: Condition.UNREADABLE,
    ErrorCode.CERTIFICATE_OF_CA: Condition.CA_CERTIFICATE,
    ErrorCode.CERTIFICATE_OTHER_ISSUER: Condition.OTHER_ISSUER,
    ErrorCode.CERTIFICATE_KEY_KIND: Condition.KEY_KIND,
}
OBSTACLES = frozenset(_BY_OBSTACLE.values())
"""The conditions of certificates that cannot be renewed here, whatever their date."""

_NOT_THE_OWNERS = (Condition.UNREADABLE, Condition.CA_CERTIFICATE, Condition.OTHER_ISSUER)


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
        if self.condition in (Condition.ARCHIVED, Condition.REPLACED):
            return True
        lapses = (Condition.NO_KEY, Condition.NOT_ACCEPTED, *_NOT_THE_OWNERS)
        return gone and self.condition in lapses


@dataclass(frozen=True, slots=True)
class Overview:
    """A snapshot taken at `read_at` (aware UTC).

    `unusable` maps store ids to their errors; `leftovers` are keys without a certificate or
    procedure; `journal_error` is why the open procedures could not be read. `unreadable`
    certificates have their key here, but nobody can tell whose they are.
    """

    read_at: datetime
    stores: tuple[CertificateStore, ...] = ()
    rows: tuple[Row, ...] = ()
    unusable: Mapping[str, CertclientError] = field(default_factory=lambda: MappingProxyType({}))
    pending: tuple[ProcedureView, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    journal_error: CertclientError | None = None
    statuses: BankStatuses = field(default_factory=BankStatuses)
    unreadable: tuple[StoredCertificate, ...] = ()

    @property
    def due(self) -> tuple[Row, ...]:
        """The certificates to renew now, soonest expiry first."""
        return tuple(row for row in self.rows if row.condition.due)

    @property
    def own(self) -> tuple[StoredCertificate, ...]:
        """Those that their owners may log in with; another cannot take the place of any."""
        return tuple(row.entry.stored for row in self.rows if row.entry.counts_for_owner)

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
    profiles belongs to the first, if possible to one whose bank issued it.
    """
    entries: list[_ProfileEntry] = []
    unusable: dict[str, CertclientError] = {}
    unreadable: dict[tuple[str, str], StoredCertificate] = {}
    for profile in profiles:
        found: Inventory = read_inventory(profile, stores, now, statuses)
        unusable.update(found.unusable)
        unreadable |= {(one.store_id, one.certificate.fingerprint): one for one in found.unreadable}
        entries += [(profile, entry) for entry in found.entries]
    return Overview(
        read_at=now,
        stores=tuple(stores),
        rows=_rows(_each_once(entries)),
        unusable=MappingProxyType(unusable),
        journal_error=statuses.journal_error,
        statuses=statuses,
        unreadable=tuple(unreadable.values()),
    )


def _each_once(entries: Sequence[_ProfileEntry]) -> list[_ProfileEntry]:
    unique: dict[tuple[str, str], _ProfileEntry] = {}
    for profile, entry in sorted(entries, key=lambda one: _is_of_other_issuer(one[1])):
        name = (entry.stored.store_id, entry.certificate.fingerprint)
        unique.setdefault(name, (profile, entry))
    return list(unique.values())


def _is_of_other_issuer(entry: InventoryEntry) -> bool:
    found = entry.obstacle
    return found is not None and found.code is ErrorCode.CERTIFICATE_OTHER_ISSUER


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
    copy = counting is not None and entry.certificate == counting.certificate
    condition = _condition(entry, newest=entry is counting, copy=copy)
    return Row(profile, entry, condition, alone=counting in (None, entry))


def _condition(entry: InventoryEntry, *, newest: bool, copy: bool) -> Condition:
    if entry.stored.archived:
        return Condition.ARCHIVED
    if entry.bank_status is BankStatus.NOT_ACCEPTED:
        return Condition.NOT_ACCEPTED
    obstacle = _BY_OBSTACLE[entry.obstacle.code] if entry.obstacle else None
    if obstacle in _NOT_THE_OWNERS:
        return obstacle
    if entry.stored.key is None:
        return Condition.NO_KEY
    if entry.bank_status is BankStatus.UNCONFIRMED:
        return Condition.UNFINISHED
    if not newest:
        return Condition.COPY if copy else Condition.REPLACED
    condition = _BY_STAGE[entry.life.stage]
    if obstacle is not None and condition in (Condition.VALID, Condition.RENEWABLE):
        return obstacle
    if condition is Condition.RENEWABLE and entry.life.days_left <= URGENT_DAYS:
        return Condition.URGENT
    return condition


def _life(profile: Profile, entry: InventoryEntry, now: datetime) -> Lifecycle:
    return lifecycle_of(entry.certificate, now, profile.renewal)

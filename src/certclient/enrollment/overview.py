"""What a customer has on this computer, over all banks: certificates, unusable places, open
procedures, and what each certificate means for him today."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from certclient.enrollment.bank_status import BankStatus, BankStatuses
from certclient.enrollment.inventory import (
    Entry,
    Inventory,
    newest_per_owner,
    take_inventory,
)
from certclient.enrollment.procedure import Leftover, ProcedureView
from certclient.model.errors import CertclientError
from certclient.model.lifecycle import Lifecycle, Stage, lifecycle
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore, StoredCertificate

URGENT_DAYS = 3
"""From so many days left a renewal is urgent: the reminders then come close together."""


class Condition(enum.Enum):
    """What a certificate means for its holder now."""

    VALID = "valid"
    RENEWABLE = "renewable"
    URGENT = "urgent"
    """Renewable, and only URGENT_DAYS are left."""
    OBTAINABLE = "obtainable"
    TOO_LATE = "too-late"
    REPLACED = "replaced"
    """A newer one of the same owner is here."""
    ARCHIVED = "archived"
    NO_KEY = "no-key"
    UNFINISHED = "unfinished"
    """Installed, but its procedure is not finished: the bank may not know that it arrived."""
    NOT_ACCEPTED = "not-accepted"
    """The bank has refused it."""

    @property
    def counts(self) -> bool:
        """Whether it is its owner's certificate at the bank, as far as is known."""
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
    """One certificate of one bank."""

    profile: Profile
    entry: Entry
    condition: Condition

    @property
    def folded(self) -> bool:
        """Whether nothing is to be done with it and it is shown only on demand."""
        gone = self.entry.life.days_left < 0
        return self.condition in (Condition.ARCHIVED, Condition.REPLACED) or (
            self.condition in (Condition.NO_KEY, Condition.NOT_ACCEPTED) and gone
        )


@dataclass(frozen=True, slots=True)
class Overview:
    """A look at `taken` (aware UTC). `unusable` maps ids of stores to their reasons; `leftovers`
    are keys that lead to nothing; `trouble` is why the open procedures could not be read."""

    taken: datetime
    stores: tuple[CertificateStore, ...] = ()
    rows: tuple[Row, ...] = ()
    unusable: Mapping[str, CertclientError] = field(default_factory=lambda: MappingProxyType({}))
    pending: tuple[ProcedureView, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    trouble: CertclientError | None = None
    statuses: BankStatuses = field(default_factory=BankStatuses)

    @property
    def due(self) -> tuple[Row, ...]:
        """What should be renewed now, the soonest expiry first."""
        return tuple(row for row in self.rows if row.condition.due)

    @property
    def all_stored(self) -> tuple[StoredCertificate, ...]:
        return tuple(row.entry.stored for row in self.rows)

    def procedure_of(self, row: Row) -> ProcedureView | None:
        """The open procedure in which this certificate awaits its confirmation."""
        procedure_id = row.entry.unfinished_procedure
        return next((view for view in self.pending if view.id == procedure_id), None)

    def at(self, now: datetime) -> Overview:
        """The same things judged at `now`, without looking into any store."""
        entries = [
            (row.profile, replace(row.entry, life=_life(row.profile, row.entry, now)))
            for row in self.rows
        ]
        return replace(self, taken=now, rows=_rows(entries))


_Found = tuple[Profile, Entry]


def take_overview(
    profiles: Sequence[Profile],
    stores: Sequence[CertificateStore],
    now: datetime,
    statuses: BankStatuses,
) -> Overview:
    """Looks into every store without a PIN; `now` is aware UTC, `statuses` what the journal knows.
    Never raises.

    A certificate that fits two profiles belongs to the first.
    """
    entries: list[_Found] = []
    unusable: dict[str, CertclientError] = {}
    for profile in profiles:
        found: Inventory = take_inventory(profile, stores, now, statuses)
        unusable.update(found.unusable)
        entries += [(profile, entry) for entry in found.entries]
    return Overview(
        taken=now,
        stores=tuple(stores),
        rows=_rows(_each_once(entries)),
        unusable=MappingProxyType(unusable),
        trouble=statuses.trouble,
        statuses=statuses,
    )


def _each_once(entries: Sequence[_Found]) -> list[_Found]:
    unique: dict[tuple[str, str], _Found] = {}
    for profile, entry in entries:
        name = (entry.stored.store_id, entry.certificate.fingerprint)
        unique.setdefault(name, (profile, entry))
    return list(unique.values())


def _rows(entries: Sequence[_Found]) -> tuple[Row, ...]:
    """Soonest expiry first, folded ones last."""
    newest: set[int] = set()
    for profile_id in {profile.id for profile, _ in entries}:
        of_bank = [entry for profile, entry in entries if profile.id == profile_id]
        newest |= {id(entry) for entry in newest_per_owner(of_bank)}
    rows = [
        Row(profile, entry, _condition(entry, newest=id(entry) in newest))
        for profile, entry in entries
    ]
    return tuple(sorted(rows, key=lambda row: (row.folded, row.entry.certificate.not_after)))


def _condition(entry: Entry, *, newest: bool) -> Condition:
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


def _life(profile: Profile, entry: Entry, now: datetime) -> Lifecycle:
    return lifecycle(entry.certificate.not_after, now, profile.renewal)

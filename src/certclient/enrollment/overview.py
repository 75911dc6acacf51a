"""All certificates, unusable stores and open procedures on this computer, across all banks.

Decides the condition of each certificate for its holder today.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from certclient.enrollment.bank_status import BankStatus, BankStatuses
from certclient.enrollment.inventory import InventoryEntry, at_time, newest_per_owner
from certclient.enrollment.open_procedures import OpenProcedures
from certclient.enrollment.procedure_status import ProcedurePhase, ProcedureStatus, status_of
from certclient.enrollment.several_banks import combined, read_inventories
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Stage
from certclient.model.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from certclient.enrollment.procedure import Leftover, ProcedureView
    from certclient.enrollment.run_results import RunResult
    from certclient.model.certificate import Owner
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
    NO_GAIN = "no-gain"
    """It is due, but a renewal would not make it end later (`gains.no_gain`)."""

    @property
    def counts(self) -> bool:
        """Whether it is the certificate that counts for its owner at the bank, as far as known."""
        others = (Condition.URGENT, Condition.KEY_KIND, Condition.NO_GAIN)
        return self in (*_BY_STAGE.values(), *others)

    @property
    def due(self) -> bool:
        """Whether it can and should be renewed now."""
        return self in (Condition.RENEWABLE, Condition.URGENT)


_GOES_ON = (ProcedurePhase.INTERRUPTED, ProcedurePhase.FAILED)

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
    ErrorCode.RENEWAL_GAINS_NOTHING: Condition.NO_GAIN,
}
OBSTACLES = frozenset(_BY_OBSTACLE.values())
"""The conditions of certificates that cannot be renewed here, or not with any use."""

_NOT_THE_OWNERS = (Condition.UNREADABLE, Condition.CA_CERTIFICATE, Condition.OTHER_ISSUER)


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate of one bank.

    `alone`: its owner has no other certificate that counts. `procedure`: the open or running
    procedure of its owner, if this is the certificate that counts or the one that the procedure
    has issued. `absent`: its token is not plugged in, or cannot be read now; the row shows what was
    read before.
    """

    profile: Profile
    entry: InventoryEntry
    condition: Condition
    alone: bool = False
    procedure: ProcedureStatus | None = None
    absent: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Bank and user ID of its owner."""
        return self.profile.id, self.entry.owner.user_id

    @property
    def name(self) -> tuple[str, str]:
        """What identifies the row: store id and fingerprint of the certificate."""
        return self.entry.stored.store_id, self.entry.certificate.fingerprint

    @property
    def due(self) -> bool:
        """Whether it can and should be renewed now; an interrupted renewal goes on."""
        idle = self.procedure is None or self.procedure.phase in _GOES_ON
        return self.condition.due and idle and not self.absent

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
    """A snapshot taken at `read_at` (aware UTC). `complete`: the stores have been scanned.

    `unusable` maps store ids to their errors; `leftovers` are keys without a certificate or
    procedure; `journal_error` is why the open procedures could not be read, `scan_error` why the
    last scan failed. `pending`: the open
    procedures as journalled; `procedures`: the same and the running ones, with their status.
    `results`: the ends of runs that the user has not seen yet, oldest first. `postponed`: the names
    of the rows whose notice the user does not want to see for now (後で更新する). `unreadable`
    certificates have their key here, but nobody can tell whose they are.
    """

    read_at: datetime
    complete: bool = False
    stores: tuple[CertificateStore, ...] = ()
    rows: tuple[Row, ...] = ()
    unusable: Mapping[str, CertclientError] = field(default_factory=lambda: MappingProxyType({}))
    pending: tuple[ProcedureView, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    journal_error: CertclientError | None = None
    scan_error: CertclientError | None = None
    statuses: BankStatuses = field(default_factory=BankStatuses)
    unreadable: tuple[StoredCertificate, ...] = ()
    procedures: tuple[ProcedureStatus, ...] = ()
    results: tuple[RunResult, ...] = ()
    postponed: frozenset[tuple[str, str]] = frozenset()

    @property
    def due(self) -> tuple[Row, ...]:
        """The certificates to renew now, soonest expiry first."""
        return tuple(row for row in self.rows if row.due)

    @property
    def own(self) -> tuple[StoredCertificate, ...]:
        """Those that their owners may log in with; another cannot take the place of any."""
        return tuple(row.entry.stored for row in self.rows if row.entry.counts_for_owner)

    def procedure_of(self, row: Row) -> ProcedureView | None:
        """The open procedure in which this certificate awaits confirmation, None for none."""
        procedure_id = row.entry.unfinished_procedure
        return next((view for view in self.pending if view.id == procedure_id), None)

    def status(self, key: tuple[str, str]) -> ProcedureStatus | None:
        """The open or running procedure of this bank and user ID, None for none."""
        return next((one for one in self.procedures if one.key == key), None)

    def at(self, now: datetime) -> Overview:
        """The same snapshot evaluated at `now` (aware UTC), without reading any store."""
        return evaluated(self, now, self.statuses, self.procedures)


_ProfileEntry = tuple[Profile, InventoryEntry]


def read_overview(
    profiles: Sequence[Profile],
    stores: Sequence[CertificateStore],
    now: datetime,
    statuses: BankStatuses,
    open_procedures: OpenProcedures | None = None,
) -> Overview:
    """Reads every store without a PIN. Never raises a CertclientError.

    `now` is aware UTC; `statuses` and `open_procedures` are what the journal knows. A certificate
    that matches two profiles belongs to the first, if possible to one whose bank issued it.
    """
    journalled = open_procedures or OpenProcedures()
    procedures = statuses_of(journalled)
    inventories = read_inventories(profiles, stores, now, statuses)
    found = combined(inventories, stores, statuses)
    entries = [
        (profile, entry)
        for profile, inventory in zip(profiles, inventories, strict=True)
        for entry in inventory.entries
    ]
    return Overview(
        read_at=now,
        complete=True,
        stores=tuple(stores),
        rows=_rows(entries, procedures),
        unusable=MappingProxyType(found.unusable),
        pending=journalled.views,
        procedures=procedures,
        journal_error=statuses.journal_error,
        statuses=statuses,
        unreadable=found.unreadable,
    )


def statuses_of(open_procedures: OpenProcedures) -> tuple[ProcedureStatus, ...]:
    """The status of each journalled procedure, as far as the journal and the locks tell it."""
    return tuple(
        status_of(view, running=view.id in open_procedures.running)
        for view in open_procedures.views
    )


def evaluated(
    overview: Overview,
    now: datetime,
    statuses: BankStatuses,
    procedures: Sequence[ProcedureStatus],
    absent: Sequence[Row] = (),
) -> Overview:
    """`overview` at `now` (aware UTC) with what the journal and the running procedures say.

    Reads no store. `absent`: rows of tokens that were read before and are not part of `overview`.
    """
    held = [(row, False) for row in overview.rows if not row.absent]
    kept = [(row, True) for row in (absent or [one for one in overview.rows if one.absent])]
    entries: list[_ProfileEntry] = []
    away: set[tuple[str, str]] = set()
    for row, gone in (*held, *kept):
        entries.append((row.profile, at_time(row.profile, row.entry, now, statuses)))
        away |= {row.name} if gone else set()
    return replace(
        overview,
        read_at=now,
        rows=_rows(entries, procedures, away),
        statuses=statuses,
        procedures=tuple(procedures),
    )


def _rows(
    entries: Sequence[_ProfileEntry],
    procedures: Sequence[ProcedureStatus] = (),
    absent: Collection[tuple[str, str]] = (),
) -> tuple[Row, ...]:
    """Soonest expiry first, folded rows last."""
    counting: dict[tuple[str, Owner], InventoryEntry] = {}
    for profile_id in {profile.id for profile, _ in entries}:
        of_bank = [entry for profile, entry in entries if profile.id == profile_id]
        counting |= {(profile_id, entry.owner): entry for entry in newest_per_owner(of_bank)}
    by_key = {one.key: one for one in procedures}
    rows = []
    for profile, entry in entries:
        row = _row(profile, entry, counting.get((profile.id, entry.owner)))
        concerned = row.condition.counts or row.condition is Condition.UNFINISHED
        procedure = by_key.get(row.key) if concerned else None
        rows.append(replace(row, procedure=procedure, absent=row.name in absent))
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

"""Lists the bank's certificates on this computer and what can be done with them today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from certclient.enrollment.bank_status import BankStatus, BankStatuses
from certclient.enrollment.gains import no_gain
from certclient.enrollment.obstacles import obstacle
from certclient.model.certificate_reading import CertificateField
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Lifecycle, Stage, lifecycle_of
from certclient.model.names import legible
from certclient.model.visible_text import visible
from certclient.store.base import CertificateStore, StoredCertificate, Unavailable, WriteCheck

if TYPE_CHECKING:
    from datetime import datetime

    from certclient.enrollment.journal import Rejection
    from certclient.enrollment.moves import Move
    from certclient.model.certificate import Certificate, Owner, SubjectRule
    from certclient.model.profile import Profile


@dataclass(frozen=True, slots=True)
class InventoryEntry:
    """One certificate of the bank in one store, with the snapshot of its bank status."""

    stored: StoredCertificate
    store: CertificateStore
    owner: Owner
    life: Lifecycle
    statuses: BankStatuses = field(default_factory=BankStatuses, repr=False)
    obstacle: CertclientError | None = field(default=None, compare=False)
    """Why it cannot be renewed here, whatever its date (`obstacles.obstacle`), or why a renewal
    would gain nothing now (`gains.no_gain`)."""
    bank: str = ""
    """The id of the bank's profile."""
    name: str = ""
    """User ID and suffix as the certificate writes them, with what stands between them."""

    @property
    def counts_for_owner(self) -> bool:
        """Whether it may be the one that its owner logs in with: it is the owner's own, and can be
        read. One with a key of another kind may."""
        return self.obstacle is None or self.obstacle.code in _STILL_ITS_OWNERS

    @property
    def bank_status(self) -> BankStatus:
        """Whether the bank accepts it, as far as known."""
        return self.statuses.of(self.certificate)

    @property
    def rejection(self) -> Rejection | None:
        """Why the bank does not accept it, None if nothing is known against it."""
        return self.statuses.rejections.get(self.certificate.fingerprint)

    @property
    def unfinished_procedure(self) -> str:
        """The id of the procedure in which it awaits confirmation, "" for none."""
        return self.statuses.unconfirmed.get(self.certificate.fingerprint, "")

    @property
    def move(self) -> Move | None:
        """The unfinished move to a new computer, away from this certificate; None for none, and
        once the certificate was renewed here after all."""
        fingerprint = self.certificate.fingerprint
        replaced = fingerprint in self.statuses.successors
        return None if replaced else self.statuses.moves.get(fingerprint)

    @property
    def certificate(self) -> Certificate:
        """The certificate itself."""
        return self.stored.certificate

    @property
    def full_id(self) -> str:
        """User ID and contract suffix as in the certificate: `TKYM1408054 1403`, `U111111-A`."""
        return self.name or self._spaced_id

    @property
    def _spaced_id(self) -> str:
        return " ".join(part for part in (self.owner.user_id, self.owner.suffix) if part)

    def is_named(self, name: str) -> bool:
        """Whether a user who types `name` may mean its owner: the user ID, alone or with the suffix
        as it is shown or after a space, or the whole Common Name."""
        typed = legible(name)
        written = (self.full_id, self._spaced_id, self.certificate.common_name)
        shown = (*map(legible, written), visible(self.full_id))
        return bool(typed) and typed in (self.owner.user_id, *shown)


_STILL_ITS_OWNERS = (ErrorCode.CERTIFICATE_KEY_KIND, ErrorCode.RENEWAL_GAINS_NOTHING)


@dataclass(frozen=True, slots=True)
class Inventory:
    """The bank's certificates in all stores.

    `unusable` maps the ids of the stores that could not be read to their errors. `unreadable`
    certificates have their key here and may be anybody's: their subject cannot be read, or the
    bank's CA has issued them and their Common Name is no customer's.
    """

    stores: tuple[CertificateStore, ...]
    entries: tuple[InventoryEntry, ...]
    unusable: dict[str, CertclientError]
    statuses: BankStatuses
    unreadable: tuple[StoredCertificate, ...] = ()

    @property
    def stored(self) -> tuple[StoredCertificate, ...]:
        """The certificates as their stores hold them, archived ones included."""
        return tuple(entry.stored for entry in self.entries)

    @property
    def own(self) -> tuple[StoredCertificate, ...]:
        """Those that their owners may log in with; another cannot take the place of any."""
        return tuple(entry.stored for entry in self.entries if entry.counts_for_owner)


StoreReading = tuple[CertificateStore, Sequence[StoredCertificate] | CertclientError]
"""A store with its certificates, or the reason why it cannot be read."""


def read_stores(stores: Sequence[CertificateStore]) -> list[StoreReading]:
    """Reads every store once, without a PIN."""
    found: list[StoreReading] = []
    for store in stores:
        try:
            check_available(store)
            found.append((store, store.certificates()))
        except CertclientError as error:
            found.append((store, error))
    return found


def read_inventory(
    profile: Profile,
    stores: Sequence[CertificateStore],
    now: datetime,
    statuses: BankStatuses,
) -> Inventory:
    """Reads every store without a PIN. Soonest expiry first, archived ones last.

    `now` is aware; `statuses` is what the journal knows. A store that cannot be read goes to
    `Inventory.unusable`.
    """
    return inventory_of(profile, read_stores(stores), now, statuses)


def inventory_of(
    profile: Profile, readings: Sequence[StoreReading], now: datetime, statuses: BankStatuses
) -> Inventory:
    """Like `read_inventory`, from stores that have been read."""
    entries: list[InventoryEntry] = []
    unreadable: list[StoredCertificate] = []
    unusable: dict[str, CertclientError] = {}
    for store, found in readings:
        if isinstance(found, CertclientError):
            unusable[store.store_id] = found
            continue
        entries += _entries(profile, store, found, now, statuses)
        rule = statuses.subject_rule(profile)
        unreadable += [one for one in found if _is_unreadable(one, rule)]
    entries.sort(key=lambda entry: (entry.stored.archived, entry.certificate.not_after))
    stores = tuple(store for store, _ in readings)
    return Inventory(stores, tuple(entries), unusable, statuses, tuple(unreadable))


def _entries(
    profile: Profile,
    store: CertificateStore,
    found: Sequence[StoredCertificate],
    now: datetime,
    statuses: BankStatuses,
) -> list[InventoryEntry]:
    rule = statuses.subject_rule(profile)
    return [
        at_time(
            profile,
            InventoryEntry(
                stored,
                store,
                owner,
                lifecycle_of(stored.certificate, now, profile.renewal),
                statuses,
                obstacle(stored.certificate, rule),
                profile.id,
                stored.certificate.owner_name(rule),
            ),
            now,
            statuses,
        )
        for stored in found
        if (owner := stored.certificate.named_owner(rule)) is not None
        and not statuses.elsewhere(stored.certificate, profile.id)
    ]


def at_time(
    profile: Profile, entry: InventoryEntry, now: datetime, statuses: BankStatuses
) -> InventoryEntry:
    """`entry` at `now` (aware) with what the journal knows: its dates, and whether a renewal gains
    something."""
    certificate, found = entry.certificate, entry.obstacle
    life = lifecycle_of(certificate, now, profile.renewal)
    if found is not None and found.code is ErrorCode.RENEWAL_GAINS_NOTHING:
        found = None
    if found is None and life.stage is Stage.RENEWABLE:
        found = no_gain(profile, certificate, statuses.answers_to(certificate), now)
    return replace(entry, life=life, statuses=statuses, obstacle=found)


def _is_unreadable(stored: StoredCertificate, rule: SubjectRule) -> bool:
    certificate = stored.certificate
    nameless = CertificateField.SUBJECT in certificate.unreadable
    of_bank = bool(rule.issuers) and certificate.has_issuer(rule) and not certificate.is_ca
    ownerless = of_bank and certificate.named_owner(rule) is None
    return stored.key is not None and (nameless or ownerless)


def check_available(store: CertificateStore) -> None:
    """Raises CertclientError with the store's own reason if it cannot be used now."""
    state = store.availability()
    if isinstance(state, Unavailable):
        raise CertclientError(state.reason, **state.data)


def write_problem(store: CertificateStore) -> CertclientError | None:
    """Returns why the store cannot be written to, or not be used at all; None if it can."""
    state = store.availability()
    if isinstance(state, Unavailable):
        return CertclientError(state.reason, **state.data)
    return store.write_problem() if isinstance(store, WriteCheck) else None


def unread_stores(inventory: Inventory) -> CertclientError | None:
    """The error of the stores that hold nobody knows what (`UNREAD`); None if all were read.

    STORE_UNAVAILABLE if their codes differ. A certificate that was not found may be in one of them.
    A token that is not plugged in, or whose software is missing, is not among them.
    """
    errors = [error for error in inventory.unusable.values() if error.code in UNREAD]
    if len(errors) < 2:
        return next(iter(errors), None)
    data = {
        name: ", ".join(dict.fromkeys(text for one in errors if (text := one.data.get(name))))
        for name in ("path", "reason")
    }
    problems = {error.data.get("problem", "") for error in errors}
    data["problem"] = problems.pop() if len(problems) == 1 else ""
    codes = {error.code for error in errors}
    code = codes.pop() if len(codes) == 1 else ErrorCode.STORE_UNAVAILABLE
    if code is not errors[0].code:
        data["problem"] = ""
    return CertclientError(code, **{name: text for name, text in data.items() if text})


UNREAD = frozenset(
    {
        ErrorCode.STORE_UNAVAILABLE,
        ErrorCode.STORE_MODULE_START,
        ErrorCode.TOKEN_MODULE_DIED,
        ErrorCode.TOKEN_MODULE_HANGS,
    }
)
"""Errors of a store that may hold certificates which are missing from what is shown."""


def newest_per_owner(entries: Sequence[InventoryEntry]) -> list[InventoryEntry]:
    """The certificate that counts for each owner at each bank (`BankStatuses.newest`). Soonest
    expiry first.

    Only certificates with a key that are not archived are considered, and that are the owner's; of
    one that several stores hold, the copy in the first store that can be written to.
    """
    by_owner: dict[tuple[str, Owner], list[InventoryEntry]] = {}
    usable = [
        entry
        for entry in entries
        if entry.stored.key is not None and not entry.stored.archived and entry.counts_for_owner
    ]
    for entry in _without_copies(usable):
        by_owner.setdefault((entry.bank, entry.owner), []).append(entry)
    newest = [
        entry.statuses.newest(of_owner, lambda one: one.certificate)
        for of_owner in by_owner.values()
        for entry in of_owner[:1]
    ]
    found = [entry for entry in newest if entry is not None]
    return sorted(found, key=lambda entry: entry.certificate.not_after)


def _without_copies(entries: Sequence[InventoryEntry]) -> list[InventoryEntry]:
    """Keeps one entry of each certificate: the first whose store can be written to, if any."""
    copies: dict[str, list[InventoryEntry]] = {}
    for entry in entries:
        copies.setdefault(entry.certificate.fingerprint, []).append(entry)
    return [
        same[0]
        if len(same) == 1
        else next((entry for entry in same if write_problem(entry.store) is None), same[0])
        for same in copies.values()
    ]


def renewable(inventory: Inventory) -> list[InventoryEntry]:
    """The certificates that `renew --all` renews.

    If there are none, raises what stands in the way of one that is due, else STORE_UNAVAILABLE if
    a store could not be read, else NOTHING_RENEWABLE.
    """
    due = [e for e in newest_per_owner(inventory.entries) if e.life.stage is Stage.RENEWABLE]
    found = [entry for entry in due if entry.obstacle is None]
    if not found:
        blocked = next((entry.obstacle for entry in due if entry.obstacle is not None), None)
        nothing = CertclientError(ErrorCode.NOTHING_RENEWABLE)
        raise blocked or unread_stores(inventory) or nothing
    return found


def the_renewable_one(inventory: Inventory) -> InventoryEntry:
    """The certificate that `renew` without a name renews.

    Raises NOTHING_RENEWABLE, CERTIFICATE_AMBIGUOUS.
    """
    return _only(renewable(inventory), "")


def named(inventory: Inventory, name: str) -> InventoryEntry:
    """Finds a certificate by user ID, user ID and suffix, serial number or fingerprint.

    Of an owner's certificates, the newest counts. Raises CERTIFICATE_NOT_FOUND,
    CERTIFICATE_AMBIGUOUS, both with data `name`; CERTIFICATE_DAMAGED for one of the unreadable;
    STORE_UNAVAILABLE if it is not found and a store could not be read.
    """
    exact = [e for e in inventory.entries if e.certificate.is_exactly(name)]
    by_owner = [e for e in newest_per_owner(inventory.entries) if e.is_named(name)]
    # An owner with only archived or keyless certificates left must still be found.
    others = [e for e in inventory.entries if e.is_named(name)]
    found = exact or by_owner or others[-1:]
    if not found:
        missing = CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, name=name)
        raise _unreadable_one(inventory, name) or unread_stores(inventory) or missing
    return _only(found, name)


def _unreadable_one(inventory: Inventory, name: str) -> CertclientError | None:
    for stored in inventory.unreadable:
        if stored.certificate.is_exactly(name):
            return CertclientError(
                ErrorCode.CERTIFICATE_DAMAGED,
                serial=stored.certificate.serial_hex,
                fields=CertificateField.SUBJECT.value,
            )
    return None


def _only(entries: Sequence[InventoryEntry], name: str) -> InventoryEntry:
    with_key = [entry for entry in entries if entry.stored.key is not None]
    candidates = _without_copies(with_key or entries)
    if len(candidates) > 1:
        several = len({entry.bank for entry in candidates}) > 1
        choices = ", ".join(_choice(entry, with_bank=several) for entry in candidates)
        raise CertclientError(ErrorCode.CERTIFICATE_AMBIGUOUS, name=choices or name)
    return candidates[0]


def _choice(entry: InventoryEntry, *, with_bank: bool) -> str:
    bank = f", {entry.bank}" if with_bank else ""
    return f"{entry.full_id} ({entry.certificate.serial_hex}{bank})"

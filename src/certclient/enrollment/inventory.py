"""Which certificates of the bank are here, where, and what may be done with them today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from certclient.enrollment.bank_status import BankStatus, BankStatuses
from certclient.enrollment.journal import Rejection
from certclient.model.certificate import Certificate, Owner
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.lifecycle import Lifecycle, Stage, lifecycle
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore, StoredCertificate, Unavailable


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate of the bank in one store, with what is known of the bank's opinion."""

    stored: StoredCertificate
    store: CertificateStore
    owner: Owner
    life: Lifecycle
    statuses: BankStatuses = field(default_factory=BankStatuses, repr=False)

    @property
    def bank_status(self) -> BankStatus:
        return self.statuses.of(self.certificate)

    @property
    def rejection(self) -> Rejection | None:
        """Why the bank does not accept it, None if nothing is known against it."""
        return self.statuses.rejections.get(self.certificate.fingerprint)

    @property
    def unfinished_procedure(self) -> str:
        """The id of the procedure in which it awaits its confirmation, "" for none."""
        return self.statuses.unconfirmed.get(self.certificate.fingerprint, "")

    @property
    def certificate(self) -> Certificate:
        return self.stored.certificate

    @property
    def full_id(self) -> str:
        """User ID and contract suffix as the certificate shows them: `TKYM1408054 1403`."""
        return " ".join(part for part in (self.owner.user_id, self.owner.suffix) if part)


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of them; `unusable` maps the stores that could not be looked at to their reasons."""

    stores: tuple[CertificateStore, ...]
    entries: tuple[Entry, ...]
    unusable: dict[str, CertclientError]
    statuses: BankStatuses

    @property
    def stored(self) -> tuple[StoredCertificate, ...]:
        return tuple(entry.stored for entry in self.entries)


def take_inventory(
    profile: Profile,
    stores: Sequence[CertificateStore],
    now: datetime,
    statuses: BankStatuses,
) -> Inventory:
    """Looks into every store, without a PIN; `now` is aware, `statuses` what the journal knows.
    Soonest expiry first."""
    entries: list[Entry] = []
    unusable: dict[str, CertclientError] = {}
    for store in stores:
        try:
            entries += _entries(profile, store, now, statuses)
        except CertclientError as error:
            unusable[store.store_id] = error
    entries.sort(key=lambda entry: (entry.stored.archived, entry.certificate.not_after))
    return Inventory(tuple(stores), tuple(entries), unusable, statuses)


def _entries(
    profile: Profile, store: CertificateStore, now: datetime, statuses: BankStatuses
) -> list[Entry]:
    check_available(store)
    policy = profile.renewal
    return [
        Entry(stored, store, owner, lifecycle(stored.certificate.not_after, now, policy), statuses)
        for stored in store.certificates()
        if (owner := stored.certificate.owner(profile.subject_rule)) is not None
    ]


def check_available(store: CertificateStore) -> None:
    """Raises CertclientError with the store's own reason if it cannot be used now."""
    state = store.availability()
    if isinstance(state, Unavailable):
        raise CertclientError(state.reason, **state.data)


def newest_per_owner(entries: Sequence[Entry]) -> list[Entry]:
    """The certificates that count: of each owner the newest that the bank is known to accept
    (`BankStatuses.newest`), with its key and not archived. Soonest expiry first."""
    by_owner: dict[Owner, list[Entry]] = {}
    for entry in entries:
        if entry.stored.key is not None and not entry.stored.archived:
            by_owner.setdefault(entry.owner, []).append(entry)
    newest = [
        entry.statuses.newest(of_owner, lambda one: one.certificate)
        for of_owner in by_owner.values()
        for entry in of_owner[:1]
    ]
    found = [entry for entry in newest if entry is not None]
    return sorted(found, key=lambda entry: entry.certificate.not_after)


def renewable(inventory: Inventory) -> list[Entry]:
    """What `renew --all` renews. Raises NOTHING_RENEWABLE if there is none."""
    found = [e for e in newest_per_owner(inventory.entries) if e.life.stage is Stage.RENEWABLE]
    if not found:
        raise CertclientError(ErrorCode.NOTHING_RENEWABLE)
    return found


def the_renewable_one(inventory: Inventory) -> Entry:
    """What `renew` without a name renews. Raises NOTHING_RENEWABLE, CERTIFICATE_AMBIGUOUS."""
    return _only(renewable(inventory), "")


def named(inventory: Inventory, name: str) -> Entry:
    """The certificate called `name`: a user ID, user ID and suffix, serial number or fingerprint.

    Of an owner's certificates the newest is meant. Raises CERTIFICATE_NOT_FOUND,
    CERTIFICATE_AMBIGUOUS, both with data `name`.
    """
    exact = [e for e in inventory.entries if _is_exactly(e, name)]
    by_owner = [e for e in newest_per_owner(inventory.entries) if _is_owned_by(e, name)]
    # An owner of whom only archived or keyless certificates are left is still worth showing.
    others = [e for e in inventory.entries if _is_owned_by(e, name)]
    found = exact or by_owner or others[-1:]
    if not found:
        raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, name=name)
    return _only(found, name)


def _is_exactly(entry: Entry, name: str) -> bool:
    wanted = name.replace(":", "").lower()
    return wanted in (entry.certificate.serial_hex, entry.certificate.fingerprint)


def _is_owned_by(entry: Entry, name: str) -> bool:
    return name in (entry.owner.user_id, entry.full_id)


def _only(entries: Sequence[Entry], name: str) -> Entry:
    with_key = [entry for entry in entries if entry.stored.key is not None]
    candidates = with_key or entries
    if len(candidates) > 1:
        choices = ", ".join(f"{e.full_id} ({e.certificate.serial_hex})" for e in candidates)
        raise CertclientError(ErrorCode.CERTIFICATE_AMBIGUOUS, name=choices or name)
    return candidates[0]


def choose_store(
    inventory: Inventory, destination: Destination | None, label: str, current: Entry | None
) -> CertificateStore:
    """Where the new key is to be made.

    `label` (or a store's id) names it; else `destination` does; else it is where `current` is.
    Raises the store's reason if it cannot be used, TOKEN_MISSING or STORE_UNAVAILABLE if there is
    none, STORE_AMBIGUOUS (data `stores`) if several fit.
    """
    if not label and current is not None and destination in (None, current.store.destination):
        return current.store
    fitting = [store for store in inventory.stores if _fits(store, destination, label)]
    usable = [store for store in fitting if store.store_id not in inventory.unusable]
    if len(usable) == 1:
        return usable[0]
    if usable:
        labels = ", ".join(store.label for store in usable)
        raise CertclientError(ErrorCode.STORE_AMBIGUOUS, stores=labels)
    for store in fitting:
        raise inventory.unusable[store.store_id]
    missing = destination is Destination.USB
    code = ErrorCode.TOKEN_MISSING if missing else ErrorCode.STORE_UNAVAILABLE
    raise CertclientError(code, token=label)


def _fits(store: CertificateStore, destination: Destination | None, label: str) -> bool:
    if label and label not in (store.label, store.store_id):
        return False
    return destination in (None, store.destination)

"""Archived certificates of no more use: which they are, and their deletion with their keys.

Each renewal archives a certificate, and a token has room for about ten. The last archived one of an
owner stays (docs/adr/0044-older-archived-certificates.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.enrollment.bank_status import BankStatus, BankStatuses, read_statuses
from certclient.enrollment.cleanup import check_deletable
from certclient.enrollment.disposition import STORE_GONE
from certclient.enrollment.inventory import read_inventory
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from certclient.enrollment.inventory import InventoryEntry
    from certclient.enrollment.journal import Journal, Record
    from certclient.enrollment.run_context import RunContext
    from certclient.model.certificate import Owner
    from certclient.store.base import CertificateStore, PinProvider, StoredCertificate, StoreSession

    OwnerAtBank = tuple[str, Owner]
    """Profile id, and owner of a certificate."""


def older_archived(
    entries: Sequence[InventoryEntry],
    now: datetime,
    open_user_ids: Collection[tuple[str, str]] = (),
) -> list[InventoryEntry]:
    """The archived certificates of `entries` that may be deleted with their keys, in their order.

    `entries`: all certificates, of any number of banks and stores. `now` is aware. `open_user_ids`:
    profile id and user ID of each open procedure; nothing of these owners is returned.

    Of each owner, one certificate must count, with a key, valid now. The archived certificate that
    counted last before it stays, in every store, and each other one that has neither expired nor
    been replaced at the bank, as the journal has it. A certificate that is not beyond doubt its
    owner's (`InventoryEntry.counts_for_owner`) stays as well.
    """
    by_owner: dict[OwnerAtBank, list[InventoryEntry]] = {}
    for entry in entries:
        if entry.counts_for_owner:
            by_owner.setdefault((entry.bank, entry.owner), []).append(entry)
    idle = [
        of_owner
        for (bank, owner), of_owner in by_owner.items()
        if (bank, owner.user_id) not in open_user_ids
    ]
    found = {id(entry) for of_owner in idle for entry in _older(of_owner, now)}
    return [entry for entry in entries if id(entry) in found]


def _older(of_owner: Sequence[InventoryEntry], now: datetime) -> Iterator[InventoryEntry]:
    if not any(one.stored.archived for one in of_owner):
        return
    in_use = [one for one in of_owner if one.stored.key is not None and not one.stored.archived]
    counting = _newest(in_use)
    if counting is None or not counting.certificate.valid_at(now):
        return
    archived = [
        entry
        for entry in of_owner
        if entry.stored.archived and entry.certificate != counting.certificate
    ]
    last = _last(archived)
    for entry in archived:
        unconfirmed = entry.bank_status is BankStatus.UNCONFIRMED
        if last is None or entry.certificate == last.certificate or unconfirmed:
            continue
        if entry.certificate.not_after < now or _is_replaced(entry, counting):
            yield entry


def _last(archived: Sequence[InventoryEntry]) -> InventoryEntry | None:
    """The one that counted last. Prefers those that can still be brought back: with a key, and not
    refused by the bank."""
    with_key = [entry for entry in archived if entry.stored.key is not None] or archived
    latest = max(with_key, key=lambda one: one.certificate.not_after, default=None)
    return _newest(with_key) or latest


def _newest(entries: Sequence[InventoryEntry]) -> InventoryEntry | None:
    statuses = entries[0].statuses if entries else BankStatuses()
    return statuses.newest(entries, lambda one: one.certificate)


def _is_replaced(entry: InventoryEntry, counting: InventoryEntry) -> bool:
    return entry.statuses.is_successor(counting.certificate, entry.certificate)


@dataclass(frozen=True, slots=True)
class Removals:
    """What a deletion came to: the deleted certificates, and the errors because of which others
    are still there."""

    removed: tuple[InventoryEntry, ...] = ()
    errors: tuple[CertclientError, ...] = ()


def remove_older(
    older: Sequence[InventoryEntry],
    everything: Sequence[InventoryEntry],
    now: datetime,
    pin: PinProvider,
) -> Removals:
    """Deletes `older`, which `older_archived(everything, …)` has returned, with their keys.

    Opens each store once, which may ask `pin`. An error with one certificate does not stop the
    others. One that was brought back meanwhile stays. Safe to repeat after a stop at any moment:
    `StoreSession.delete` deletes the key of an archived certificate first, so that what is left
    is found by its certificate.
    """
    removal = _Removal(everything, now)
    stores = {entry.store.store_id: entry.store for entry in older}
    for store_id, store in stores.items():
        here = [entry for entry in older if entry.store.store_id == store_id]
        try:
            with store.open(pin) as session:
                removal.remove(session, store, here)
        except CertclientError as error:
            removal.errors.append(error)
    return removal.ended()


def remove_after_renewal(context: RunContext, journal: Journal, record: Record) -> None:
    """By the policy `RemoveArchived`: deletes what older certificates the renewed owner has.

    Only in stores that this run has opened, so that nobody is asked for a PIN because of it. An
    error is a warning; the next renewal tries again.
    """
    environment = context.environment
    stores = [one for one in environment.stores if context.is_open(one.store_id)]
    now = environment.clock()
    try:
        found = read_inventory(environment.profile, stores, now, read_statuses(journal))
        opened = {(one.profile_id, one.user_id) for one in journal.open_procedures()}
        removal = _Removal(found.entries, now)
        for store in stores:
            here = [
                entry
                for entry in older_archived(found.entries, now, opened)
                if entry.store.store_id == store.store_id and entry.owner.user_id == record.user_id
            ]
            if here:
                removal.remove(context.session(store.store_id), store, here)
        for error in removal.errors:
            context.interaction.warning(error)
    except CertclientError as error:
        context.interaction.warning(error)


def offering_removal(
    error: CertclientError, context: RunContext, journal: Journal, record: Record
) -> CertclientError | None:
    """A TOKEN_FULL of the new key's store that offers to delete older certificates in it.

    Data: `older`, how many there are; `problem`, for the text that offers it. None if there are
    none, and for any other error. Reads the stores of the procedure only.
    """
    if error.code is not ErrorCode.TOKEN_FULL:
        return None
    environment, full = context.environment, context.store(record.store_id).store_id
    concerned = {full, context.store(record.old_store_id).store_id}
    stores = [one for one in environment.stores if one.store_id in concerned]
    now = environment.clock()
    found = read_inventory(environment.profile, stores, now, read_statuses(journal))
    opened = {(one.profile_id, one.user_id) for one in journal.open_procedures()}
    older = [
        one for one in older_archived(found.entries, now, opened) if one.store.store_id == full
    ]
    if not older:
        return None
    problem = "probable-older" if error.data.get("problem") else "older"
    data = {**error.data, "problem": problem, "older": str(len(older))}
    return CertclientError(error.code, **data)


class _Removal:
    """One deletion in several stores; `everything`: all certificates, to check each once more."""

    def __init__(self, everything: Sequence[InventoryEntry], now: datetime) -> None:
        self._everything = everything
        self._now = now
        self._removed: list[InventoryEntry] = []
        self.errors: list[CertclientError] = []

    def remove(
        self, session: StoreSession, store: CertificateStore, here: Sequence[InventoryEntry]
    ) -> None:
        """Deletes `here`, all in this store. Raises an error that affects the whole store."""
        # Read again: another program may have brought one back during the question for the PIN.
        archived = {one.certificate.fingerprint for one in store.certificates() if one.archived}
        for entry in here:
            if entry.certificate.fingerprint not in archived:
                continue
            try:
                check_deletable(entry.stored, self._own(entry.bank), self._now, entry.statuses)
                session.delete(entry.certificate)
            except CertclientError as error:
                if error.code in STORE_GONE:
                    raise
                self.errors.append(error)
                continue
            log.event("deleted", serial=entry.certificate.serial_hex)
            self._removed.append(entry)

    def ended(self) -> Removals:
        """What it came to."""
        return Removals(tuple(self._removed), tuple(self.errors))

    def _own(self, bank: str) -> list[StoredCertificate]:
        return [one.stored for one in self._everything if one.bank == bank and one.counts_for_owner]

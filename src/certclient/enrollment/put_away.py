"""Old certificates that their renewal could not put away: a later run tries again.

The new certificate is installed and confirmed, so that nothing depends on it; until then, browsers
offer both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from certclient.enrollment.bank_status import BankStatus, BankStatuses, read_statuses
from certclient.enrollment.journal import Journal, Record
from certclient.enrollment.lock import exclusive, locks_folder
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore, PinProvider, StoreSession
from certclient.store.unavailable import store_by_id

Opens = Callable[[CertificateStore], AbstractContextManager[StoreSession]]
"""Opens a store, or gives the session that is open already."""


@dataclass(frozen=True, slots=True)
class PutAway:
    """What one look has done: the old certificates now put away, and why others were not."""

    certificates: tuple[Certificate, ...] = ()
    errors: tuple[CertclientError, ...] = ()


def not_put_away(old: Certificate, cause: CertclientError) -> CertclientError:
    """OLD_NOT_ARCHIVED for an old certificate; `cause`: what its store reported."""
    error = CertclientError(
        ErrorCode.OLD_NOT_ARCHIVED, serial=old.serial_hex, cause=cause.code.code
    )
    error.__cause__ = cause
    return error


def put_away_left(
    journal: Journal, profile_id: str, stores: Sequence[CertificateStore], pin: PinProvider
) -> PutAway:
    """Tries again for every old certificate at this bank that is still to be put away.

    `pin`: `store.base.no_pin` for stores that open without one only. Never raises the stores'
    errors; raises JOURNAL_DAMAGED, DATA_FOLDER, JOURNAL_HELD.
    """
    done: list[Certificate] = []
    errors: list[CertclientError] = []
    for record in left(journal, profile_id):
        old = Certificate.read(record.old_certificate)
        try:
            with locked(journal, record):
                if put_away(journal, record, stores, lambda store: store.open(pin)):
                    done.append(old)
        except CertclientError as error:
            if error.code is not ErrorCode.PROCEDURE_RUNNING:
                errors.append(not_put_away(old, error))
    return PutAway(tuple(done), tuple(errors))


def locked(journal: Journal, record: Record) -> AbstractContextManager[None]:
    """The lock of the procedure's user ID. Raises PROCEDURE_RUNNING, DATA_FOLDER."""
    return exclusive(locks_folder(journal.path), record.profile_id, record.user_id)


def left(journal: Journal, profile_id: str) -> Sequence[Record]:
    """The finished procedures at this bank whose old certificate is still to be put away."""
    finished = journal.finished()
    return [one for one in finished if one.old_to_archive and one.profile_id == profile_id]


def put_away(
    journal: Journal, record: Record, stores: Sequence[CertificateStore], opens: Opens
) -> bool:
    """Puts the old certificate of `record` away if it is still offered beside its successor; True
    if it did. Journals that nothing is left to do, too.

    The caller holds the lock of its user ID; `record` may be older than that. Raises the store's
    and the journal's errors.
    """
    now = journal.load(record.id)
    if now is None or not now.old_to_archive:
        return False  # another run did, and its owner may have restored it since
    record = now
    store, home = (store_by_id(stores, one) for one in (record.old_store_id, record.store_id))
    old = Certificate.read(record.old_certificate)
    present = _offered(store)
    offered = old in present
    if offered and not _is_replaced(old, {*present, *_offered(home)}, read_statuses(journal)):
        return False  # not now: no new one is here, or the bank does not accept it
    if offered:
        with opens(store) as session:
            session.archive(old)
    journal.save(replace(record, old_to_archive=False, old_archived=offered))
    return offered


def _offered(store: CertificateStore) -> set[Certificate]:
    """What browsers offer of a store."""
    return {one.certificate for one in store.certificates() if one.key and not one.archived}


def _is_replaced(
    old: Certificate, present: Collection[Certificate], statuses: BankStatuses
) -> bool:
    return any(
        statuses.of(new) is BankStatus.PRESUMED_ACCEPTED and statuses.is_successor(new, old)
        for new in present
    )

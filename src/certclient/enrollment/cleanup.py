"""Putting old certificates away: exact match only, undoable first, never the last valid one.

Keys without a certificate are the procedure's matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from certclient.enrollment.bank_status import BankStatus, BankStatuses
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore, PinProvider, StoredCertificate


def find_exact(name: str, certificates: Iterable[StoredCertificate]) -> StoredCertificate:
    """The one certificate whose serial number or SHA-256 fingerprint (hex) is exactly `name`.

    Upper case, spaces and colons do not matter. Of several copies the one with the key is meant.
    Raises CERTIFICATE_NOT_FOUND or CERTIFICATE_AMBIGUOUS, both with data `name`.
    """
    wanted = name.replace(":", "").replace(" ", "").lower()
    found = [
        stored
        for stored in certificates
        if wanted in (stored.certificate.serial_hex, stored.certificate.fingerprint)
    ]
    if not found:
        raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, name=name)
    with_key = [stored for stored in found if stored.key is not None] or found
    if len(with_key) > 1:
        raise CertclientError(ErrorCode.CERTIFICATE_AMBIGUOUS, name=name)
    return with_key[0]


def check_idle(user_id: str, open_user_ids: Collection[str]) -> None:
    """Returns if no procedure of this user ID is open (`Enrollment.pending`): until the CA
    has confirmed it, the new certificate replaces nothing, and the old one signs. Raises
    PROCEDURE_RUNNING."""
    if user_id in open_user_ids:
        raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=user_id)


def may_delete(
    stored: StoredCertificate,
    all_certificates: Sequence[StoredCertificate],
    now: datetime,
    statuses: BankStatuses,
) -> None:
    """Returns if the holder can still log in without `stored`; `now` is aware.

    An expired certificate, one without its key, or one that the bank has refused logs nobody in.
    Otherwise another certificate of the same subject must be left that is usable and takes its
    place at the bank (`BankStatuses.newest`).

    Raises CertclientError(LAST_VALID_CERTIFICATE) with data `serial`.
    """
    if not _logs_in(stored, now, statuses):
        return
    if not any(_replaces(other, stored, now, statuses) for other in all_certificates):
        raise CertclientError(
            ErrorCode.LAST_VALID_CERTIFICATE, serial=stored.certificate.serial_hex
        )


def _logs_in(stored: StoredCertificate, now: datetime, statuses: BankStatuses) -> bool:
    """A certificate that begins in the future counts: this computer's clock may be slow."""
    refused = statuses.of(stored.certificate) is BankStatus.NOT_ACCEPTED
    return stored.key is not None and now <= stored.certificate.not_after and not refused


def _replaces(
    other: StoredCertificate, stored: StoredCertificate, now: datetime, statuses: BankStatuses
) -> bool:
    return (
        other.certificate != stored.certificate
        and other.certificate.subject == stored.certificate.subject
        and not other.archived
        and other.key is not None
        and other.certificate.valid_at(now)
        and statuses.newest((stored, other), lambda one: one.certificate) is other
    )


def archive(
    store: CertificateStore,
    stored: StoredCertificate,
    all_certificates: Sequence[StoredCertificate],
    now: datetime,
    statuses: BankStatuses,
    pin: PinProvider,
) -> None:
    """Hides a certificate from browsers; `restore` undoes it. Archived already: no error.

    Raises LAST_VALID_CERTIFICATE, and what the store raises.
    """
    if stored.archived:
        return
    may_delete(stored, all_certificates, now, statuses)
    with store.open(pin) as session:
        session.archive(stored.certificate)


def restore(store: CertificateStore, stored: StoredCertificate, pin: PinProvider) -> None:
    """Brings an archived certificate back. Not archived: no error."""
    if stored.archived:
        with store.open(pin) as session:
            session.unarchive(stored.certificate)


def check_deletable(
    stored: StoredCertificate,
    all_certificates: Sequence[StoredCertificate],
    now: datetime,
    statuses: BankStatuses,
) -> None:
    """Returns if `delete` would be allowed. Raises CERTIFICATE_IN_USE (neither archived nor expired
    nor refused by the bank; data `serial`), LAST_VALID_CERTIFICATE."""
    refused = statuses.of(stored.certificate) is BankStatus.NOT_ACCEPTED
    if not (stored.archived or refused) and now <= stored.certificate.not_after:
        raise CertclientError(ErrorCode.CERTIFICATE_IN_USE, serial=stored.certificate.serial_hex)
    may_delete(stored, all_certificates, now, statuses)


def delete(
    store: CertificateStore,
    stored: StoredCertificate,
    all_certificates: Sequence[StoredCertificate],
    now: datetime,
    statuses: BankStatuses,
    pin: PinProvider,
) -> None:
    """Deletes a certificate and its key for good; only one that is archived, expired or refused.

    Raises as `check_deletable`, and what the store raises.
    """
    check_deletable(stored, all_certificates, now, statuses)
    with store.open(pin) as session:
        session.delete(stored.certificate)

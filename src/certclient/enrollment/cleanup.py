"""Archives and deletes old certificates.

Only by exact match, reversibly first, and never the last valid one. The procedure itself removes
keys without a certificate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from certclient.enrollment.bank_status import BankStatus, BankStatuses
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.names import same_name
from certclient.store.base import CertificateStore, PinProvider, StoredCertificate


def find_exact(name: str, certificates: Iterable[StoredCertificate]) -> StoredCertificate:
    """Finds the one certificate that `name` names exactly (`Certificate.is_exactly`).

    Among several copies, prefers the one with the key. Raises
    CERTIFICATE_NOT_FOUND or CERTIFICATE_AMBIGUOUS, both with data `name`.
    """
    found = [stored for stored in certificates if stored.certificate.is_exactly(name)]
    if not found:
        raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, name=name)
    with_key = [stored for stored in found if stored.key is not None] or found
    if len(with_key) > 1:
        raise CertclientError(ErrorCode.CERTIFICATE_AMBIGUOUS, name=name)
    return with_key[0]


def check_idle(user_id: str, open_user_ids: Collection[str]) -> None:
    """Raises PROCEDURE_RUNNING if a procedure of this user ID is open (`Enrollment.pending`).

    Until the CA has confirmed it, the new certificate replaces nothing, and the old one still
    signs.
    """
    if user_id in open_user_ids:
        raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=user_id)


def may_delete(
    stored: StoredCertificate,
    all_certificates: Sequence[StoredCertificate],
    now: datetime,
    statuses: BankStatuses,
) -> None:
    """Raises LAST_VALID_CERTIFICATE (data `serial`) if only `stored` can still log its holder in.

    `now` is aware. A certificate that has expired, has no key or was refused by the bank does not
    log in anyway. Otherwise another usable certificate of the same holder must remain that takes
    its place at the bank (`BankStatuses.newest`).
    """
    if not _can_log_in(stored, now, statuses):
        return
    if not any(_replaces(other, stored, now, statuses) for other in all_certificates):
        raise CertclientError(
            ErrorCode.LAST_VALID_CERTIFICATE, serial=stored.certificate.serial_hex
        )


def _can_log_in(stored: StoredCertificate, now: datetime, statuses: BankStatuses) -> bool:
    """Counts a certificate that is not valid yet: this computer's clock may be slow."""
    refused = statuses.of(stored.certificate) is BankStatus.NOT_ACCEPTED
    return stored.key is not None and now <= stored.certificate.not_after and not refused


def _replaces(
    other: StoredCertificate, stored: StoredCertificate, now: datetime, statuses: BankStatuses
) -> bool:
    if other.certificate == stored.certificate:
        return _is_copy(other, stored) and _can_log_in(other, now, statuses) and not other.archived
    return (
        not other.archived
        and other.key is not None
        and other.certificate.valid_at(now)
        and _same_holder(other.certificate, stored.certificate, statuses)
        and statuses.newest((stored, other), lambda one: one.certificate) is other
    )


def _same_holder(one: Certificate, other: Certificate, statuses: BankStatuses) -> bool:
    """By the subject, or because a renewal has changed what `subject.may_change` names."""
    same = same_name(one.subject, other.subject)
    return same or statuses.is_successor(one, other)


def _is_copy(other: StoredCertificate, stored: StoredCertificate) -> bool:
    """Whether two databases of browsers hold the certificate, each with a key of its own.

    Two stores that show the same token share its key.
    """
    databases = {one.store_id for one in (other, stored) if one.store_id.startswith("nss:")}
    return len(databases) == 2


def archive(
    store: CertificateStore,
    stored: StoredCertificate,
    all_certificates: Sequence[StoredCertificate],
    now: datetime,
    statuses: BankStatuses,
    pin: PinProvider,
) -> None:
    """Hides a certificate from browsers; `restore` undoes it. No error if already archived.

    Raises LAST_VALID_CERTIFICATE and the store's errors.
    """
    if stored.archived:
        return
    may_delete(stored, all_certificates, now, statuses)
    with store.open(pin) as session:
        session.archive(stored.certificate)


def restore(store: CertificateStore, stored: StoredCertificate, pin: PinProvider) -> None:
    """Restores an archived certificate; does nothing to another. Raises the store's errors."""
    if stored.archived:
        with store.open(pin) as session:
            session.unarchive(stored.certificate)


def check_deletable(
    stored: StoredCertificate,
    all_certificates: Sequence[StoredCertificate],
    now: datetime,
    statuses: BankStatuses,
) -> None:
    """Raises if `delete` would refuse.

    Raises CERTIFICATE_IN_USE (data `serial`) for a certificate that is neither archived nor expired
    nor refused by the bank, and LAST_VALID_CERTIFICATE.
    """
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
    """Deletes an archived, expired or refused certificate and its key for good.

    Raises as `check_deletable`, and the store's errors.
    """
    check_deletable(stored, all_certificates, now, statuses)
    with store.open(pin) as session:
        session.delete(stored.certificate)

"""What is known of the certificates that the bank accepts: the one place that decides which
certificate of an owner counts.

A bank holds one certificate per ID as valid, the one that was confirmed last. What this computer
knows about that is in the journal: which certificates await their confirmation, which one replaced
which, and which the bank has refused.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from certclient.enrollment.journal import Journal, Record, Rejection, State
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError

T = TypeVar("T")


class BankStatus(enum.Enum):
    """What the bank is known to think of one certificate; dates and keys are another matter."""

    PRESUMED_ACCEPTED = "presumed-accepted"
    """Nothing speaks against it."""
    UNCONFIRMED = "unconfirmed"
    """Issued in a procedure that is not finished: it may be revoked any moment."""
    NOT_ACCEPTED = "not-accepted"


@dataclass(frozen=True, slots=True)
class BankStatuses:
    """A snapshot of the journal; certificates are named by their SHA-256 fingerprints.

    `rejections`: what the bank does not accept, and why. `unconfirmed`: the procedure that each
    unconfirmed certificate belongs to. `successors`: the certificate that replaced another.
    `trouble`: why the journal could not be read; nothing is known then.
    """

    rejections: Mapping[str, Rejection] = field(default_factory=lambda: MappingProxyType({}))
    unconfirmed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    successors: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    trouble: CertclientError | None = None

    def of(self, certificate: Certificate) -> BankStatus:
        """What is known of this one."""
        fingerprint = certificate.fingerprint
        if fingerprint in self.rejections:
            return BankStatus.NOT_ACCEPTED
        if fingerprint in self.unconfirmed:
            return BankStatus.UNCONFIRMED
        return BankStatus.PRESUMED_ACCEPTED

    def newest(self, items: Collection[T], certificate: Callable[[T], Certificate]) -> T | None:
        """Of several certificates of one owner the one that counts, None if none does.

        It was not refused, is confirmed, was not replaced by another one of them, and is the one
        that was issued last: of two that end on the same day the bank holds the later one as
        valid. Which one replaced another goes first, as the clocks of CAs differ.
        """
        accepted = {
            certificate(item).fingerprint: item
            for item in items
            if self.of(certificate(item)) is BankStatus.PRESUMED_ACCEPTED
        }
        standing = [
            item
            for fingerprint, item in accepted.items()
            if not self._is_replaced(fingerprint, accepted)
        ]
        return max(standing, key=lambda item: _issue_order(certificate(item)), default=None)

    def _is_replaced(self, fingerprint: str, accepted: Collection[str]) -> bool:
        """Whether one of `accepted` took its place, at once or over several renewals."""
        seen = {fingerprint}
        successor = self.successors.get(fingerprint)
        while successor is not None and successor not in seen:
            if successor in accepted:
                return True
            seen.add(successor)
            successor = self.successors.get(successor)
        return False


def _issue_order(certificate: Certificate) -> tuple[object, ...]:
    return (certificate.not_before, certificate.not_after, certificate.serial)


def read_statuses(journal: Journal) -> BankStatuses:
    """What the journal knows now. Raises CertclientError: JOURNAL_DAMAGED, DATA_FOLDER."""
    return BankStatuses(
        rejections={one.fingerprint: one for one in journal.rejections()},
        unconfirmed={
            _fingerprint(record.issued): record.id
            for record in journal.open_procedures()
            if record.state.unconfirmed
        },
        successors={
            _fingerprint(record.old_certificate): _fingerprint(record.issued)
            for record in (*journal.finished(), *journal.open_procedures())
            if _replaced(record)
        },
    )


def _replaced(record: Record) -> bool:
    """Whether the CA knows the new certificate to be in use, so that it replaces the old one."""
    confirmed = record.state in (State.CONFIRMED, State.DONE)
    return confirmed and bool(record.old_certificate and record.issued)


def _fingerprint(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()

"""certConf, or an error message in its place: accepts or rejects the issued certificate."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes

from certclient.cmp.bodies import CertificateConfirm, CertStatus, PkiConfirm
from certclient.cmp.status import PkiStatus, PkiStatusInfo
from certclient.model.certificate import Certificate
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.enrollment import EnrollmentService
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.refusals import contradictory_confirmation
from certclient_practice.cmp.replies import Reply
from certclient_practice.cmp.request import CRMF_ID, reply_id
from certclient_practice.repositories.records import (
    BankTransactionState,
    CertificateRecord,
    CertificateState,
    Reason,
    TransactionRecord,
)

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}


class ConfirmationHandler:
    """Ends transactions. Idempotent: repeating a message gets the same reply."""

    def __init__(self, bank: Bank, enrollment: EnrollmentService) -> None:
        self._bank = bank
        self._enrollment = enrollment

    def confirm(
        self, repositories: Repositories, transaction: TransactionRecord, body: CertificateConfirm
    ) -> Reply:
        """Processes certConf (RFC 9810, 5.3.18); a certConf without an entry rejects.

        Raises RefusedError.
        """
        record = repositories.register.find(transaction.serial_hex)
        if record is None or len(body.statuses) > 1:
            raise RefusedError.no_transaction()
        if not body.statuses:
            return self.reject(repositories, transaction)
        entry = body.statuses[0]
        if entry.cert_req_id not in (CRMF_ID, reply_id(transaction.kind)):
            raise RefusedError.wrong_certificate_hash()
        if entry.cert_hash != _hash_of(record.certificate, entry):
            raise RefusedError.wrong_certificate_hash()
        if _accepts(entry.status):
            return self._accept(repositories, transaction, record)
        return self.reject(repositories, transaction)

    def reject(self, repositories: Repositories, transaction: TransactionRecord) -> Reply:
        """Revokes the certificate that the client rejects. Raises RefusedError.

        A request that still waits is withdrawn: nothing is issued for it. An issue code that was
        used remains usable.
        """
        waits = (BankTransactionState.WAITING, BankTransactionState.REJECTED)
        if transaction.state in waits and not transaction.serial_hex:
            repositories.transactions.ended(transaction, BankTransactionState.REJECTED)
            return Reply(PkiConfirm())
        record = repositories.register.find(transaction.serial_hex)
        if record is None:
            raise RefusedError.no_transaction()
        if transaction.state is BankTransactionState.DONE:
            raise RefusedError.already_confirmed()
        if transaction.state is not BankTransactionState.REJECTED:
            repositories.register.revoke(record, Reason.REJECTED_BY_CUSTOMER, self._bank.clock())
            repositories.transactions.ended(transaction, BankTransactionState.REJECTED)
        return Reply(PkiConfirm())

    def _accept(
        self, repositories: Repositories, transaction: TransactionRecord, record: CertificateRecord
    ) -> Reply:
        if transaction.state is BankTransactionState.DONE:
            return Reply(PkiConfirm())
        if record.state is not CertificateState.UNCONFIRMED:
            raise RefusedError.transaction_over()
        self._enrollment.confirm(repositories, transaction, record)
        return Reply(PkiConfirm())


def _accepts(status: PkiStatusInfo | None) -> bool:
    """Whether a statusInfo, which may be absent, accepts or rejects (RFC 9483, 4.1.1)."""
    if status is None:
        return True
    accepts = status.status == PkiStatus.ACCEPTED
    if accepts and status.failures:
        raise contradictory_confirmation()
    if not accepts and status.status != PkiStatus.REJECTION:
        raise contradictory_confirmation()
    return accepts


def _hash_of(certificate: Certificate, entry: CertStatus) -> bytes:
    """Computes certHash with hashAlg, or with SHA-256, the hash of this CA's signatures."""
    named = entry.hash_algorithm
    algorithm = hashes.SHA256 if named is None else _HASHES.get(named.oid)
    if algorithm is None:
        raise RefusedError.wrong_certificate_hash()
    digest = hashes.Hash(algorithm())
    digest.update(certificate.der)
    return digest.finalize()

"""certConf, and the error that a customer sends in its place: taken on or turned down."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes

from certclient.cmp.bodies import CertificateConfirm, CertStatus, PkiConfirm
from certclient.cmp.status import PkiStatus
from certclient.model.certificate import Certificate
from certclient_practice.bank.bank import Bank, Books
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.enrollment import Enrollment
from certclient_practice.cmp.replies import Reply
from certclient_practice.cmp.request import CRMF_ID, reply_id
from certclient_practice.repositories.records import (
    CertificateRecord,
    CertificateState,
    Reason,
    TransactionRecord,
    TransactionState,
)

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}


class Confirmation:
    """Ends transactions. The same answer comes as often as it is asked for."""

    def __init__(self, bank: Bank, enrollment: Enrollment) -> None:
        self._bank = bank
        self._enrollment = enrollment

    def confirm(
        self, books: Books, transaction: TransactionRecord, body: CertificateConfirm
    ) -> Reply:
        """certConf (RFC 9810, 5.3.18): one entry; none at all means rejected."""
        record = books.register.find(transaction.serial_hex)
        if record is None or len(body.statuses) > 1:
            raise RefusedError.no_transaction()
        if not body.statuses:
            return self.reject(books, transaction)
        entry = body.statuses[0]
        if entry.cert_req_id not in (CRMF_ID, reply_id(transaction.kind)):
            raise RefusedError.wrong_certificate_hash()
        if entry.cert_hash != _hash_of(record.certificate, entry):
            raise RefusedError.wrong_certificate_hash()
        if entry.status is not None and entry.status.status == PkiStatus.REJECTION:
            return self.reject(books, transaction)
        return self._accept(books, transaction, record)

    def reject(self, books: Books, transaction: TransactionRecord) -> Reply:
        """The customer does not want it: revoked; a code used for it can be used again."""
        record = books.register.find(transaction.serial_hex)
        if record is None:
            raise RefusedError.no_transaction()
        if transaction.state is TransactionState.DONE:
            raise RefusedError.already_confirmed()
        if transaction.state is not TransactionState.REJECTED:
            books.register.revoke(record, Reason.REJECTED_BY_CUSTOMER, self._bank.clock())
            books.transactions.ended(transaction, TransactionState.REJECTED)
        return Reply(PkiConfirm())

    def _accept(
        self, books: Books, transaction: TransactionRecord, record: CertificateRecord
    ) -> Reply:
        if transaction.state is TransactionState.DONE:
            return Reply(PkiConfirm())
        if record.state is not CertificateState.UNCONFIRMED:
            raise RefusedError.transaction_over()
        self._enrollment.confirm(books, transaction, record)
        return Reply(PkiConfirm())


def _hash_of(certificate: Certificate, entry: CertStatus) -> bytes:
    """certHash by the hash of the certificate's own signature, SHA-256 here, or by hashAlg."""
    named = entry.hash_algorithm
    algorithm = hashes.SHA256 if named is None else _HASHES.get(named.oid)
    if algorithm is None:
        raise RefusedError.wrong_certificate_hash()
    digest = hashes.Hash(algorithm())
    digest.update(certificate.der)
    return digest.finalize()

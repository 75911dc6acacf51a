"""rr: a customer revokes a certificate (hand-over to a new PC, loss)."""

from __future__ import annotations

from certclient.cmp.messages import Header
from certclient.cmp.names import CertId
from certclient.cmp.revocation import RevokeReply, RevokeRequest
from certclient.cmp.status import PkiStatus, PkiStatusInfo
from certclient_practice.bank.authentication import Requester
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.replies import Reply
from certclient_practice.repositories.records import (
    BankTransactionState,
    CertificateRecord,
    CertificateState,
    Confirmation,
    Reason,
    TransactionRecord,
)


class RevocationHandler:
    """Revokes one certificate per message, and only the customer's own."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def revoke(
        self, repositories: Repositories, requester: Requester, header: Header, body: RevokeRequest
    ) -> Reply:
        """Processes an rr signed by the customer's certificate; returns rp (RFC 9483, 4.2).

        Raises RefusedError.
        """
        signer = requester.signer
        if signer is None:
            raise RefusedError.wrong_endpoint()
        transaction_id = header.transaction_id or b""
        if repositories.transactions.find(transaction_id) is not None:
            raise RefusedError.transaction_in_use()
        target = self._target(repositories, requester, body)
        now = self._bank.clock()
        repositories.register.revoke(target, Reason.BY_CUSTOMER, now)
        repositories.transactions.add(
            TransactionRecord(
                id=transaction_id,
                requester=requester.name,
                user_id=requester.customer.user_id,
                kind="rr",
                state=BankTransactionState.DONE,
                spki=b"",
                polls_left=0,
                confirmation=Confirmation.IMPLICIT,
                old_serial_hex=signer.certificate.serial_hex,
            ),
            now,
        )
        revoked = CertId(target.certificate.issuer, target.certificate.serial)
        return Reply(RevokeReply((PkiStatusInfo(PkiStatus.ACCEPTED),), (revoked,)))

    def _target(
        self, repositories: Repositories, requester: Requester, body: RevokeRequest
    ) -> CertificateRecord:
        if len(body.revocations) != 1:
            raise RefusedError.unsupported()
        template = body.revocations[0].template
        subjects = [one.subject for one in self._bank.ca.issuing]
        if template.serial is None or template.issuer not in subjects:
            raise RefusedError.not_own_certificate()
        record = repositories.register.find_serial(template.serial)
        if record is None or record.user_id != requester.customer.user_id:
            raise RefusedError.not_own_certificate()
        if record.state is CertificateState.REVOKED:
            raise RefusedError.already_revoked()
        return record

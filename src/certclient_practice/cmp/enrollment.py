"""ir, cr, p10cr, kur and pollReq: from a request to a certificate that awaits confirmation."""

from __future__ import annotations

from certclient.cmp.bodies import CertificateReply, CertResponse, PollEntry, PollReply, PollRequest
from certclient.cmp.messages import Header
from certclient.cmp.status import PkiStatus, PkiStatusInfo
from certclient.model.certificate import Certificate
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.ca import SKEW, customer_subject
from certclient_practice.bank.policy import check_key, check_obtaining, check_renewal, expiry
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.authentication import Requester
from certclient_practice.cmp.checks import name_parts, names_only
from certclient_practice.cmp.replies import Reply
from certclient_practice.cmp.request import KUR, RequestedCertificate, reply_id, reply_kind
from certclient_practice.repositories.records import (
    BankTransactionState,
    CertificateRecord,
    CertificateState,
    Customer,
    Reason,
    TransactionRecord,
)
from certclient_practice.repositories.tickets import is_ticket

WAITING_TEXTS = ("電子証明書の発行手続き中です。", "The certificate is being prepared.")


class EnrollmentHandler:
    """Decides on requests by the bank's policy and issues. Every refusal is a RefusedError."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def check_secrets(
        self, repositories: Repositories, requester: Requester, requested: RequestedCertificate
    ) -> None:
        """Checks ご契約先暗証番号 and the one-time password, or a deep link's ticket, of a kur.

        Customers without such secrets need none. Wrong secrets are counted, so this must run
        outside the savepoint that a refusal rolls back. Wrong tickets are not counted: they cannot
        be guessed, and an old link is easily opened by mistake.
        """
        if requested.kind != KUR:
            return
        user_id = requester.customer.user_id
        if is_ticket(requested.one_time_password):
            if not repositories.tickets.usable(
                requested.one_time_password, user_id, self._bank.clock()
            ):
                raise RefusedError.ticket_unusable()
            return
        if repositories.customers.secret_failures(user_id) >= self._bank.policy.code_attempts:
            raise RefusedError.secret_locked()
        if not repositories.customers.secrets_match(
            user_id, requested.pin, requested.one_time_password
        ):
            repositories.customers.count_secret_failure(user_id)
            raise RefusedError.secret_required()
        repositories.customers.clear_secret_failures(user_id)

    def begin(
        self,
        repositories: Repositories,
        requester: Requester,
        header: Header,
        requested: RequestedCertificate,
    ) -> Reply:
        """Opens a transaction and issues the certificate, or replies that it will take time."""
        transaction_id = header.transaction_id or b""
        if repositories.transactions.find(transaction_id) is not None:
            raise RefusedError.transaction_in_use()
        self._check(repositories, requester, requested)
        policy = self._bank.policy
        transaction = TransactionRecord(
            id=transaction_id,
            requester=requester.name,
            user_id=requester.customer.user_id,
            kind=requested.kind,
            state=BankTransactionState.WAITING,
            spki=requested.spki,
            polls_left=policy.wait_polls,
            implicit_confirm=header.implicit_confirm and policy.allow_implicit_confirm,
            code_id=requester.code.id if requester.code else None,
            old_serial_hex=requester.signer.certificate.serial_hex if requester.signer else "",
        )
        repositories.transactions.add(transaction, self._bank.clock())
        if is_ticket(requested.one_time_password):
            repositories.tickets.use(requested.one_time_password)
        if policy.wait_polls:
            return Reply(_certificate_reply(transaction.kind, PkiStatus.WAITING, WAITING_TEXTS))
        return self._issue(repositories, requester.customer, transaction)

    def poll(
        self,
        repositories: Repositories,
        requester: Requester,
        transaction: TransactionRecord,
        request: PollRequest,
    ) -> Reply:
        """Replies to pollReq with pollRep or, once ready, the certificate (RFC 9810, 5.3.22)."""
        number = reply_id(transaction.kind)
        if request.cert_req_ids != (number,):
            raise RefusedError.no_transaction()
        if transaction.state is BankTransactionState.ISSUED:
            # The reply to an earlier poll was lost. This poll has a new nonce, so the stored
            # response does not apply.
            return self._issued_before(repositories, transaction)
        if transaction.state is not BankTransactionState.WAITING:
            raise RefusedError.no_transaction()
        left = repositories.transactions.polled(transaction)
        if left.polls_left > 0:
            entry = PollEntry(number, self._bank.policy.check_after, WAITING_TEXTS)
            return Reply(PollReply((entry,)))
        # Another transaction may have confirmed the same key since `begin`.
        if repositories.register.key_was_used(transaction.spki, transaction.user_id):
            raise RefusedError.key_in_use()
        return self._issue(repositories, requester.customer, left)

    def _check(
        self, repositories: Repositories, requester: Requester, requested: RequestedCertificate
    ) -> None:
        if requested.kind == KUR:
            self._check_renewal(requester, requested)
        else:
            self._check_obtaining(repositories, requester, requested)
        check_key(requested.spki, self._bank.policy)
        if repositories.register.key_was_used(requested.spki, requester.customer.user_id):
            raise RefusedError.key_in_use()

    def _check_renewal(self, requester: Requester, requested: RequestedCertificate) -> None:
        if requester.signer is None:
            raise RefusedError.wrong_endpoint()
        current = requester.signer.certificate
        old = requested.old_certificate
        if old is not None and (old.serial != current.serial or old.issuer != current.issuer):
            raise RefusedError.wrong_old_certificate()
        if not _subject_fits(requested.subject, requester.customer):
            raise RefusedError.wrong_subject()
        check_renewal(current.not_after, self._bank.clock(), self._bank.policy)

    def _check_obtaining(
        self, repositories: Repositories, requester: Requester, requested: RequestedCertificate
    ) -> None:
        """Checks a request that is authenticated by an issue code.

        A new customer does not know the certificate's subject, so an empty Name or the user ID
        alone as Common Name will do; the certificate gets the subject on file.
        """
        customer, code = requester.customer, requester.code
        if code is None:
            raise RefusedError.wrong_endpoint()
        known_by_id = names_only(requested.subject, customer.user_id)
        if not known_by_id and not _subject_fits(requested.subject, customer):
            raise RefusedError.wrong_subject()
        last = repositories.register.last_confirmed_end(customer.user_id)
        check_obtaining(last, self._bank.clock(), self._bank.policy, reissue=code.reissue)

    def _issue(
        self, repositories: Repositories, customer: Customer, transaction: TransactionRecord
    ) -> Reply:
        now, policy = self._bank.clock(), self._bank.policy
        repositories.register.revoke_unconfirmed(customer.user_id, Reason.REQUESTED_AGAIN, now)
        # With the bank's clock ahead in a rehearsal, the certificate must be valid today, too: the
        # customer's computer and browser use the real date.
        start = min(now, self._bank.wire_clock()) - SKEW
        certificate = self._bank.ca.issue(
            customer, transaction.spki, start, expiry(now, policy.validity_days)
        )
        record = CertificateRecord(
            certificate,
            customer.user_id,
            CertificateState.UNCONFIRMED,
            Reason.NONE,
            now,
            now,
            confirm_by=now + policy.confirm_within,
            transaction_id=transaction.id,
        )
        repositories.register.add(record)
        issued = repositories.transactions.issued(transaction, certificate.serial_hex)
        if transaction.implicit_confirm:
            self.confirm(repositories, issued, record)
        body = _certificate_reply(transaction.kind, PkiStatus.ACCEPTED, (), certificate)
        implicit = transaction.implicit_confirm
        return Reply(body, implicit_confirm=implicit, requires_confirmation=not implicit)

    def _issued_before(self, repositories: Repositories, transaction: TransactionRecord) -> Reply:
        record = repositories.register.find(transaction.serial_hex)
        if record is None or record.state is not CertificateState.UNCONFIRMED:
            raise RefusedError.no_transaction()
        body = _certificate_reply(transaction.kind, PkiStatus.ACCEPTED, (), record.certificate)
        return Reply(body, requires_confirmation=True)

    def confirm(
        self, repositories: Repositories, transaction: TransactionRecord, record: CertificateRecord
    ) -> None:
        """Confirms a certificate; the only place in CMP where one becomes valid.

        Also supersedes the old certificate, spends the issue code and ends the transaction.
        """
        repositories.register.confirm(record, self._bank.clock())
        if transaction.code_id is not None:
            repositories.codes.mark_used(transaction.code_id)
        repositories.transactions.ended(transaction, BankTransactionState.DONE)


def _subject_fits(subject: bytes, customer: Customer) -> bool:
    on_file = name_parts(customer_subject(customer).public_bytes())
    return name_parts(subject) in ((), on_file)


def _certificate_reply(
    kind: str, status: PkiStatus, texts: tuple[str, ...], certificate: Certificate | None = None
) -> CertificateReply:
    response = CertResponse(
        reply_id(kind),
        PkiStatusInfo(status, texts),
        certificate.der if certificate is not None else None,
    )
    return CertificateReply(reply_kind(kind), (response,))

"""ir, cr, p10cr, kur and pollReq: from a request to a certificate that awaits confirmation."""

from __future__ import annotations

from certclient.cmp.bodies import CertificateReply, CertResponse, PollEntry, PollReply, PollRequest
from certclient.cmp.messages import Header
from certclient.cmp.status import PkiStatus, PkiStatusInfo
from certclient.model.certificate import Certificate
from certclient_practice.bank.bank import Bank, Books
from certclient_practice.bank.ca import SKEW, customer_subject
from certclient_practice.bank.policy import check_key, check_obtaining, check_renewal, expiry
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.authentication import Requester
from certclient_practice.cmp.checks import name_parts, names_only
from certclient_practice.cmp.replies import Reply
from certclient_practice.cmp.request import KUR, WantedCertificate, reply_id, reply_kind
from certclient_practice.repositories.records import (
    CertificateRecord,
    CertificateState,
    Customer,
    Reason,
    TransactionRecord,
    TransactionState,
)
from certclient_practice.repositories.tickets import is_ticket

WAITING_TEXTS = ("電子証明書の発行手続き中です。", "The certificate is being prepared.")


class Enrollment:
    """Decides on requests by the bank's policy and issues. Every no is a RefusedError."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def check_secrets(self, books: Books, requester: Requester, wanted: WantedCertificate) -> None:
        """ご契約先暗証番号 and the one-time password, where this customer has them (renewal only),
        or the ticket of a deep link in their place.

        Wrong ones are counted, so this runs outside what a refusal undoes. A wrong ticket is not:
        it cannot be guessed, and an old link is opened by mistake.
        """
        if wanted.kind != KUR:
            return
        user_id = requester.customer.user_id
        if is_ticket(wanted.one_time_password):
            if not books.tickets.usable(wanted.one_time_password, user_id, self._bank.clock()):
                raise RefusedError.ticket_unusable()
            return
        if books.customers.secret_failures(user_id) >= self._bank.policy.code_attempts:
            raise RefusedError.secret_locked()
        if not books.customers.secrets_match(user_id, wanted.pin, wanted.one_time_password):
            books.customers.count_secret_failure(user_id)
            raise RefusedError.secret_wanted()
        books.customers.clear_secret_failures(user_id)

    def begin(
        self, books: Books, requester: Requester, header: Header, wanted: WantedCertificate
    ) -> Reply:
        """Opens a transaction; issues at once or says that it takes time."""
        transaction_id = header.transaction_id or b""
        if books.transactions.find(transaction_id) is not None:
            raise RefusedError.transaction_in_use()
        self._check(books, requester, wanted)
        policy = self._bank.policy
        transaction = TransactionRecord(
            id=transaction_id,
            requester=requester.name,
            user_id=requester.customer.user_id,
            kind=wanted.kind,
            state=TransactionState.WAITING,
            spki=wanted.spki,
            polls_left=policy.wait_polls,
            implicit_confirm=header.implicit_confirm and policy.allow_implicit_confirm,
            code_id=requester.code.id if requester.code else None,
            old_serial_hex=requester.signer.certificate.serial_hex if requester.signer else "",
        )
        books.transactions.add(transaction, self._bank.clock())
        if is_ticket(wanted.one_time_password):
            books.tickets.use(wanted.one_time_password)
        if policy.wait_polls:
            return Reply(_certificate_reply(transaction.kind, PkiStatus.WAITING, WAITING_TEXTS))
        return self._issue(books, requester.customer, transaction)

    def poll(
        self,
        books: Books,
        requester: Requester,
        transaction: TransactionRecord,
        request: PollRequest,
    ) -> Reply:
        """pollReq: still waiting, or the certificate (RFC 9810, 5.3.22)."""
        number = reply_id(transaction.kind)
        if request.cert_req_ids != (number,):
            raise RefusedError.no_transaction()
        if transaction.state is TransactionState.ISSUED:
            # The answer to an earlier poll got lost; this one has a nonce of its own.
            return self._issued_before(books, transaction)
        if transaction.state is not TransactionState.WAITING:
            raise RefusedError.no_transaction()
        left = books.transactions.polled(transaction)
        if left.polls_left > 0:
            entry = PollEntry(number, self._bank.policy.check_after, WAITING_TEXTS)
            return Reply(PollReply((entry,)))
        if books.register.key_was_used(transaction.spki, transaction.user_id):
            raise RefusedError.key_in_use()
        return self._issue(books, requester.customer, left)

    def _check(self, books: Books, requester: Requester, wanted: WantedCertificate) -> None:
        if wanted.kind == KUR:
            self._check_renewal(requester, wanted)
        else:
            self._check_obtaining(books, requester, wanted)
        check_key(wanted.spki, self._bank.policy)
        if books.register.key_was_used(wanted.spki, requester.customer.user_id):
            raise RefusedError.key_in_use()

    def _check_renewal(self, requester: Requester, wanted: WantedCertificate) -> None:
        if requester.signer is None:
            raise RefusedError.wrong_way_in()
        current = requester.signer.certificate
        old = wanted.old_certificate
        if old is not None and (old.serial != current.serial or old.issuer != current.issuer):
            raise RefusedError.wrong_old_certificate()
        if not _subject_fits(wanted.subject, requester.customer):
            raise RefusedError.wrong_subject()
        check_renewal(current.not_after, self._bank.clock(), self._bank.policy)

    def _check_obtaining(
        self, books: Books, requester: Requester, wanted: WantedCertificate
    ) -> None:
        """A customer who has no certificate yet does not know its subject: none at all, or only
        the user ID as Common Name, will do too; the certificate carries what is on file."""
        customer, code = requester.customer, requester.code
        if code is None:
            raise RefusedError.wrong_way_in()
        known_by_id = names_only(wanted.subject, customer.user_id)
        if not known_by_id and not _subject_fits(wanted.subject, customer):
            raise RefusedError.wrong_subject()
        last = books.register.last_confirmed_end(customer.user_id)
        check_obtaining(last, self._bank.clock(), self._bank.policy, reissue=code.reissue)

    def _issue(self, books: Books, customer: Customer, transaction: TransactionRecord) -> Reply:
        now, policy = self._bank.clock(), self._bank.policy
        books.register.revoke_unconfirmed(customer.user_id, Reason.REQUESTED_AGAIN, now)
        # In a rehearsal with the clock ahead it is valid today all the same: the customer's
        # computer and browser know no other day.
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
        books.register.add(record)
        issued = books.transactions.issued(transaction, certificate.serial_hex)
        if transaction.implicit_confirm:
            self.confirm(books, issued, record)
        body = _certificate_reply(transaction.kind, PkiStatus.ACCEPTED, (), certificate)
        implicit = transaction.implicit_confirm
        return Reply(body, implicit_confirm=implicit, wants_confirmation=not implicit)

    def _issued_before(self, books: Books, transaction: TransactionRecord) -> Reply:
        record = books.register.find(transaction.serial_hex)
        if record is None or record.state is not CertificateState.UNCONFIRMED:
            raise RefusedError.no_transaction()
        body = _certificate_reply(transaction.kind, PkiStatus.ACCEPTED, (), record.certificate)
        return Reply(body, wants_confirmation=True)

    def confirm(
        self, books: Books, transaction: TransactionRecord, record: CertificateRecord
    ) -> None:
        """The one place where a certificate becomes valid: the old one is superseded now and not
        before, the issue code spent, the transaction done."""
        books.register.confirm(record, self._bank.clock())
        if transaction.code_id is not None:
            books.codes.spend(transaction.code_id)
        books.transactions.ended(transaction, TransactionState.DONE)


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

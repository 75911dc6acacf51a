"""From a request to a certificate: the bank's decision, whichever protocol carried the request."""

from __future__ import annotations

from dataclasses import dataclass, field

from certclient.model.certificate import Certificate
from certclient_practice.bank.authentication import Requester
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.ca import SKEW
from certclient_practice.bank.policy import check_key, check_obtaining, check_renewal, expiry
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.bank.subjects import names_only, names_other, subject_fits
from certclient_practice.repositories.records import (
    BankTransactionState,
    CertificateRecord,
    CertificateState,
    CodeState,
    Confirmation,
    Customer,
    Reason,
    TransactionRecord,
)
from certclient_practice.repositories.tickets import is_ticket


@dataclass(frozen=True, slots=True)
class RequestedCertificate:
    """A request whose proof of possession is verified.

    `kind` names the request in the protocol's words; `renews`: by the current certificate, else by
    an issue code. `spki` and `subject` (a Name, possibly empty) are DER. `old_certificate` is the
    certificate to replace, if the request names it: its issuer (DER) and serial number. `pin` and
    `one_time_password` (or a ticket in its place) are b"" if absent. `wishes`: it names contents of
    the certificate, beside key and subject, that the bank does not take over.
    """

    kind: str
    renews: bool
    spki: bytes
    subject: bytes
    old_certificate: tuple[bytes, int] | None = None
    pin: bytes = field(default=b"", repr=False)
    one_time_password: bytes = field(default=b"", repr=False)
    wishes: bool = False


@dataclass(frozen=True, slots=True)
class EnrollmentResult:
    """The transaction and its certificate; None while the customer has to wait."""

    transaction: TransactionRecord
    certificate: Certificate | None = None


class EnrollmentService:
    """Decides on requests by the bank's policy and issues. Every refusal is a RefusedError."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def check_secrets(
        self, repositories: Repositories, requester: Requester, requested: RequestedCertificate
    ) -> None:
        """Checks ご契約先暗証番号 and the one-time password, or a deep link's ticket, of a renewal.

        Customers without such secrets need none. Wrong secrets are counted, so this must run
        outside the savepoint that a refusal rolls back. Wrong tickets are not counted: they cannot
        be guessed, and an old link is easily opened by mistake.
        """
        if not requested.renews:
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
        requested: RequestedCertificate,
        transaction_id: bytes,
        confirmation: Confirmation,
    ) -> EnrollmentResult:
        """Opens a transaction and issues the certificate, or lets the customer wait for it."""
        if repositories.transactions.find(transaction_id) is not None:
            raise RefusedError.transaction_in_use()
        self._check(repositories, requester, requested)
        transaction = TransactionRecord(
            id=transaction_id,
            requester=requester.name,
            user_id=requester.customer.user_id,
            kind=requested.kind,
            state=BankTransactionState.WAITING,
            spki=requested.spki,
            polls_left=self._bank.policy.wait_polls,
            confirmation=confirmation,
            code_id=requester.code.id if requester.code else None,
            old_serial_hex=requester.signer.certificate.serial_hex if requester.signer else "",
            modified=requested.wishes or names_other(requested.subject, requester.customer),
        )
        repositories.transactions.add(transaction, self._bank.clock())
        if is_ticket(requested.one_time_password):
            repositories.tickets.use(requested.one_time_password)
        if transaction.polls_left:
            return EnrollmentResult(transaction)
        return self._issue(repositories, requester.customer, transaction)

    def proceed(
        self, repositories: Repositories, requester: Requester, transaction: TransactionRecord
    ) -> EnrollmentResult:
        """Asks again within a transaction: waits on, issues, or returns what was issued before."""
        if transaction.state is not BankTransactionState.WAITING:
            return EnrollmentResult(transaction, self._issued_before(repositories, transaction))
        if requester.code is not None and requester.code.state is not CodeState.ACTIVE:
            # Another transaction has used it up since `begin`.
            raise RefusedError.no_transaction()
        left = repositories.transactions.polled(transaction)
        if left.polls_left > 0:
            return EnrollmentResult(left)
        # Another transaction may have confirmed the same key since `begin`.
        if repositories.register.key_was_used(transaction.spki, transaction.user_id):
            raise RefusedError.key_in_use()
        return self._issue(repositories, requester.customer, left)

    def confirm(
        self, repositories: Repositories, transaction: TransactionRecord, record: CertificateRecord
    ) -> None:
        """Confirms a certificate; the only place where a protocol makes one valid.

        Also supersedes the old certificate (where the protocol has no confirmation: at the first
        use of the new one), spends the issue code and ends the transaction.
        """
        now = self._bank.clock()
        if transaction.confirmation is Confirmation.BY_USE:
            repositories.register.confirm_beside_others(record, now)
        else:
            repositories.register.confirm(record, now)
        if transaction.code_id is not None:
            repositories.codes.mark_used(transaction.code_id)
        repositories.transactions.ended(transaction, BankTransactionState.DONE)

    def _check(
        self, repositories: Repositories, requester: Requester, requested: RequestedCertificate
    ) -> None:
        if requested.renews:
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
        if old is not None and old != (current.issuer, current.serial):
            raise RefusedError.wrong_old_certificate()
        if not subject_fits(requested.subject, requester.customer):
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
        if not known_by_id and not subject_fits(requested.subject, customer):
            raise RefusedError.wrong_subject()
        last = repositories.register.last_confirmed_end(customer.user_id)
        check_obtaining(last, self._bank.clock(), self._bank.policy, reissue=code.reissue)

    def _issue(
        self, repositories: Repositories, customer: Customer, transaction: TransactionRecord
    ) -> EnrollmentResult:
        now, policy = self._bank.clock(), self._bank.policy
        repositories.register.revoke_unconfirmed(customer.user_id, Reason.REQUESTED_AGAIN, now)
        old = repositories.register.find(transaction.old_serial_hex)
        if old is not None:
            # The old certificate is still in use, so no later one was ever used.
            repositories.register.revoke_later(old, Reason.REQUESTED_AGAIN, now)
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
        if transaction.confirmation is not Confirmation.AWAITED:
            self.confirm(repositories, issued, record)
        return EnrollmentResult(issued, certificate)

    def _issued_before(
        self, repositories: Repositories, transaction: TransactionRecord
    ) -> Certificate:
        """Returns the certificate whose delivery may have failed."""
        record = repositories.register.find(transaction.serial_hex)
        if transaction.confirmation is Confirmation.BY_USE:
            expected = BankTransactionState.DONE, CertificateState.CONFIRMED
        else:
            expected = BankTransactionState.ISSUED, CertificateState.UNCONFIRMED
        if record is None or (transaction.state, record.state) != expected:
            raise RefusedError.no_transaction()
        return record.certificate

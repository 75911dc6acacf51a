"""Who sent a CMP message: a customer with an issue code (MAC) or with a certificate (signature)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from certclient.cmp.messages import Message
from certclient.cmp.protection import (
    ProtectionError,
    WrongMacError,
    is_mac,
    verify_mac,
    verify_signature,
)
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank, Books
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.repositories.records import (
    CertificateRecord,
    CertificateState,
    CodeState,
    Customer,
    IssueCode,
    TransactionRecord,
    TransactionState,
)


@dataclass(frozen=True, slots=True)
class Requester:
    """A customer whose message is protected as it should be.

    `name` tells credentials apart within a transaction. Either `code` and `secret` are set (MAC)
    or `signer` (signature).
    """

    customer: Customer
    name: str
    code: IssueCode | None = None
    secret: Secret | None = None
    signer: CertificateRecord | None = None


def authenticate(bank: Bank, books: Books, message: Message) -> Requester:
    """Verifies the protection and the right to speak. Raises RefusedError.

    Inside a transaction that was let in before, a code that is spent by it and a certificate that
    it replaced may still speak: that is how a lost pkiConf is asked for again.
    """
    transaction = books.transactions.find(message.header.transaction_id or b"")
    if is_mac(message):
        return _by_mac(bank, books, message, transaction)
    return _by_signature(bank, books, message, transaction)


def _by_mac(
    bank: Bank, books: Books, message: Message, transaction: TransactionRecord | None
) -> Requester:
    user_id = (message.header.sender_kid or b"").decode(errors="replace")
    customer = books.customers.find(user_id)
    opened_with = _code_of(books, user_id, transaction)
    code = opened_with or books.codes.latest(user_id)
    secret = books.codes.reveal(code) if code is not None else None
    if customer is None or code is None or secret is None:
        _spend_time(message)
        locked = code is not None and code.state is CodeState.LOCKED
        raise RefusedError.code_locked() if locked else RefusedError.wrong_code()
    _check_mac(bank, books, message, code, secret)
    usable = code.state is CodeState.ACTIVE and bank.clock() < code.expires_at
    if opened_with is None and not usable:
        raise RefusedError.wrong_code()
    return Requester(customer, f"mac:{code.id}", code=code, secret=secret)


def _code_of(books: Books, user_id: str, transaction: TransactionRecord | None) -> IssueCode | None:
    """The code with which this customer opened this transaction; None for a new one."""
    if transaction is None or transaction.code_id is None or transaction.user_id != user_id:
        return None
    return books.codes.by_id(transaction.code_id)


def _check_mac(bank: Bank, books: Books, message: Message, code: IssueCode, secret: Secret) -> None:
    """Counts wrong tries. Somebody who knows a user ID can lock its code this way: the price of
    codes short enough to type, and the branch gives out a new one."""
    try:
        verify_mac(message, secret)
    except WrongMacError as error:
        books.codes.count_failure(code, bank.policy.code_attempts)
        left = books.codes.by_id(code.id)
        if left is not None and left.state is CodeState.LOCKED:
            raise RefusedError.code_locked() from error
        raise RefusedError.wrong_code() from error
    except ProtectionError as error:
        raise RefusedError.unprotected() from error
    if code.failures:
        books.codes.clear_failures(code)


def _spend_time(message: Message) -> None:
    """As long as for a known user ID, so that the time of the answer does not tell them apart."""
    try:
        verify_mac(message, Secret(secrets.token_hex(8)))
    except WrongMacError:
        return
    except ProtectionError as error:
        raise RefusedError.unprotected() from error


def _by_signature(
    bank: Bank, books: Books, message: Message, transaction: TransactionRecord | None
) -> Requester:
    certificate = _signing_certificate(books, message, transaction)
    record = books.register.find_exactly(certificate)
    customer = books.customers.find(record.user_id) if record is not None else None
    if record is None or customer is None or not bank.ca.issued(certificate):
        raise RefusedError.signer_unknown()
    try:
        verify_signature(message, certificate.spki)
    except ProtectionError as error:
        raise RefusedError.bad_signature() from error
    if message.header.sender_name != certificate.subject:
        raise RefusedError.bad_signature()
    requester = Requester(customer, f"signature:{certificate.fingerprint}", signer=record)
    if transaction is None or transaction.requester != requester.name:
        _check_signer(record, bank.clock())
    elif not _may_go_on(record, transaction):
        raise RefusedError.signer_revoked()
    return requester


def _may_go_on(record: CertificateRecord, transaction: TransactionRecord) -> bool:
    """In its own transaction a certificate may expire while the bank lets it wait, and, once that
    transaction is done, be the one that was replaced."""
    replaced = record.state is CertificateState.SUPERSEDED
    done = transaction.state is TransactionState.DONE
    return record.state is CertificateState.CONFIRMED or (replaced and done)


def _signing_certificate(
    books: Books, message: Message, transaction: TransactionRecord | None
) -> Certificate:
    """The first of extraCerts; later messages of a transaction may leave it out (RFC 9483, 3.3)."""
    if message.extra_certs:
        try:
            return Certificate.from_der(message.extra_certs[0])
        except CertclientError as error:
            raise RefusedError.signer_unknown() from error
    known = books.register.find(transaction.old_serial_hex) if transaction is not None else None
    if known is None:
        unsigned = message.protection is None
        raise RefusedError.unprotected() if unsigned else RefusedError.signer_unknown()
    return known.certificate


def _check_signer(record: CertificateRecord, now: datetime) -> None:
    """For a transaction that begins: confirmed, not revoked, not expired."""
    if record.state is CertificateState.UNCONFIRMED:
        raise RefusedError.signer_unconfirmed()
    if record.state is not CertificateState.CONFIRMED:
        raise RefusedError.signer_revoked()
    if not record.certificate.valid_at(now):
        raise RefusedError.expired()

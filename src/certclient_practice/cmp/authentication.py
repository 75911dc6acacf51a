"""Authenticates the sender of a CMP message: by issue code (MAC) or by certificate (signature)."""

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
from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.repositories.records import (
    BankTransactionState,
    CertificateRecord,
    CertificateState,
    CodeState,
    Customer,
    IssueCode,
    TransactionRecord,
)


@dataclass(frozen=True, slots=True)
class Requester:
    """A customer whose message is correctly protected.

    `name` identifies the credential within a transaction. Either `code` and `secret` are set (MAC)
    or `signer` is (signature).
    """

    customer: Customer
    name: str
    code: IssueCode | None = None
    secret: Secret | None = None
    signer: CertificateRecord | None = None


def authenticate(bank: Bank, repositories: Repositories, message: Message) -> Requester:
    """Verifies the protection and whether the credential may be used. Raises RefusedError.

    Within the transaction that it opened, a spent code or a superseded certificate is still
    accepted: the client needs it to ask again for a lost pkiConf.
    """
    transaction = repositories.transactions.find(message.header.transaction_id or b"")
    if is_mac(message):
        return _by_mac(bank, repositories, message, transaction)
    return _by_signature(bank, repositories, message, transaction)


def _by_mac(
    bank: Bank, repositories: Repositories, message: Message, transaction: TransactionRecord | None
) -> Requester:
    user_id = (message.header.sender_kid or b"").decode(errors="replace")
    customer = repositories.customers.find(user_id)
    opened_with = _code_of(repositories, user_id, transaction)
    code = opened_with or repositories.codes.latest(user_id)
    secret = repositories.codes.reveal(code) if code is not None else None
    if customer is None or code is None or secret is None:
        _equalize_timing(message)
        locked = code is not None and code.state is CodeState.LOCKED
        raise RefusedError.code_locked() if locked else RefusedError.wrong_code()
    _check_mac(bank, repositories, message, code, secret)
    usable = code.state is CodeState.ACTIVE and bank.clock() < code.expires_at
    if opened_with is None and not usable:
        raise RefusedError.wrong_code()
    return Requester(customer, f"mac:{code.id}", code=code, secret=secret)


def _code_of(
    repositories: Repositories, user_id: str, transaction: TransactionRecord | None
) -> IssueCode | None:
    """Returns the code with which this customer opened the transaction; None for a new one."""
    if transaction is None or transaction.code_id is None or transaction.user_id != user_id:
        return None
    return repositories.codes.by_id(transaction.code_id)


def _check_mac(
    bank: Bank, repositories: Repositories, message: Message, code: IssueCode, secret: Secret
) -> None:
    """Verifies the MAC and counts failures.

    Anyone who knows a user ID can lock its code this way. That is the price of codes short enough
    to type; the branch issues a new one.
    """
    try:
        verify_mac(message, secret)
    except WrongMacError as error:
        repositories.codes.count_failure(code, bank.policy.code_attempts)
        left = repositories.codes.by_id(code.id)
        if left is not None and left.state is CodeState.LOCKED:
            raise RefusedError.code_locked() from error
        raise RefusedError.wrong_code() from error
    except ProtectionError as error:
        raise RefusedError.unprotected() from error
    if code.failures:
        repositories.codes.clear_failures(code)


def _equalize_timing(message: Message) -> None:
    """Verifies against a random secret, to take as long as for a known user ID.

    Otherwise the response time would reveal which user IDs exist.
    """
    try:
        verify_mac(message, Secret(secrets.token_hex(8)))
    except WrongMacError:
        return
    except ProtectionError as error:
        raise RefusedError.unprotected() from error


def _by_signature(
    bank: Bank, repositories: Repositories, message: Message, transaction: TransactionRecord | None
) -> Requester:
    certificate = _signing_certificate(repositories, message, transaction)
    record = repositories.register.find_exactly(certificate)
    customer = repositories.customers.find(record.user_id) if record is not None else None
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
    """Returns whether the signer may continue a transaction that it opened.

    Its certificate may expire while the bank makes it wait, and may be superseded once the
    transaction is done.
    """
    replaced = record.state is CertificateState.SUPERSEDED
    done = transaction.state is BankTransactionState.DONE
    return record.state is CertificateState.CONFIRMED or (replaced and done)


def _signing_certificate(
    repositories: Repositories, message: Message, transaction: TransactionRecord | None
) -> Certificate:
    """Returns the first of extraCerts.

    Later messages of a transaction may omit it (RFC 9483, 3.3); then it is the certificate that
    opened the transaction.
    """
    if message.extra_certs:
        # Read as it is: it counts only if it is on the register, byte for byte.
        return Certificate.read(message.extra_certs[0])
    known = (
        repositories.register.find(transaction.old_serial_hex) if transaction is not None else None
    )
    if known is None:
        unsigned = message.protection is None
        raise RefusedError.unprotected() if unsigned else RefusedError.signer_unknown()
    return known.certificate


def _check_signer(record: CertificateRecord, now: datetime) -> None:
    """Requires a confirmed and unexpired certificate for opening a transaction."""
    if record.state is CertificateState.UNCONFIRMED:
        raise RefusedError.signer_unconfirmed()
    if record.state is not CertificateState.CONFIRMED:
        raise RefusedError.signer_revoked()
    if not record.certificate.valid_at(now):
        raise RefusedError.expired()

"""Decides whether a credential may be used: an issue code, or a customer's certificate.

The protocols' rooms verify the proof itself (a MAC, an HTTP password, a signature, TLS).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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
    """An authenticated customer.

    `name` identifies the credential within a transaction. Either `code` and `secret` are set
    (issue code) or `signer` is (current certificate).
    """

    customer: Customer
    name: str
    code: IssueCode | None = None
    secret: Secret | None = None
    signer: CertificateRecord | None = None


def requester_by_code(
    bank: Bank,
    repositories: Repositories,
    user_id: str,
    opened_with: IssueCode | None,
    proves: Callable[[Secret], bool],
) -> Requester:
    """Authenticates by user ID and issue code. Raises RefusedError.

    `proves` returns whether the request was made with a code; False counts as a wrong attempt.
    `opened_with`: the code that opened the transaction which this request continues. It is accepted
    even if spent, because a lost answer must not be lost for good. Anyone who knows a user ID can
    lock its code by wrong attempts; that is the price of codes short enough to type.
    """
    customer = repositories.customers.find(user_id)
    code = opened_with or repositories.codes.latest(user_id)
    secret = repositories.codes.reveal(code) if code is not None else None
    if customer is None or code is None or secret is None:
        # Takes as long as for a known user ID, so that the time does not reveal which IDs exist.
        proves(Secret(secrets.token_hex(8)))
        locked = code is not None and code.state is CodeState.LOCKED
        raise RefusedError.code_locked() if locked else RefusedError.wrong_code()
    if not proves(secret):
        raise _counted(bank, repositories, code)
    if code.failures:
        repositories.codes.clear_failures(code)
    usable = code.state is CodeState.ACTIVE and bank.clock() < code.expires_at
    if opened_with is None and not usable:
        raise RefusedError.wrong_code()
    return Requester(customer, f"code:{code.id}", code=code, secret=secret)


def _counted(bank: Bank, repositories: Repositories, code: IssueCode) -> RefusedError:
    """Counts a wrong attempt and returns the refusal."""
    repositories.codes.count_failure(code, bank.policy.code_attempts)
    left = repositories.codes.by_id(code.id)
    if left is not None and left.state is CodeState.LOCKED:
        return RefusedError.code_locked()
    return RefusedError.wrong_code()


def holder_of(
    bank: Bank, repositories: Repositories, certificate: Certificate
) -> tuple[CertificateRecord, Customer]:
    """Returns the register's record of a certificate, and its customer.

    Raises RefusedError unless this bank issued exactly this certificate. Whether it may be used is
    decided by `requester_by_certificate`, once the possession of its key is proven.
    """
    record = repositories.register.find_exactly(certificate)
    customer = repositories.customers.find(record.user_id) if record is not None else None
    if record is None or customer is None or not bank.ca.issued(certificate):
        raise RefusedError.signer_unknown()
    return record, customer


def requester_by_certificate(
    record: CertificateRecord,
    customer: Customer,
    transaction: TransactionRecord | None,
    now: datetime,
) -> Requester:
    """Authenticates by a certificate whose key's possession is proven. Raises RefusedError.

    A new transaction needs a confirmed certificate that is valid at `now`. Within the transaction
    that it opened, it may have expired or been superseded since.
    """
    requester = Requester(customer, f"signature:{record.certificate.fingerprint}", signer=record)
    if transaction is None or transaction.requester != requester.name:
        _check_signer(record, now)
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


def _check_signer(record: CertificateRecord, now: datetime) -> None:
    """Requires a confirmed and unexpired certificate for opening a transaction."""
    if record.state is CertificateState.UNCONFIRMED:
        raise RefusedError.signer_unconfirmed()
    if record.state is not CertificateState.CONFIRMED:
        raise RefusedError.signer_revoked()
    if not record.certificate.valid_at(now):
        raise RefusedError.expired()

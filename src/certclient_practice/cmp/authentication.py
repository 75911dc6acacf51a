"""Authenticates the sender of a CMP message: by issue code (MAC) or by certificate (signature)."""

from __future__ import annotations

from certclient.cmp.messages import Message
from certclient.cmp.protection import (
    AlgorithmError,
    ProtectionError,
    WrongMacError,
    is_mac,
    verify_mac,
    verify_signature,
)
from certclient.cmp.signatures import check_algorithm
from certclient.model.certificate import Certificate
from certclient.model.secret import Secret
from certclient_practice.bank.authentication import (
    Requester,
    holder_of,
    requester_by_certificate,
    requester_by_code,
)
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.refusals import bad_algorithm
from certclient_practice.repositories.records import IssueCode, TransactionRecord


def authenticate(bank: Bank, repositories: Repositories, message: Message) -> Requester:
    """Verifies the protection and whether the credential may be used. Raises RefusedError.

    Within the transaction that it opened, a spent code or a superseded certificate is still
    accepted: the client needs it to ask again for a lost pkiConf.
    """
    _check_algorithm(message)
    transaction = repositories.transactions.find(message.header.transaction_id or b"")
    if is_mac(message):
        user_id = (message.header.sender_kid or b"").decode(errors="replace")
        opened_with = _code_of(repositories, user_id, transaction)
        return requester_by_code(
            bank, repositories, user_id, opened_with, lambda code: _is_mac_of(message, code)
        )
    return _by_signature(bank, repositories, message, transaction)


def _check_algorithm(message: Message) -> None:
    """Whether the protection can be verified at all; parameters of a MAC are checked with it."""
    algorithm = message.header.protection_alg
    if algorithm is None or message.protection is None:
        raise RefusedError.unprotected()
    if is_mac(message):
        return
    try:
        check_algorithm(algorithm)
    except AlgorithmError as error:
        raise bad_algorithm() from error


def _code_of(
    repositories: Repositories, user_id: str, transaction: TransactionRecord | None
) -> IssueCode | None:
    """Returns the code with which this customer opened the transaction; None for a new one."""
    if transaction is None or transaction.code_id is None or transaction.user_id != user_id:
        return None
    return repositories.codes.by_id(transaction.code_id)


def _is_mac_of(message: Message, code: Secret) -> bool:
    """Returns whether the message's MAC was made with the code. Raises RefusedError."""
    try:
        verify_mac(message, code)
    except WrongMacError:
        return False
    except AlgorithmError as error:
        raise bad_algorithm() from error
    except ProtectionError as error:
        raise RefusedError.unprotected() from error
    return True


def _by_signature(
    bank: Bank, repositories: Repositories, message: Message, transaction: TransactionRecord | None
) -> Requester:
    certificate = _signing_certificate(repositories, message, transaction)
    record, customer = holder_of(bank, repositories, certificate)
    try:
        verify_signature(message, certificate.spki)
    except ProtectionError as error:
        raise RefusedError.bad_signature() from error
    if message.header.sender_name != certificate.subject:
        raise RefusedError.bad_signature()
    return requester_by_certificate(record, customer, transaction, bank.clock())


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
        raise RefusedError.signer_unknown()
    return known.certificate

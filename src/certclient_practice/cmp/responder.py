"""The CMP server of the practice bank: one request (DER) in, one response (DER) out."""

from __future__ import annotations

import hashlib
import logging

from certclient.cmp import syntax
from certclient.cmp.bodies import (
    CertificateConfirm,
    CertificateRequest,
    ErrorMessage,
    GeneralKind,
    GeneralMessage,
    Pkcs10Request,
    PollRequest,
)
from certclient.cmp.messages import MalformedMessageError, Message
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.revocation import RevokeRequest
from certclient_practice.bank.authentication import Requester
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.enrollment import EnrollmentService, RequestedCertificate
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.authentication import authenticate
from certclient_practice.cmp.checks import check_header
from certclient_practice.cmp.confirmation import ConfirmationHandler
from certclient_practice.cmp.enrollment import EnrollmentHandler
from certclient_practice.cmp.replies import ProtectedReply, Reply, ReplyBuilder
from certclient_practice.cmp.request import read_request
from certclient_practice.cmp.revocation import RevocationHandler
from certclient_practice.repositories.database import savepoint
from certclient_practice.repositories.records import TransactionRecord

CA_CERTS = "1.3.6.1.5.5.7.4.17"
"""id-it-caCerts (RFC 9810, 5.3.19.14), the only genm request with a result."""


_log = logging.getLogger(__name__)


class CmpResponder:
    """Answers CMP requests for `bank`. Every response is protected; no input raises.

    The effects of a request and its response are one database transaction: after a kill, the same
    request finds both or neither.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._reply_builder = ReplyBuilder(bank)
        self._service = EnrollmentService(bank)
        self._enrollment = EnrollmentHandler(bank, self._service)
        self._confirmation = ConfirmationHandler(bank, self._service)
        self._revocation = RevocationHandler(bank)

    def handle(self, request: bytes) -> bytes:
        """Returns the response to one PKIMessage (both DER)."""
        try:
            message = Message.decode(request)
        except MalformedMessageError:
            return self._reply_builder.unauthenticated(None, RefusedError.malformed()).der
        request_hash = hashlib.sha256(request).digest()
        transaction_id = message.header.transaction_id or b""
        with self._bank.repositories() as repositories:
            # Identical bytes were authenticated on first receipt, so the stored response holds,
            # even if the code is spent or the signing certificate superseded by now.
            stored = repositories.transactions.stored_response(transaction_id, request_hash)
            return stored or self._answer(repositories, message, request_hash)

    def _answer(self, repositories: Repositories, message: Message, request_hash: bytes) -> bytes:
        try:
            check_header(message, self._bank.wire_clock(), self._bank.policy)
            requester = authenticate(self._bank, repositories, message)
        except RefusedError as refusal:
            _log.info("not believed, transaction %s: %s", _name(message), refusal)
            return self._reply_builder.unauthenticated(message, refusal).der
        try:
            requested = self._requested(repositories, requester, message)
            with savepoint(repositories.connection):
                reply = self._process(repositories, requester, message, requested)
            protected_reply = self._reply_builder.protected_reply(message, reply, requester)
        except RefusedError as refusal:
            user_id = requester.customer.user_id
            _log.info("refused, transaction %s of %s: %s", _name(message), user_id, refusal)
            protected_reply = self._reply_builder.refused(message, refusal, requester)
        self._store(repositories, requester, message, request_hash, protected_reply)
        return protected_reply.der

    def _requested(
        self, repositories: Repositories, requester: Requester, message: Message
    ) -> RequestedCertificate | None:
        if not isinstance(message.body, CertificateRequest | Pkcs10Request):
            return None
        requested = read_request(message.body, self._bank.policy)
        self._service.check_secrets(repositories, requester, requested)
        return requested

    def _process(
        self,
        repositories: Repositories,
        requester: Requester,
        message: Message,
        requested: RequestedCertificate | None,
    ) -> Reply:
        if requested is not None:
            return self._enrollment.begin(repositories, requester, message.header, requested)
        match message.body:
            case PollRequest() as body:
                transaction = _open_transaction(repositories, requester, message)
                return self._enrollment.poll(repositories, requester, transaction, body)
            case CertificateConfirm() as body:
                transaction = _open_transaction(repositories, requester, message)
                return self._confirmation.confirm(repositories, transaction, body)
            case ErrorMessage():
                transaction = _open_transaction(repositories, requester, message)
                return self._confirmation.reject(repositories, transaction)
            case RevokeRequest() as body:
                return self._revocation.revoke(repositories, requester, message.header, body)
            case GeneralMessage(GeneralKind.GENM) as body:
                return Reply(self._general(body))
            case _:
                raise RefusedError.unsupported()

    def _general(self, body: GeneralMessage) -> GeneralMessage:
        certificates = syntax.wrapped_list((self._bank.ca.intermediate.der,))
        known = AlgorithmIdentifier(CA_CERTS, certificates)
        asked = any(item.oid == CA_CERTS for item in body.items)
        return GeneralMessage(GeneralKind.GENP, (known,) if asked else ())

    def _store(
        self,
        repositories: Repositories,
        requester: Requester,
        message: Message,
        request_hash: bytes,
        protected_reply: ProtectedReply,
    ) -> None:
        """Stores every response inside a transaction, including refusals.

        The client's next message may refer to it. A request that opened no transaction can simply
        be repeated.
        """
        transaction = repositories.transactions.find(message.header.transaction_id or b"")
        if transaction is not None and transaction.requester == requester.name:
            repositories.transactions.store_response(
                transaction.id,
                request_hash,
                protected_reply.nonce,
                protected_reply.der,
                self._bank.clock(),
            )


def _name(message: Message) -> str:
    """Returns the transactionID for the log, cut to 16 octets as it is untrusted input."""
    return (message.header.transaction_id or b"")[:16].hex()


def _open_transaction(
    repositories: Repositories, requester: Requester, message: Message
) -> TransactionRecord:
    """Returns the transaction that this message continues.

    Requires the same requester and a recipNonce that the bank sent in it. Raises RefusedError.
    """
    transaction = repositories.transactions.find(message.header.transaction_id or b"")
    if transaction is None or transaction.user_id != requester.customer.user_id:
        raise RefusedError.no_transaction()
    if (transaction.code_id is None) != (requester.code is None):
        raise RefusedError.wrong_endpoint()
    if transaction.requester != requester.name:
        raise RefusedError.no_transaction()
    if not repositories.transactions.sent_nonce(transaction.id, message.header.recip_nonce or b""):
        raise RefusedError.bad_recipient_nonce()
    return transaction

"""The CMP server of the practice bank: one request (DER) in, one answer (DER) out."""

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
from certclient_practice.bank.bank import Bank, Books
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.authentication import Requester, authenticate
from certclient_practice.cmp.checks import check_header
from certclient_practice.cmp.confirmation import Confirmation
from certclient_practice.cmp.enrollment import Enrollment
from certclient_practice.cmp.replies import Replies, Reply, SealedReply
from certclient_practice.cmp.request import WantedCertificate, read_request
from certclient_practice.cmp.revocation import Revocation
from certclient_practice.repositories.database import savepoint
from certclient_practice.repositories.records import TransactionRecord

CA_CERTS = "1.3.6.1.5.5.7.4.17"
"""id-it-caCerts (RFC 9810, 5.3.19.14): the one question of genm that is answered."""


_log = logging.getLogger(__name__)


class CmpResponder:
    """Answers CMP for `bank`. Every answer is protected; no input makes it raise.

    What a request changes and the answer to it are one database transaction: after a kill, the
    same request finds either both or neither.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._replies = Replies(bank)
        self._enrollment = Enrollment(bank)
        self._confirmation = Confirmation(bank, self._enrollment)
        self._revocation = Revocation(bank)

    def handle(self, request: bytes) -> bytes:
        """The answer to one PKIMessage (DER)."""
        try:
            message = Message.decode(request)
        except MalformedMessageError:
            return self._replies.not_believed(None, RefusedError.malformed()).der
        request_hash = hashlib.sha256(request).digest()
        transaction_id = message.header.transaction_id or b""
        with self._bank.books() as books:
            # The very same bytes were checked when they first came: the answer still holds, even
            # if the code is spent or the signing certificate replaced by then.
            stored = books.transactions.stored_response(transaction_id, request_hash)
            return stored or self._answer(books, message, request_hash)

    def _answer(self, books: Books, message: Message, request_hash: bytes) -> bytes:
        try:
            check_header(message.header, self._bank.wire_clock(), self._bank.policy)
            requester = authenticate(self._bank, books, message)
        except RefusedError as refusal:
            _log.info("not believed, transaction %s: %s", _name(message), refusal)
            return self._replies.not_believed(message, refusal).der
        try:
            wanted = self._wanted(books, requester, message)
            with savepoint(books.connection):
                reply = self._process(books, requester, message, wanted)
            sealed = self._replies.sealed(message, reply, requester)
        except RefusedError as refusal:
            user_id = requester.customer.user_id
            _log.info("refused, transaction %s of %s: %s", _name(message), user_id, refusal)
            sealed = self._replies.refused(message, refusal, requester)
        self._store(books, requester, message, request_hash, sealed)
        return sealed.der

    def _wanted(
        self, books: Books, requester: Requester, message: Message
    ) -> WantedCertificate | None:
        if not isinstance(message.body, CertificateRequest | Pkcs10Request):
            return None
        wanted = read_request(message.body)
        self._enrollment.check_secrets(books, requester, wanted)
        return wanted

    def _process(
        self,
        books: Books,
        requester: Requester,
        message: Message,
        wanted: WantedCertificate | None,
    ) -> Reply:
        if wanted is not None:
            return self._enrollment.begin(books, requester, message.header, wanted)
        match message.body:
            case PollRequest() as body:
                transaction = _open_transaction(books, requester, message)
                return self._enrollment.poll(books, requester, transaction, body)
            case CertificateConfirm() as body:
                transaction = _open_transaction(books, requester, message)
                return self._confirmation.confirm(books, transaction, body)
            case ErrorMessage():
                transaction = _open_transaction(books, requester, message)
                return self._confirmation.reject(books, transaction)
            case RevokeRequest() as body:
                return self._revocation.revoke(books, requester, message.header, body)
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
        books: Books,
        requester: Requester,
        message: Message,
        request_hash: bytes,
        sealed: SealedReply,
    ) -> None:
        """Keeps every answer inside a transaction, a refusal too: the customer's next message may
        answer it. A question that opened no transaction is simply asked again."""
        transaction = books.transactions.find(message.header.transaction_id or b"")
        if transaction is not None and transaction.requester == requester.name:
            books.transactions.store_response(
                transaction.id, request_hash, sealed.nonce, sealed.der, self._bank.clock()
            )


def _name(message: Message) -> str:
    """For the log; what a stranger sends is cut to a sensible length."""
    return (message.header.transaction_id or b"")[:16].hex()


def _open_transaction(books: Books, requester: Requester, message: Message) -> TransactionRecord:
    """The transaction that this message goes on with: same requester, and it answers us."""
    transaction = books.transactions.find(message.header.transaction_id or b"")
    if transaction is None or transaction.requester != requester.name:
        raise RefusedError.no_transaction()
    if not books.transactions.sent_nonce(transaction.id, message.header.recip_nonce or b""):
        raise RefusedError.bad_recipient_nonce()
    return transaction

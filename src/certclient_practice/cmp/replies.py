"""Builds the practice CA's replies: a header that matches the request, and the protection."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certclient.cmp import syntax
from certclient.cmp.bodies import (
    Body,
    CertificateReply,
    CertificateRequest,
    CertResponse,
    ErrorMessage,
    Pkcs10Request,
    ReplyKind,
)
from certclient.cmp.messages import (
    CMP2000,
    CMP2021,
    CONFIRM_WAIT_TIME,
    IMPLICIT_CONFIRM,
    Header,
    Message,
)
from certclient.cmp.names import EMPTY_NAME, AlgorithmIdentifier, directory_name
from certclient.cmp.protection import protect_with_mac
from certclient.cmp.revocation import RevokeReply, RevokeRequest
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from certclient.model.secret import Secret
from certclient_practice.bank.authentication import Requester
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.request import CRMF_ID, PKCS10_ID

ECDSA_SHA256 = AlgorithmIdentifier("1.2.840.10045.4.3.2")
"""ecdsa-with-SHA256, without parameters (RFC 5758, 3.2)."""
NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Reply:
    """A body and the header's generalInfo.

    `implicit_confirm`: grants implicitConfirm. `requires_confirmation`: states confirmWaitTime.
    """

    body: Body
    implicit_confirm: bool = False
    requires_confirmation: bool = False


@dataclass(frozen=True, slots=True)
class ProtectedReply:
    """An encoded, protected reply (DER) and its senderNonce."""

    der: bytes
    nonce: bytes


class ReplyBuilder:
    """Builds and protects the replies of one bank."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def protected_reply(
        self, request: Message, reply: Reply, requester: Requester
    ) -> ProtectedReply:
        """Protects a reply in the same way as the request.

        Either by MAC with the same code and parameters, or by signature.
        """
        header = replace(self._header(request.header), general_info=self._info(reply))
        secret, parameters = requester.secret, request.header.protection_alg
        if secret is None or parameters is None:
            return self._signed(header, reply.body)
        return self._with_mac(header, reply.body, secret, parameters, request)

    def refused(
        self, request: Message, refusal: RefusedError, requester: Requester
    ) -> ProtectedReply:
        """Builds the refusal for an authenticated requester."""
        return self.protected_reply(request, Reply(refusing_body(request.body, refusal)), requester)

    def unauthenticated(self, request: Message | None, refusal: RefusedError) -> ProtectedReply:
        """Builds a signed `error` for an unauthenticated sender.

        A MAC with the right code would be useless: a client with a wrong code cannot verify it and
        would only see a MAC failure. A signature conveys the reason reliably (RFC 9483, 3.6.4).
        `request` is None if it did not decode.
        """
        return self._signed(self._header(request.header if request else None), _error(refusal))

    def _header(self, request: Header | None) -> Header:
        bank_name = directory_name(self._bank.ca.cmp_signer.certificate.subject)
        if request is None:
            nobody = directory_name(EMPTY_NAME)
            return Header(bank_name, nobody, secrets.token_bytes(16), _nonce())
        return Header(
            sender=bank_name,
            recipient=request.sender,
            transaction_id=request.transaction_id,
            sender_nonce=_nonce(),
            recip_nonce=request.sender_nonce,
            message_time=self._bank.wire_clock(),
            pvno=request.pvno if request.pvno in (CMP2000, CMP2021) else CMP2000,
        )

    def _info(self, reply: Reply) -> tuple[AlgorithmIdentifier, ...]:
        if reply.implicit_confirm:
            return (AlgorithmIdentifier(IMPLICIT_CONFIRM, syntax.NULL),)
        if reply.requires_confirmation:
            deadline = self._bank.wire_clock() + self._bank.policy.confirm_within
            return (AlgorithmIdentifier(CONFIRM_WAIT_TIME, syntax.encoded_time(deadline)),)
        return ()

    def _with_mac(
        self,
        header: Header,
        body: Body,
        secret: Secret,
        parameters: AlgorithmIdentifier,
        request: Message,
    ) -> ProtectedReply:
        named = replace(header, sender_kid=request.header.sender_kid)
        # Profiles trust the root alone: extraCerts must complete the path of the new certificate.
        chain = tuple(one.der for one in self._bank.ca.chain)
        message = protect_with_mac(named, body, secret, parameters, chain)
        return ProtectedReply(message.encode(), header.sender_nonce or b"")

    def _signed(self, header: Header, body: Body) -> ProtectedReply:
        signer = self._bank.ca.cmp_signer
        named = replace(
            header,
            protection_alg=ECDSA_SHA256,
            sender_kid=x509.SubjectKeyIdentifier.from_public_key(signer.key.public_key()).digest,
        )
        chain = (signer.certificate.der, *(one.der for one in self._bank.ca.chain))
        message = Message.build(named, body, chain)
        signature = signer.key.sign(message.protected_part, ec.ECDSA(hashes.SHA256()))
        return ProtectedReply(message.protected(signature).encode(), header.sender_nonce or b"")


def refusing_body(request: Body, refusal: RefusedError) -> Body:
    """The body that refuses `request` (RFC 9483, 3.6.2).

    What is wrong in the body of an ir, cr, p10cr, kur or rr is reported in the response to it, with
    the status rejection; what is wrong elsewhere (in the header, or in other bodies) by `error`.
    """
    if refusal.failure is Failure.TRANSACTION_ID_IN_USE:
        return _error(refusal)
    match request:
        case CertificateRequest(kind):
            return CertificateReply(kind.reply, (CertResponse(CRMF_ID, rejection(refusal)),))
        case Pkcs10Request():
            return CertificateReply(ReplyKind.CP, (CertResponse(PKCS10_ID, rejection(refusal)),))
        case RevokeRequest():
            return RevokeReply((rejection(refusal),))
        case _:
            return _error(refusal)


def rejection(refusal: RefusedError) -> PkiStatusInfo:
    """The status of a refused request."""
    return PkiStatusInfo(PkiStatus.REJECTION, refusal.texts, frozenset({refusal.failure}))


def _nonce() -> bytes:
    return secrets.token_bytes(NONCE_BYTES)


def _error(refusal: RefusedError) -> ErrorMessage:
    return ErrorMessage(rejection(refusal))

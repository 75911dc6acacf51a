"""The customer's side of CMP, message by message, so that tests can send wrong messages.

talk = by_code(responder.handle, "TKYM1408054", code)
reply = talk.send(talk.message(ir(key)))
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from certclient.cmp.bodies import (
    Body,
    CertificateConfirm,
    CertificateReply,
    CertificateRequest,
    CertStatus,
    ErrorMessage,
    PollRequest,
    RequestKind,
)
from certclient.cmp.crmf import CertRequest, CertTemplate
from certclient.cmp.mac import new_parameters
from certclient.cmp.messages import Header, Message
from certclient.cmp.names import EMPTY_NAME, CertId, directory_name
from certclient.cmp.protection import protect_with_mac, protect_with_signature
from certclient.cmp.revocation import Revocation, RevokeReply, RevokeRequest
from certclient.cmp.signatures import prove_possession
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from certclient.model.certificate import Certificate
from certclient.model.profile import MacAlgorithm
from certclient.model.secret import Secret
from support.pki import RsaSigner

Protect = Callable[[Header, Body], Message]
NOBODY = directory_name(EMPTY_NAME)


@dataclass
class CmpExchange:
    """One transaction. `nonce` is the bank's last nonce, which the next message returns."""

    handle: Callable[[bytes], bytes]
    protect: Protect
    sender: bytes
    sender_kid: bytes | None
    transaction_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    nonce: bytes | None = None

    def header(self, **changes: object) -> Header:
        values: dict[str, object] = {
            "sender": self.sender,
            "recipient": NOBODY,
            "transaction_id": self.transaction_id,
            "sender_nonce": secrets.token_bytes(16),
            "recip_nonce": self.nonce,
            "message_time": datetime.now(UTC),
            "sender_kid": self.sender_kid,
            **changes,
        }
        return Header(**values)  # type: ignore[arg-type] # tests set invalid fields by name

    def message(self, body: Body, **changes: object) -> bytes:
        """A protected message (DER); `changes` overwrite header fields."""
        if isinstance(body, CertificateRequest | RevokeRequest):
            changes = {"recip_nonce": None, **changes}  # the first message of a transaction
        return self.protect(self.header(**changes), body).encode()

    def send(self, der: bytes) -> Message:
        reply = Message.decode(self.handle(der))
        self.nonce = reply.header.sender_nonce
        return reply

    def exchange(self, body: Body, **changes: object) -> Message:
        return self.send(self.message(body, **changes))


def by_code(
    handle: Callable[[bytes], bytes],
    user_id: str,
    code: Secret,
    algorithm: MacAlgorithm = MacAlgorithm.PBMAC1,
) -> CmpExchange:
    """A customer who has a user ID and an issue code."""
    parameters = new_parameters(algorithm, secrets.token_bytes)

    def protect(header: Header, body: Body) -> Message:
        return protect_with_mac(header, body, code, parameters)

    return CmpExchange(handle, protect, NOBODY, user_id.encode())


def by_certificate(
    handle: Callable[[bytes], bytes], certificate: Certificate, signer: RsaSigner
) -> CmpExchange:
    """A customer who has a certificate and its key."""

    def protect(header: Header, body: Body) -> Message:
        return protect_with_signature(header, body, signer, (certificate.der,))

    return CmpExchange(handle, protect, directory_name(certificate.subject), None)


def ir(key: RsaSigner, subject: bytes | None = None) -> CertificateRequest:
    return _request(RequestKind.IR, key, CertTemplate(subject=subject, spki=key.spki))


def kur(
    key: RsaSigner,
    old: Certificate,
    *,
    subject: bytes | None = None,
    pin: str | None = None,
    one_time_password: str | None = None,
) -> CertificateRequest:
    template = CertTemplate(subject=subject or old.subject, spki=key.spki)
    request = CertRequest(0, template, CertId(old.issuer, old.serial), one_time_password, pin)
    return CertificateRequest(RequestKind.KUR, (prove_possession(request, key),))


def accept(certificate: Certificate) -> CertificateConfirm:
    digest = hashlib.sha256(certificate.der).digest()
    return CertificateConfirm((CertStatus(digest, 0),))


def reject(certificate: Certificate) -> CertificateConfirm:
    digest = hashlib.sha256(certificate.der).digest()
    status = PkiStatusInfo(PkiStatus.REJECTION, ("another key",))
    return CertificateConfirm((CertStatus(digest, 0, status),))


def poll() -> PollRequest:
    return PollRequest((0,))


def revoke(certificate: Certificate) -> RevokeRequest:
    template = CertTemplate(serial=certificate.serial, issuer=certificate.issuer)
    return RevokeRequest((Revocation(template, 5),))


def issued(reply: Message) -> Certificate:
    """The certificate in an ip, cp or kup."""
    assert isinstance(reply.body, CertificateReply), reply.body
    der = reply.body.responses[0].certificate
    assert der is not None, reply.body
    return Certificate.from_der(der)


def failure(reply: Message) -> Failure:
    """The only failure in a refusal: an error message, or the response to the request."""
    status = refusing_status(reply)
    assert status.status == PkiStatus.REJECTION
    assert len(status.text) == 2, "in Japanese and in English"
    (only,) = status.failures
    return only


def refusing_status(reply: Message) -> PkiStatusInfo:
    """The status of an error message, or of a response that grants nothing."""
    match reply.body:
        case ErrorMessage(status):
            return status
        case CertificateReply(_, (response,)):
            assert response.certificate is None
            return response.status
        case RevokeReply((status,)):
            return status
        case _:
            raise AssertionError(reply.body)


def _request(kind: RequestKind, key: RsaSigner, template: CertTemplate) -> CertificateRequest:
    return CertificateRequest(kind, (prove_possession(CertRequest(0, template), key),))

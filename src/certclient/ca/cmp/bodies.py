"""The bodies of CMP messages (RFC 9810, 5.3) as values; `decode_body` and `encode_body`."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from cryptography.hazmat.asn1 import TLV

from certclient.ca.cmp import syntax
from certclient.ca.cmp.crmf import CertReqMsg
from certclient.ca.cmp.names import AlgorithmIdentifier
from certclient.ca.cmp.revocation import RevokeReply, RevokeRequest
from certclient.ca.cmp.status import PkiStatusInfo, free_text
from certclient.ca.cmp.syntax import MalformedMessageError

_CONTEXT_CONSTRUCTED = 0xA0
_CERTIFICATE = b"\xa0"


class RequestKind(enum.IntEnum):
    """Requests for a certificate by CRMF; the value is the tag of the body."""

    IR = 0
    CR = 2
    KUR = 7

    @property
    def reply(self) -> ReplyKind:
        return ReplyKind(self + 1)


class ReplyKind(enum.IntEnum):
    """Answers with a certificate."""

    IP = 1
    CP = 3
    KUP = 8


class GeneralKind(enum.IntEnum):
    GENM = 21
    GENP = 22


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """ir, cr or kur (RFC 9810, 5.3.1, 5.3.3, 5.3.5)."""

    kind: RequestKind
    requests: tuple[CertReqMsg, ...]

    @property
    def tag(self) -> int:
        return int(self.kind)

    def encode(self) -> bytes:
        return syntax.wrapped_list(request.encode() for request in self.requests)


@dataclass(frozen=True, slots=True)
class Pkcs10Request:
    """p10cr: `csr` is the DER of a PKCS#10 request."""

    tag: ClassVar[int] = 4
    csr: bytes

    def encode(self) -> bytes:
        return self.csr


@dataclass(frozen=True, slots=True)
class CertResponse:
    """The answer to one request. `certificate` is DER, None where none was issued.

    `encrypted` is True where the CA sent an encrypted certificate in place of it. `cert_req_id`
    is -1 in the answer to a p10cr.
    """

    cert_req_id: int
    status: PkiStatusInfo
    certificate: bytes | None = None
    encrypted: bool = False

    @classmethod
    def from_syntax(cls, value: syntax.CertResponse) -> CertResponse:
        status = PkiStatusInfo.from_syntax(value.status)
        if value.certified_key_pair is None:
            return cls(value.cert_req_id, status)
        choice = value.certified_key_pair.cert_or_enc_cert
        if choice.tag_bytes != _CERTIFICATE:
            return cls(value.cert_req_id, status, encrypted=True)
        return cls(value.cert_req_id, status, bytes(choice.data))

    def to_syntax(self) -> syntax.CertResponse:
        pair = None
        if self.certificate is not None:
            choice = syntax.tlv(syntax.wrap(_CERTIFICATE[0], self.certificate))
            pair = syntax.CertifiedKeyPair(
                cert_or_enc_cert=choice, private_key=None, publication_info=None
            )
        return syntax.CertResponse(
            cert_req_id=self.cert_req_id,
            status=self.status.to_syntax(),
            certified_key_pair=pair,
            rsp_info=None,
        )


@dataclass(frozen=True, slots=True)
class CertificateReply:
    """ip, cp or kup (RFC 9810, 5.3.2 and 5.3.4). `ca_pubs` are certificates as DER."""

    kind: ReplyKind
    responses: tuple[CertResponse, ...]
    ca_pubs: tuple[bytes, ...] = ()

    @property
    def tag(self) -> int:
        return int(self.kind)

    @classmethod
    def decode(cls, kind: ReplyKind, der: bytes) -> CertificateReply:
        value = syntax.decode(syntax.CertRepMessage, der)
        return cls(
            kind,
            tuple(CertResponse.from_syntax(response) for response in value.response),
            tuple(syntax.encode(certificate) for certificate in value.ca_pubs or ()),
        )

    def encode(self) -> bytes:
        return syntax.encode(
            syntax.CertRepMessage(
                ca_pubs=[syntax.tlv(certificate) for certificate in self.ca_pubs] or None,
                response=[response.to_syntax() for response in self.responses],
            )
        )


@dataclass(frozen=True, slots=True)
class CertStatus:
    """One entry of certConf (RFC 9810, 5.3.18); `status` None means accepted."""

    cert_hash: bytes
    cert_req_id: int
    status: PkiStatusInfo | None = None
    hash_algorithm: AlgorithmIdentifier | None = None

    @classmethod
    def decode(cls, der: bytes) -> CertStatus:
        value = syntax.decode(syntax.CertStatus, der)
        algorithm = value.hash_alg
        return cls(
            value.cert_hash,
            value.cert_req_id,
            PkiStatusInfo.from_syntax(value.status_info) if value.status_info else None,
            AlgorithmIdentifier.decode(syntax.encode(algorithm.value)) if algorithm else None,
        )

    def encode(self) -> bytes:
        algorithm = self.hash_algorithm
        return syntax.encode(
            syntax.CertStatus(
                cert_hash=self.cert_hash,
                cert_req_id=self.cert_req_id,
                status_info=self.status.to_syntax() if self.status else None,
                hash_alg=syntax.AnyValue(value=syntax.tlv(algorithm.encode()))
                if algorithm
                else None,
            )
        )


@dataclass(frozen=True, slots=True)
class CertificateConfirm:
    """certConf: which certificates are accepted. An entry that is missing means: refused."""

    tag: ClassVar[int] = 24
    statuses: tuple[CertStatus, ...]

    def encode(self) -> bytes:
        return syntax.wrapped_list(status.encode() for status in self.statuses)


@dataclass(frozen=True, slots=True)
class PkiConfirm:
    """pkiConf: the CA has taken note."""

    tag: ClassVar[int] = 19

    def encode(self) -> bytes:
        return syntax.NULL


@dataclass(frozen=True, slots=True)
class PollRequest:
    tag: ClassVar[int] = 25
    cert_req_ids: tuple[int, ...]

    def encode(self) -> bytes:
        return syntax.wrapped_list(
            syntax.encode(syntax.PollReqEntry(cert_req_id=number)) for number in self.cert_req_ids
        )


@dataclass(frozen=True, slots=True)
class PollEntry:
    """Not before `check_after` seconds from now; `reason` is the CA's words."""

    cert_req_id: int
    check_after: int
    reason: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PollReply:
    tag: ClassVar[int] = 26
    entries: tuple[PollEntry, ...]

    @classmethod
    def decode(cls, der: bytes) -> PollReply:
        values = [
            syntax.decode(syntax.PollRepEntry, syntax.encode(entry)) for entry in syntax.items(der)
        ]
        return cls(
            tuple(
                PollEntry(value.cert_req_id, value.check_after, tuple(value.reason or ()))
                for value in values
            )
        )

    def encode(self) -> bytes:
        return syntax.wrapped_list(
            syntax.encode(
                syntax.PollRepEntry(
                    cert_req_id=entry.cert_req_id,
                    check_after=entry.check_after,
                    reason=free_text(entry.reason),
                )
            )
            for entry in self.entries
        )


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """error (RFC 9810, 5.3.21)."""

    tag: ClassVar[int] = 23
    status: PkiStatusInfo
    code: int | None = None
    details: tuple[str, ...] = ()

    @classmethod
    def decode(cls, der: bytes) -> ErrorMessage:
        value = syntax.decode(syntax.ErrorMsgContent, der)
        status = PkiStatusInfo.from_syntax(value.pki_status_info)
        return cls(status, value.error_code, tuple(value.error_details or ()))

    def encode(self) -> bytes:
        return syntax.encode(
            syntax.ErrorMsgContent(
                pki_status_info=self.status.to_syntax(),
                error_code=self.code,
                error_details=free_text(self.details),
            )
        )


@dataclass(frozen=True, slots=True)
class GeneralMessage:
    """genm or genp (RFC 9810, 5.3.19): each item is an InfoTypeAndValue, which has the same form
    as an AlgorithmIdentifier."""

    kind: GeneralKind
    items: tuple[AlgorithmIdentifier, ...] = ()

    @property
    def tag(self) -> int:
        return int(self.kind)

    def encode(self) -> bytes:
        return syntax.wrapped_list(item.encode() for item in self.items)


@dataclass(frozen=True, slots=True)
class OtherBody:
    """A body that certclient has no use for (nested, announcements): tag and content as DER."""

    tag: int
    content: bytes

    def encode(self) -> bytes:
        return self.content


Body = (
    CertificateRequest
    | Pkcs10Request
    | CertificateReply
    | CertificateConfirm
    | PkiConfirm
    | PollRequest
    | PollReply
    | RevokeRequest
    | RevokeReply
    | ErrorMessage
    | GeneralMessage
    | OtherBody
)


def encode_body(body: Body) -> bytes:
    """PKIBody as DER: the content under its explicit tag."""
    return syntax.wrap(_CONTEXT_CONSTRUCTED | body.tag, body.encode())


def decode_body(value: TLV) -> Body:
    """Reads a PKIBody. Raises MalformedMessageError."""
    identifier = value.tag_bytes[0]
    if len(value.tag_bytes) != 1 or identifier & 0xE0 != _CONTEXT_CONSTRUCTED:
        raise MalformedMessageError("PKIBody has no context tag")
    tag = identifier & 0x1F
    content = syntax.encode(syntax.tlv(bytes(value.data)))
    decoder = _DECODERS.get(tag)
    return decoder(content) if decoder else OtherBody(tag, content)


def _each(der: bytes) -> Sequence[bytes]:
    return [syntax.encode(item) for item in syntax.items(der)]


def _request(kind: RequestKind) -> Callable[[bytes], Body]:
    return lambda der: CertificateRequest(
        kind, tuple(CertReqMsg.decode(item) for item in _each(der))
    )


def _reply(kind: ReplyKind) -> Callable[[bytes], Body]:
    return lambda der: CertificateReply.decode(kind, der)


def _general(kind: GeneralKind) -> Callable[[bytes], Body]:
    return lambda der: GeneralMessage(
        kind, tuple(AlgorithmIdentifier.decode(item) for item in _each(der))
    )


def _confirm(der: bytes) -> Body:
    return CertificateConfirm(tuple(CertStatus.decode(item) for item in _each(der)))


def _pki_confirm(der: bytes) -> Body:
    if der != syntax.NULL:
        raise MalformedMessageError("pkiConf is not NULL")
    return PkiConfirm()


def _poll_request(der: bytes) -> Body:
    entries = [syntax.decode(syntax.PollReqEntry, item) for item in _each(der)]
    return PollRequest(tuple(entry.cert_req_id for entry in entries))


_DECODERS: dict[int, Callable[[bytes], Body]] = {
    **{int(kind): _request(kind) for kind in RequestKind},
    **{int(kind): _reply(kind) for kind in ReplyKind},
    **{int(kind): _general(kind) for kind in GeneralKind},
    Pkcs10Request.tag: Pkcs10Request,
    RevokeRequest.tag: RevokeRequest.decode,
    RevokeReply.tag: RevokeReply.decode,
    PkiConfirm.tag: _pki_confirm,
    ErrorMessage.tag: ErrorMessage.decode,
    CertificateConfirm.tag: _confirm,
    PollRequest.tag: _poll_request,
    PollReply.tag: PollReply.decode,
}

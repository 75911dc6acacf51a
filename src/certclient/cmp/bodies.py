"""The bodies of CMP messages (RFC 9810, 5.3) as values; `decode_body` and `encode_body`."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from cryptography.hazmat.asn1 import TLV

from certclient.cmp import syntax
from certclient.cmp.crmf import CertReqMsg
from certclient.cmp.issuing import (
    CertificateConfirm,
    CertificateReply,
    CertificateRequest,
    CertResponse,
    CertStatus,
    Pkcs10Request,
    ReplyKind,
    RequestKind,
)
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.revocation import RevokeReply, RevokeRequest
from certclient.cmp.status import PkiStatusInfo, free_text
from certclient.cmp.syntax import MalformedMessageError

__all__ = [
    "Body",
    "CertResponse",
    "CertStatus",
    "CertificateConfirm",
    "CertificateReply",
    "CertificateRequest",
    "ErrorMessage",
    "GeneralKind",
    "GeneralMessage",
    "OtherBody",
    "Pkcs10Request",
    "PkiConfirm",
    "PkiStatusInfo",
    "PollEntry",
    "PollReply",
    "PollRequest",
    "ReplyKind",
    "RequestKind",
    "RevokeReply",
    "RevokeRequest",
    "decode_body",
    "encode_body",
]

_CONTEXT_CONSTRUCTED = 0xA0


class GeneralKind(enum.IntEnum):
    GENM = 21
    GENP = 22


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

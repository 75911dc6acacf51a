"""Bodies by which a certificate is asked for, handed out and accepted (RFC 9810, 5.3)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import ClassVar

from certclient.cmp import syntax
from certclient.cmp.crmf import CertReqMsg
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.status import PkiStatusInfo

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

"""Revocation request and reply (RFC 9810, 5.3.9 and 5.3.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cryptography import x509

from certclient.cmp import syntax
from certclient.cmp.crmf import CertTemplate
from certclient.cmp.names import CertId
from certclient.cmp.status import PkiStatusInfo

_CRL_REASON = "2.5.29.21"


@dataclass(frozen=True, slots=True)
class Revocation:
    """One certificate to revoke: `template` names issuer and serial number.

    `reason` is the number of a CRLReason (RFC 5280, 5.3.1: cessationOfOperation is 5), None where
    the request gives none.
    """

    template: CertTemplate
    reason: int | None = None

    @classmethod
    def decode(cls, der: bytes) -> Revocation:
        value = syntax.decode(syntax.RevDetails, der)
        entries = [
            syntax.decode(syntax.Extension, syntax.encode(entry))
            for entry in value.crl_entry_details or ()
        ]
        reasons = [e.value for e in entries if e.oid.dotted_string == _CRL_REASON]
        template = CertTemplate.from_syntax(value.cert_details)
        return cls(template, _reason(reasons[0]) if reasons else None)

    def encode(self) -> bytes:
        details = None
        if self.reason is not None:
            entry = syntax.Extension(
                oid=x509.ObjectIdentifier(_CRL_REASON),
                critical=False,
                value=syntax.wrap(_ENUMERATED, bytes((self.reason,))),
            )
            details = [syntax.tlv(syntax.encode(entry))]
        return syntax.encode(
            syntax.RevDetails(cert_details=self.template.to_syntax(), crl_entry_details=details)
        )


_ENUMERATED = 0x0A


def _reason(der: bytes) -> int:
    value = syntax.tlv(der)
    if value.tag_bytes != bytes((_ENUMERATED,)) or len(value.data) != 1:
        raise syntax.MalformedMessageError("CRLReason is not an ENUMERATED of one octet")
    return value.data[0]


@dataclass(frozen=True, slots=True)
class RevokeRequest:
    """rr."""

    tag: ClassVar[int] = 11
    revocations: tuple[Revocation, ...]

    @classmethod
    def decode(cls, der: bytes) -> RevokeRequest:
        return cls(tuple(Revocation.decode(syntax.encode(item)) for item in syntax.items(der)))

    def encode(self) -> bytes:
        return syntax.wrapped_list(revocation.encode() for revocation in self.revocations)


@dataclass(frozen=True, slots=True)
class RevokeReply:
    """rp: one status per certificate, in the order of the request."""

    tag: ClassVar[int] = 12
    statuses: tuple[PkiStatusInfo, ...]
    certificates: tuple[CertId, ...] = ()

    @classmethod
    def decode(cls, der: bytes) -> RevokeReply:
        value = syntax.decode(syntax.RevRepContent, der)
        return cls(
            tuple(PkiStatusInfo.from_syntax(status) for status in value.status),
            tuple(CertId.decode(syntax.encode(item)) for item in value.rev_certs or ()),
        )

    def encode(self) -> bytes:
        return syntax.encode(
            syntax.RevRepContent(
                status=[status.to_syntax() for status in self.statuses],
                rev_certs=[syntax.tlv(item.encode()) for item in self.certificates] or None,
                crls=None,
            )
        )

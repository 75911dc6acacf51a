"""Revocation request and response (RFC 9810, 5.3.9 and 5.3.10)."""

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
    """One certificate to revoke: `template` gives issuer and serial number.

    `reason` is the number of a CRLReason (RFC 5280, 5.3.1: cessationOfOperation is 5), None if the
    request gives none. `further_reasons`: those of a request that wrongly gives more than one.
    """

    template: CertTemplate
    reason: int | None = None
    further_reasons: tuple[int, ...] = ()

    @classmethod
    def decode(cls, der: bytes) -> Revocation:
        """Reads a RevDetails (DER). Raises MalformedMessageError."""
        value = syntax.decode(syntax.RevDetails, der)
        entries = [
            syntax.decode(syntax.Extension, syntax.encode(entry))
            for entry in value.crl_entry_details or ()
        ]
        reasons = [_reason(e.value) for e in entries if e.oid.dotted_string == _CRL_REASON]
        template = CertTemplate.from_syntax(value.cert_details)
        return cls(template, reasons[0] if reasons else None, tuple(reasons[1:]))

    def encode(self) -> bytes:
        """RevDetails as DER."""
        reasons = () if self.reason is None else (self.reason, *self.further_reasons)
        details = [
            syntax.Extension(
                oid=x509.ObjectIdentifier(_CRL_REASON),
                critical=False,
                value=syntax.wrap(_ENUMERATED, bytes((reason,))),
            )
            for reason in reasons
        ]
        return syntax.encode(
            syntax.RevDetails(
                cert_details=self.template.to_syntax(),
                crl_entry_details=[syntax.tlv(syntax.encode(one)) for one in details] or None,
            )
        )


_ENUMERATED = 0x0A


def _reason(der: bytes) -> int:
    value = syntax.tlv(der)
    if value.tag_bytes != bytes((_ENUMERATED,)) or len(value.data) != 1:
        raise syntax.MalformedMessageError("CRLReason is not an ENUMERATED of one octet")
    return value.data[0]


@dataclass(frozen=True, slots=True)
class RevokeRequest:
    """rr (RFC 9810, 5.3.9)."""

    tag: ClassVar[int] = 11
    revocations: tuple[Revocation, ...]

    @classmethod
    def decode(cls, der: bytes) -> RevokeRequest:
        """Reads a RevReqContent (DER). Raises MalformedMessageError."""
        return cls(tuple(Revocation.decode(syntax.encode(item)) for item in syntax.items(der)))

    def encode(self) -> bytes:
        """RevReqContent as DER."""
        return syntax.wrapped_list(revocation.encode() for revocation in self.revocations)


@dataclass(frozen=True, slots=True)
class RevokeReply:
    """rp (RFC 9810, 5.3.10): one status per certificate, in the order of the request."""

    tag: ClassVar[int] = 12
    statuses: tuple[PkiStatusInfo, ...]
    certificates: tuple[CertId, ...] = ()

    @classmethod
    def decode(cls, der: bytes) -> RevokeReply:
        """Reads a RevRepContent (DER), ignoring CRLs. Raises MalformedMessageError."""
        value = syntax.decode(syntax.RevRepContent, der)
        return cls(
            tuple(PkiStatusInfo.from_syntax(status) for status in value.status),
            tuple(CertId.decode(syntax.encode(item)) for item in value.rev_certs or ()),
        )

    def encode(self) -> bytes:
        """RevRepContent as DER."""
        return syntax.encode(
            syntax.RevRepContent(
                status=[status.to_syntax() for status in self.statuses],
                rev_certs=[syntax.tlv(item.encode()) for item in self.certificates] or None,
                crls=None,
            )
        )

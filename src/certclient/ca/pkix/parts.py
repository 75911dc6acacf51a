"""The parts of a certificate that building and validating a path look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from certclient.cmp.mac import ProtectionError
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.signatures import check_signature
from certclient.cmp.syntax import MalformedMessageError
from certclient.model import ber
from certclient.model.ca_signatures import CaSignature
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import CertificateReader
from certclient.model.names import CanonicalName, canonical_name

_VERSION = 0xA0
_SIGNATURE, _PUBLIC_KEY = 1, 5
"""Positions in TBSCertificate (RFC 5280, 4.1), counted without the version."""


class PathError(Exception):
    """There is no valid path. The text gives the reason, for the log."""


@dataclass(frozen=True, slots=True)
class CertificateParts:
    """A certificate, and what of it its issuer signed and how.

    `signed`: the bytes of TBSCertificate; `algorithm`: AlgorithmIdentifier (DER); `spki`: the
    SubjectPublicKeyInfo as it is encoded, a PSS key's with its own OID. Names are compared in
    their canonical form.
    """

    certificate: Certificate
    signed: bytes = field(repr=False)
    algorithm: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    spki: bytes = field(repr=False)
    subject: CanonicalName
    issuer: CanonicalName

    @property
    def self_issued(self) -> bool:
        """Whether subject and issuer are the same (RFC 5280, 3.2)."""
        return self.subject == self.issuer

    def extension(self, oid: str) -> bytes | None:
        """The value (DER) of the extension with this dotted OID; None if it is absent."""
        return CertificateReader(self.certificate.der).extension(oid)


def parts_of(certificate: Certificate) -> CertificateParts:
    """Splits a certificate.

    Raises PathError for one that cannot be used in a path: damaged, with a field that cannot be
    read, an extension that stands twice (RFC 5280, 4.2), bytes after its end, or two different
    signature algorithms (RFC 5280, 4.1.1.2).
    """
    whole = ber.read(certificate.der)
    outer: Sequence[ber.Tlv] = ber.children(whole) or ()
    members = (ber.children(outer[0]) if len(outer) == 3 else None) or ()
    parts = members[1:] if members and members[0].tag == _VERSION else members
    signature = ber.bit_string(outer[2]) if len(outer) == 3 else None
    if whole is None or len(parts) <= _PUBLIC_KEY or signature is None:
        raise PathError("a damaged certificate")
    if len(whole.encoding) != len(certificate.der):
        raise PathError("bytes after a certificate's end")
    if parts[_SIGNATURE].encoding != outer[1].encoding:
        raise PathError("a certificate with two signature algorithms")
    if certificate.unreadable or CertificateReader(certificate.der).repeats_extensions:
        raise PathError("a certificate with an unreadable field, or an extension twice")
    return CertificateParts(
        certificate=certificate,
        signed=outer[0].encoding,
        algorithm=outer[1].encoding,
        signature=signature,
        spki=parts[_PUBLIC_KEY].encoding,
        subject=canonical_name(certificate.subject),
        issuer=canonical_name(certificate.issuer),
    )


def check_issued_by(
    child: CertificateParts, issuer: CertificateParts, allowed: frozenset[CaSignature]
) -> None:
    """Verifies that `issuer`'s key signed `child`, by an `allowed` algorithm. Raises PathError."""
    try:
        algorithm = AlgorithmIdentifier.decode(child.algorithm)
        check_signature(algorithm, issuer.spki, child.signature, child.signed, allowed)
    except (ProtectionError, MalformedMessageError) as error:
        raise PathError(f"{child.certificate.common_name}: {error}") from error

"""Certificates for tests of path validation: any extension, any key, any algorithm.

root = Authority.root("Root")
issuing = root.ca("Issuing", permitted=[x509.DNSName("example.jp")])
leaf = issuing.leaf(alternatives=[x509.DNSName("www.example.jp")])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certclient.model.certificate import Certificate
from support.pki import key_usage

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

IssuerKey = CertificateIssuerPrivateKeyTypes


@cache
def key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    """A P-256 key; each `number` gives one key per test process."""
    return ec.generate_private_key(ec.SECP256R1())


def common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass(frozen=True)
class Signing:
    """How an authority signs: hash (None where the algorithm has its own), and PSS's salt."""

    digest: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None = field(
        default_factory=hashes.SHA256
    )
    salt_length: int | None = None


@dataclass(frozen=True)
class Extensions:
    """What stands in a certificate. `others`: extensions with their criticality."""

    ca: bool | None = None
    path_length: int | None = None
    usage: x509.KeyUsage | None = None
    permitted: Sequence[x509.GeneralName] = ()
    excluded: Sequence[x509.GeneralName] = ()
    alternatives: Sequence[x509.GeneralName] = ()
    others: Sequence[tuple[x509.ExtensionType, bool]] = ()

    def all(self) -> list[tuple[x509.ExtensionType, bool]]:
        found: list[tuple[x509.ExtensionType, bool]] = list(self.others)
        if self.ca is not None:
            found.append((x509.BasicConstraints(self.ca, self.path_length), True))
        if self.usage is not None:
            found.append((self.usage, True))
        if self.permitted or self.excluded:
            constraints = x509.NameConstraints(self.permitted or None, self.excluded or None)
            found.append((constraints, True))
        if self.alternatives:
            found.append((x509.SubjectAlternativeName(self.alternatives), False))
        return found


@dataclass(frozen=True)
class Authority:
    """A CA with its certificate and key."""

    certificate: Certificate
    key: IssuerKey
    signing: Signing = field(default_factory=Signing)

    @classmethod
    def root(
        cls,
        name: str = "Root",
        own: IssuerKey | None = None,
        extensions: Extensions = Extensions(ca=True),
        signing: Signing | None = None,
    ) -> Authority:
        own, signing = own or key(0), signing or Signing()
        subject = common_name(name)
        return cls(signed(subject, own, subject, own, signing, extensions), own, signing)

    @property
    def name(self) -> x509.Name:
        return self.certificate.x509.subject

    def ca(
        self,
        name: str | x509.Name = "Issuing",
        own: IssuerKey | None = None,
        extensions: Extensions = Extensions(ca=True),
        signing: Signing | None = None,
        issuer: x509.Name | None = None,
    ) -> Authority:
        """A CA below this one. `issuer`: this one's name, otherwise encoded."""
        own = own or key(1)
        subject = common_name(name) if isinstance(name, str) else name
        made = signed(subject, own, issuer or self.name, self.key, self.signing, extensions)
        return Authority(made, own, signing or Signing())

    def leaf(
        self,
        name: str | x509.Name = "Leaf",
        extensions: Extensions = Extensions(ca=False),
        *,
        issuer: x509.Name | None = None,
        validity: tuple[datetime, datetime] | None = None,
    ) -> Certificate:
        subject = common_name(name) if isinstance(name, str) else name
        return signed(
            subject, key(99), issuer or self.name, self.key, self.signing, extensions, validity
        )


def signed(
    subject: x509.Name,
    own: IssuerKey,
    issuer: x509.Name,
    issuer_key: IssuerKey,
    signing: Signing,
    extensions: Extensions,
    validity: tuple[datetime, datetime] | None = None,
) -> Certificate:
    """A certificate for `own`'s public key, without key identifiers."""
    before, after = validity or (NOW - DAY, NOW + DAY)
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(before)
        .not_valid_after(after)
    )
    for extension, critical in extensions.all():
        builder = builder.add_extension(extension, critical)
    pss = None
    if signing.salt_length is not None and signing.digest is not None:
        assert isinstance(issuer_key, rsa.RSAPrivateKey)
        pss = padding.PSS(padding.MGF1(signing.digest), signing.salt_length)
    made = builder.sign(issuer_key, signing.digest, rsa_padding=pss)
    return Certificate.read(made.public_bytes(Encoding.DER))


def usage(*, issues: bool = True, signs: bool = False) -> x509.KeyUsage:
    return key_usage(signs=signs, issues=issues, signs_crls=False)


def unknown(dotted: str = "1.3.6.1.4.1.99999.1") -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(ObjectIdentifier(dotted), b"\x05\x00")

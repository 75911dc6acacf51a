"""A small disposable public key infrastructure for tests: root, intermediate, certificates.

lab = make_lab(now)
key = rsa_signer()
certificate = lab.issue(key.spki)
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from certclient.model.certificate import Certificate
from certclient.model.keys import SignatureAlgorithm

CMC_CA = ObjectIdentifier("1.3.6.1.5.5.7.3.27")
CMC_RA = ObjectIdentifier("1.3.6.1.5.5.7.3.28")
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH
SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH

CaKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)

_WITHOUT_HASH = (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)

_HASHES: dict[SignatureAlgorithm, hashes.HashAlgorithm] = {
    SignatureAlgorithm.RSA_PKCS1_SHA256: hashes.SHA256(),
    SignatureAlgorithm.RSA_PKCS1_SHA384: hashes.SHA384(),
    SignatureAlgorithm.RSA_PKCS1_SHA512: hashes.SHA512(),
    SignatureAlgorithm.RSA_PSS_SHA256: hashes.SHA256(),
    SignatureAlgorithm.RSA_PSS_SHA384: hashes.SHA384(),
    SignatureAlgorithm.RSA_PSS_SHA512: hashes.SHA512(),
}


@dataclass(frozen=True)
class RsaSigner:
    """A `model.keys.Signer` with an RSA key in memory. `signed`: the data signed so far."""

    private_key: rsa.RSAPrivateKey = field(repr=False)
    signed: list[bytes] = field(default_factory=list, repr=False)

    @property
    def spki(self) -> bytes:
        return spki_of(self.private_key)

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        self.signed.append(data)
        digest = _HASHES[algorithm]
        if algorithm.name.startswith("RSA_PSS"):
            scheme = padding.PSS(padding.MGF1(digest), digest.digest_size)
            return self.private_key.sign(data, scheme, digest)
        return self.private_key.sign(data, padding.PKCS1v15(), digest)

    def sign_digest(self, digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `model.keys.DigestSigner.sign_digest`."""
        self.signed.append(digest)
        kind = _HASHES[algorithm]
        if algorithm.name.startswith("RSA_PSS"):
            scheme = padding.PSS(padding.MGF1(kind), kind.digest_size)
            return self.private_key.sign(digest, scheme, Prehashed(kind))
        return self.private_key.sign(digest, padding.PKCS1v15(), Prehashed(kind))


RSA_SIGNATURES = frozenset(_HASHES)


@dataclass(frozen=True)
class EcSigner:
    """A `model.keys.Signer` with an EC key in memory."""

    private_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def spki(self) -> bytes:
        return spki_of(self.private_key)

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        digest = hashes.SHA256() if algorithm.value.endswith("256") else hashes.SHA384()
        return self.private_key.sign(data, ec.ECDSA(digest))

    def sign_digest(self, digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `model.keys.DigestSigner.sign_digest`."""
        kind = hashes.SHA256() if algorithm.value.endswith("256") else hashes.SHA384()
        return self.private_key.sign(digest, ec.ECDSA(Prehashed(kind)))


@functools.cache
def rsa_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key. Generation is slow, so each `number` gives one key per test process."""
    return rsa.generate_private_key(65537, bits)


_numbers = itertools.count(1000)


def rsa_signer(number: int | None = None) -> RsaSigner:
    """A signer with the shared key `number`, or with a new key."""
    return RsaSigner(rsa_key(next(_numbers) if number is None else number))


def ec_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """A new key, on P-256 unless `curve` says otherwise."""
    return ec.generate_private_key(curve or ec.SECP256R1())


def ec_signer(curve: ec.EllipticCurve | None = None) -> EcSigner:
    """A signer with a new key."""
    return EcSigner(ec_key(curve))


def spki_of(key: CaKey) -> bytes:
    """The DER SubjectPublicKeyInfo of a private key's public key."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def name(*attributes: tuple[ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def customer_name(user_id: str = "TKYM1408054", suffix: str = "1403") -> x509.Name:
    """A subject as in the banks' manuals: C, O, three OUs, and CN with user ID and suffix."""
    common_name = f"{user_id} {suffix}" if suffix else user_id
    return name(
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.ORGANIZATION_NAME, "Example Shinkin Bank"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "Corporate IB"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "Client"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, user_id[:4]),
        (NameOID.COMMON_NAME, common_name),
    )


def ca_name(common_name: str) -> x509.Name:
    return name(
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.ORGANIZATION_NAME, "Example Shinkin Bank"),
        (NameOID.COMMON_NAME, common_name),
    )


@dataclass(frozen=True)
class TestCa:
    """A CA that issues certificates, with its own certificate and key."""

    __test__ = False
    certificate: Certificate
    key: CaKey = field(repr=False)
    now: datetime

    @property
    def name(self) -> x509.Name:
        return self.certificate.x509.subject

    @property
    def signer(self) -> RsaSigner:
        """The CA's key as a Signer; it must be an RSA key."""
        assert isinstance(self.key, rsa.RSAPrivateKey)
        return RsaSigner(self.key)

    def issue(
        self,
        spki: bytes,
        subject: x509.Name | None = None,
        *,
        days: float = 365,
        not_before: datetime | None = None,
        usages: Sequence[ObjectIdentifier] = (CLIENT_AUTH,),
        serial: int | None = None,
        dns_names: Sequence[str] = (),
        other_names: Sequence[x509.GeneralName] = (),
    ) -> Certificate:
        """An end-entity certificate that expires `days` after `now` (negative: already expired).

        It is valid for a year at least, as the banks' are, unless `not_before` says otherwise.
        """
        after = self.now + timedelta(days=days)
        before = not_before or min(self.now - timedelta(days=1), after - timedelta(days=365))
        builder = (
            self._builder(spki, subject or customer_name(), serial)
            .not_valid_before(before)
            .not_valid_after(after)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(signs=True), critical=True)
        )
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        if names := [*map(x509.DNSName, dns_names), *other_names]:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return self._sign(builder)

    def issue_ca(
        self,
        common_name: str,
        key: CaKey | None = None,
        *,
        path_length: int | None = 0,
        may_issue: bool = True,
        may_sign: bool = True,
        days: float = 1825,
    ) -> TestCa:
        """A subordinate CA. `may_issue=False` omits keyCertSign and cRLSign from its key usage,
        `may_sign=False` omits digitalSignature."""
        own = key or rsa_key(next(_numbers))
        builder = (
            self._builder(spki_of(own), ca_name(common_name), None)
            .not_valid_before(min(self.now, self.now + timedelta(days=days)) - timedelta(days=2))
            .not_valid_after(self.now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(key_usage(signs=may_sign, issues=may_issue), critical=True)
        )
        return TestCa(self._sign(builder), own, self.now)

    def _builder(
        self, spki: bytes, subject: x509.Name, serial: int | None
    ) -> x509.CertificateBuilder:
        public_key = load_der_public_key(spki)
        assert isinstance(
            public_key,
            rsa.RSAPublicKey
            | ec.EllipticCurvePublicKey
            | ed25519.Ed25519PublicKey
            | ed448.Ed448PublicKey,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(serial or x509.random_serial_number())
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(_authority_key(self.certificate), critical=False)
        )

    def _sign(self, builder: x509.CertificateBuilder) -> Certificate:
        return Certificate.from_der(_signed(builder, self.key).public_bytes(Encoding.DER))


@dataclass(frozen=True)
class Lab:
    """A root (the trust anchor) and the intermediate CA that issues."""

    root: TestCa
    intermediate: TestCa
    now: datetime

    @property
    def anchors(self) -> tuple[Certificate, ...]:
        return (self.root.certificate,)

    @property
    def chain(self) -> tuple[Certificate, ...]:
        return (self.intermediate.certificate,)

    def issue(
        self,
        spki: bytes,
        subject: x509.Name | None = None,
        *,
        days: float = 365,
        usages: Sequence[ObjectIdentifier] = (CLIENT_AUTH,),
    ) -> Certificate:
        """An end-entity certificate from the intermediate CA."""
        return self.intermediate.issue(spki, subject, days=days, usages=usages)


def make_lab(now: datetime | None = None, *, label: str = "Example") -> Lab:
    """A root and an intermediate CA. Each `label` has its own keys and CA names."""
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    root = make_root(f"{label} Root CA", _label_key(f"{label} root"), moment)
    issuing = root.issue_ca(f"{label} Issuing CA", _label_key(f"{label} issuing"))
    return Lab(root, issuing, moment)


@functools.cache
def _label_key(_label: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def make_root(common_name: str, key: CaKey, now: datetime) -> TestCa:
    """A self-signed CA, valid from one year before `now` to ten years after."""
    public_key = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(ca_name(common_name))
        .issuer_name(ca_name(common_name))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=365))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage(signs=True, issues=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    certificate = Certificate.from_der(_signed(builder, key).public_bytes(Encoding.DER))
    return TestCa(certificate, key, now)


def private_key_pem(key: CaKey) -> bytes:
    """Unencrypted PKCS#8, for programs that a test starts."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate_pem(*certificates: Certificate) -> bytes:
    return b"".join(c.x509.public_bytes(Encoding.PEM) for c in certificates)


def _signed(builder: x509.CertificateBuilder, key: CaKey) -> x509.Certificate:
    algorithm = None if isinstance(key, _WITHOUT_HASH) else hashes.SHA256()
    return builder.sign(key, algorithm)


def _authority_key(issuer: Certificate) -> x509.AuthorityKeyIdentifier:
    subject_key = issuer.x509.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key.value)


def key_usage(
    *, signs: bool = False, issues: bool = False, signs_crls: bool | None = None
) -> x509.KeyUsage:
    """`issues`: keyCertSign, and cRLSign unless `signs_crls` says otherwise."""
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues if signs_crls is None else signs_crls,
        encipher_only=False,
        decipher_only=False,
    )

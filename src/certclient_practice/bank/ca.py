"""The practice CA: root, intermediate and CMP signer, and the certificates that they issue."""

from __future__ import annotations

import ipaddress
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certclient.model import ber
from certclient.model.certificate import Certificate
from certclient_practice.repositories.records import Customer

ORGANIZATION = "Practice Bank Information System Center Co.,Ltd"
INTERMEDIATE_NAME = "Practice Internet Banking Intermediate CA"
UNITS = (INTERMEDIATE_NAME, "USER/PE - 2", "CERT/SUEDNUM - 3")
"""The three OUs of seed S1(2); the first one holds the practice bank's CA name."""
CMP_CA_USAGE = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.27")
"""id-kp-cmcCA: authorizes a signer to answer CMP for the CA (RFC 9810, 5.1.3.3; RFC 6402)."""

CA_YEARS = 20
SERIAL_BYTES = 16
SKEW = timedelta(minutes=5)
"""Backdating of notBefore, for customers whose clocks run slightly slow."""


@dataclass(frozen=True, slots=True)
class CaIdentity:
    """A certificate of the bank and its private key."""

    certificate: Certificate
    key: ec.EllipticCurvePrivateKey


class PracticeCa:
    """The practice CA, kept in the subfolder `ca` of the bank's data folder.

    Its keys are ECDSA P-256: fast to generate and accepted by OpenSSL, NSS, Chromium and Windows.
    """

    def __init__(
        self,
        root: CaIdentity,
        intermediate: CaIdentity,
        cmp_signer: CaIdentity,
        former: Sequence[CaIdentity] = (),
        cross: Sequence[Certificate] = (),
    ) -> None:
        """`former`: issuing CAs whose certificates are still in use, after a rollover. `cross`:
        roots certified by one another (RFC 9810, 4.4), which every answer contains."""
        self.root = root.certificate
        self._intermediate = intermediate
        self.cmp_signer = cmp_signer
        self._former = tuple(former)
        self.cross = tuple(cross)
        self._responder: CaIdentity | None = None

    @classmethod
    def open(cls, folder: Path, now: datetime) -> PracticeCa:
        """Reads the CA from `folder`, or creates it if there is none.

        `now` is the machine's time (aware). Raises OSError, and TypeError for a key that is not EC.
        """
        home = folder / "ca"
        if not home.exists():
            _create(home, now)
        root, intermediate, signer = (
            _read(home / f"{name}.pem") for name in ("root", "intermediate", "cmp")
        )
        return cls(root, intermediate, signer)

    @property
    def intermediate(self) -> Certificate:
        """The CA certificate that issues customers', TLS and CMP certificates."""
        return self._intermediate.certificate

    @property
    def issuing_key(self) -> ec.EllipticCurvePrivateKey:
        """The key of `intermediate`, which signs CRLs as well."""
        return self._intermediate.key

    def authority_key(self) -> x509.AuthorityKeyIdentifier:
        """The identifier of the key that signs CRLs (RFC 5280, 5.2.1)."""
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.issuing_key.public_key())

    def ocsp_responder(self, now: datetime) -> CaIdentity:
        """The delegated responder (RFC 6960, 4.2.2.2), made at the first use; it signs for 90 days,
        and carries id-pkix-ocsp-nocheck. `now` is aware."""
        known = self._responder
        if known is None or not now < known.certificate.not_after - timedelta(days=30):
            key = ec.generate_private_key(ec.SECP256R1())
            name = _name("Practice Bank OCSP Responder")
            end = now + timedelta(days=90)
            builder = _builder(name, key.public_key(), self._intermediate, now - SKEW, end)
            builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
            certificate = _sign_leaf(builder, self._intermediate, ExtendedKeyUsageOID.OCSP_SIGNING)
            self._responder = known = CaIdentity(certificate, key)
        return known

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """What an answer or a TLS server sends along: issuing CA and cross certificates."""
        return (self.intermediate, *self.cross)

    @property
    def issuing(self) -> tuple[Certificate, ...]:
        """The issuing CA and the former ones."""
        return tuple(one.certificate for one in (self._intermediate, *self._former))

    def issued(self, certificate: Certificate) -> bool:
        """Returns whether one of this bank's issuing CAs, which may be a former one, signed
        `certificate`, however odd its fields."""
        return any(_has_issued(ca, certificate) for ca in (self._intermediate, *self._former))

    def issue(
        self, customer: Customer, spki: bytes, not_before: datetime, not_after: datetime
    ) -> Certificate:
        """Issues a customer's certificate for `spki` (DER): digitalSignature, clientAuth, not a CA.

        Checks neither policy nor key size. Raises TypeError for a key that is neither RSA nor EC,
        ValueError or UnsupportedAlgorithm for an SPKI that cannot be read.
        """
        key = load_der_public_key(spki)
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise TypeError("not a key that a certificate can be issued for")
        builder = _builder(
            customer_subject(customer), key, self._intermediate, not_before, not_after
        )
        return _sign_leaf(builder, self._intermediate, ExtendedKeyUsageOID.CLIENT_AUTH)

    def tls_identity(self, hosts: Sequence[str], now: datetime) -> CaIdentity:
        """Creates a key and server certificate, valid 90 days, for host names or IP addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [_general_name(host) for host in hosts]
        builder = _builder(
            _name(hosts[0]), key.public_key(), self._intermediate, now - SKEW, now + timedelta(90)
        ).add_extension(x509.SubjectAlternativeName(names), critical=False)
        return CaIdentity(
            _sign_leaf(builder, self._intermediate, ExtendedKeyUsageOID.SERVER_AUTH), key
        )


def _has_issued(issuer: CaIdentity, certificate: Certificate) -> bool:
    parts = ber.children(ber.read(certificate.der)) or ()
    signature = ber.bit_string(parts[2]) if len(parts) == 3 else None
    if signature is None or not certificate.issued_by_name_of(issuer.certificate):
        return False
    try:
        public_key = issuer.key.public_key()
        public_key.verify(signature, parts[0].encoding, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def customer_subject(customer: Customer) -> x509.Name:
    """Returns the subject in the format of seed S1(2), Common Name `TKYM1408054 1403`."""
    units = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in UNITS]
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            *units,
            x509.NameAttribute(NameOID.COMMON_NAME, customer.common_name),
        ]
    )


def certificate_pem(certificate: Certificate) -> str:
    """Returns the certificate as PEM text, ending with a newline."""
    return certificate.x509.public_bytes(Encoding.PEM).decode()


def identity_pem(identity: CaIdentity) -> str:
    """Returns the unencrypted private key and the certificate as PEM; write it with mode 0600."""
    key = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key.decode() + certificate_pem(identity.certificate)


def write_private(path: Path, text: str) -> None:
    """Writes a file with mode 0600, durably and atomically."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _create(home: Path, now: datetime) -> None:
    """Builds the CA in a temporary folder and renames it into place.

    A kill leaves a complete CA or none; if two processes start together, the first rename wins.
    """
    aside = home.with_name(f"{home.name}.{secrets.token_hex(8)}")
    aside.mkdir(mode=0o700)
    root = new_authority("Practice Bank Root CA", None, now)
    intermediate = new_authority(INTERMEDIATE_NAME, root, now)
    signer = new_cmp_signer(intermediate, now)
    for name, identity in (("root", root), ("intermediate", intermediate), ("cmp", signer)):
        write_private(aside / f"{name}.pem", identity_pem(identity))
    try:
        aside.rename(home)
    except OSError:
        if not home.exists():
            raise
        shutil.rmtree(aside)


def _read(path: Path) -> CaIdentity:
    text = path.read_bytes()
    key = load_pem_private_key(text, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path.name} holds another kind of key")
    certificate = x509.load_pem_x509_certificate(text)
    return CaIdentity(Certificate.from_der(certificate.public_bytes(Encoding.DER)), key)


def new_authority(common_name: str, issuer: CaIdentity | None, now: datetime) -> CaIdentity:
    """A new CA below `issuer`, or a root for None. `now` is aware."""
    key = ec.generate_private_key(ec.SECP256R1())
    end = now + timedelta(days=365 * CA_YEARS)
    # Backdated so that a rehearsal can issue certificates that began in past years.
    builder = _builder(_name(common_name), key.public_key(), issuer, now - timedelta(1000), end)
    usage = _key_usage(signs_certificates=True)
    # A cross certificate may stand between a root and the issuing CA.
    path_length = 2 if issuer is None else 0
    signed = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), True)
        .add_extension(usage, True)
        .sign(key if issuer is None else issuer.key, hashes.SHA256())
    )
    return CaIdentity(Certificate.from_der(signed.public_bytes(Encoding.DER)), key)


def cross_certificate(subject: CaIdentity, issuer: CaIdentity, now: datetime) -> Certificate:
    """The root `subject`, certified by the root `issuer` (RFC 9810, 4.4): NewWithOld if `issuer` is
    the older one, else OldWithNew. Valid as long as both are; `now` is aware."""
    ends = (subject.certificate.not_after, issuer.certificate.not_after)
    builder = _builder(
        subject.certificate.x509.subject,
        subject.key.public_key(),
        issuer,
        now - timedelta(1000),
        min(ends),
    )
    signed = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), True)
        .add_extension(_key_usage(signs_certificates=True), True)
        .sign(issuer.key, hashes.SHA256())
    )
    return Certificate.from_der(signed.public_bytes(Encoding.DER))


def new_cmp_signer(intermediate: CaIdentity, now: datetime) -> CaIdentity:
    """A new signer of CMP answers, certified by an issuing CA. `now` is aware."""
    key = ec.generate_private_key(ec.SECP256R1())
    end = now + timedelta(days=365 * CA_YEARS)
    name = _name("Practice Bank CMP Responder")
    builder = _builder(name, key.public_key(), intermediate, now - timedelta(1000), end)
    return CaIdentity(_sign_leaf(builder, intermediate, CMP_CA_USAGE), key)


def _builder(
    subject: x509.Name,
    key: CertificatePublicKeyTypes,
    issuer: CaIdentity | None,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    issuer_name = subject if issuer is None else issuer.certificate.x509.subject
    issuer_key = key if issuer is None else issuer.key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key)
        .serial_number(_serial())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(_authority_key(issuer_key), critical=False)
    )


def _authority_key(key: CertificatePublicKeyTypes) -> x509.AuthorityKeyIdentifier:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("an issuer of this CA has an EC key")
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _sign_leaf(
    builder: x509.CertificateBuilder, issuer: CaIdentity, usage: x509.ObjectIdentifier
) -> Certificate:
    signed = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )
    return Certificate.from_der(signed.public_bytes(Encoding.DER))


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _serial() -> int:
    """Returns 16 random octets as a positive number of full length, as in seed S1(2)."""
    octets = bytearray(secrets.token_bytes(SERIAL_BYTES))
    octets[0] = octets[0] & 0x7F | 0x40
    return int.from_bytes(octets, "big")


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)

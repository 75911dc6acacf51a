"""A test CA for builds without a signing key. Only our tests trust it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = timedelta(days=825)
_RENEWED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class TestingCa:
    """PEM files: `key`: the leaf's private key; `certificates`: leaf and root; `root`: the root."""

    key: Path
    certificates: Path
    root: Path

    # Keeps pytest from collecting a class called Test….
    __test__ = False


def make_testing_ca(folder: Path, name: str = "certclient TEST signature") -> TestingCa:
    """Returns the test CA in `folder`; creates it if it is missing or expires within 30 days."""
    ca = TestingCa(folder / "key.pem", folder / "certificates.pem", folder / "root.pem")
    now = datetime.now(UTC)
    if not _usable(ca, now):
        _make(ca, name, now)
    return ca


def _usable(ca: TestingCa, now: datetime) -> bool:
    if not (ca.key.is_file() and ca.certificates.is_file() and ca.root.is_file()):
        return False
    leaf = x509.load_pem_x509_certificate(ca.certificates.read_bytes())
    return leaf.not_valid_after_utc - now > _RENEWED


def _make(ca: TestingCa, name: str, now: datetime) -> None:
    root_key, key = (rsa.generate_private_key(65537, 3072) for _ in range(2))
    root_name = _name(f"{name} root")
    root = (
        _certificate(root_name, root_name, root_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        _certificate(_name(name), root_name, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = [made.public_bytes(serialization.Encoding.PEM) for made in (leaf, root)]
    ca.key.parent.mkdir(parents=True, exist_ok=True)
    _write_private(ca.key, _key_pem(key))
    ca.root.write_bytes(pem[1])
    ca.certificates.write_bytes(pem[0] + pem[1])


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID)
    )


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)

"""Parses certificates and public keys from PEM text (RFC 7468)."""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError

_BEGIN = re.compile(r"-----BEGIN ([^-]*)-----")
_PUBLIC_KEY = re.compile(r"-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----")


def certificates_from_pem(text: str) -> tuple[Certificate, ...]:
    """Parses every certificate in `text`, at least one; text between the blocks is ignored.

    Raises ValueError with an English reason: no certificate, a block of another type (such as a
    private key), a damaged block, a duplicate.
    """
    kinds = _BEGIN.findall(text)
    if other := [kind for kind in kinds if kind != "CERTIFICATE"]:
        raise ValueError(f"only certificates may stand here, not {other[0]}")
    if not kinds:
        raise ValueError("no PEM certificate")
    try:
        parsed = x509.load_pem_x509_certificates(text.encode())
        certificates = tuple(Certificate.from_der(c.public_bytes(Encoding.DER)) for c in parsed)
    except (ValueError, CertclientError) as error:
        raise ValueError(f"damaged PEM certificate: {error}") from error
    if len(certificates) != len(kinds):
        raise ValueError("damaged PEM certificate: a block is not closed")
    if len(set(certificates)) != len(certificates):
        raise ValueError("the same certificate stands there twice")
    return certificates


def public_keys_from_pem(text: str) -> tuple[bytes, ...]:
    """Parses every `PUBLIC KEY` block in `text`, at least one, into DER SubjectPublicKeyInfo.

    Text between the blocks is ignored. Raises ValueError as `certificates_from_pem`.
    """
    kinds = _BEGIN.findall(text)
    if other := [kind for kind in kinds if kind != "PUBLIC KEY"]:
        raise ValueError(f"only public keys may stand here, not {other[0]}")
    blocks = _PUBLIC_KEY.findall(text)
    if not kinds or len(blocks) != len(kinds):
        raise ValueError("no PEM public key, or a block that is not closed")
    try:
        parsed = [load_pem_public_key(block.encode()) for block in blocks]
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(f"damaged PEM public key: {error}") from error
    keys = tuple(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in parsed
    )
    if len(set(keys)) != len(keys):
        raise ValueError("the same public key stands there twice")
    return keys

"""Parses certificates and public keys from PEM text (RFC 7468)."""

from __future__ import annotations

import base64
import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import CertificateReader

_BEGIN = re.compile(r"-----BEGIN ([^-]*)-----")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")
_PUBLIC_KEY = re.compile(r"-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----")


def certificates_from_pem(text: str) -> tuple[Certificate, ...]:
    """Parses every certificate in `text`, at least one; text between the blocks is ignored.

    Takes what lies in the trust stores of systems and browsers: serial number 0, say. Raises
    ValueError with an English reason: no certificate, a block of another type (such as a private
    key), a damaged block, a duplicate.
    """
    kinds = _BEGIN.findall(text)
    if other := [kind for kind in kinds if kind != "CERTIFICATE"]:
        raise ValueError(f"only certificates may stand here, not {other[0]}")
    if not kinds:
        raise ValueError("no PEM certificate")
    blocks = _CERTIFICATE.findall(text)
    certificates = tuple(Certificate.read(_decoded(block)) for block in blocks)
    for certificate in certificates:
        if certificate.unreadable or not CertificateReader(certificate.der).complete:
            fields = ", ".join(sorted(field.value for field in certificate.unreadable))
            raise ValueError(f"damaged PEM certificate: {fields or 'its end is missing'}")
    if len(certificates) != len(kinds):
        raise ValueError("damaged PEM certificate: a block is not closed")
    if len(set(certificates)) != len(certificates):
        raise ValueError("the same certificate stands there twice")
    return certificates


def _decoded(block: str) -> bytes:
    try:
        return base64.b64decode("".join(block.split()), validate=True)
    except ValueError as error:
        raise ValueError(f"damaged PEM certificate: {error}") from error


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

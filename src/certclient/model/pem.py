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
from certclient.model.faults import FaultError, Reason

_BEGIN = re.compile(r"-----BEGIN ([^-]*)-----")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")
_PUBLIC_KEY = re.compile(r"-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----")


def certificates_from_pem(text: str) -> tuple[Certificate, ...]:
    """Parses every certificate in `text`, at least one; text between the blocks is ignored.

    Takes what lies in the trust stores of systems and browsers: serial number 0, say. Raises
    FaultError: no certificate, a block of another type (such as a private
    key), a damaged block, a duplicate.
    """
    kinds = _BEGIN.findall(text)
    if other := [kind for kind in kinds if kind != "CERTIFICATE"]:
        raise FaultError(Reason.PEM_OTHER, found=other[0][:80], expected="CERTIFICATE")
    if not kinds:
        raise FaultError(Reason.PEM_MISSING, expected="CERTIFICATE")
    blocks = _CERTIFICATE.findall(text)
    certificates = tuple(Certificate.read(_decoded(block)) for block in blocks)
    for certificate in certificates:
        if certificate.unreadable or not CertificateReader(certificate.der).complete:
            fields = ", ".join(sorted(field.value for field in certificate.unreadable))
            raise FaultError(Reason.PEM_DAMAGED, detail=fields or "end")
    if len(certificates) != len(kinds):
        raise FaultError(Reason.PEM_DAMAGED, detail="-----END CERTIFICATE-----")
    if len(set(certificates)) != len(certificates):
        raise FaultError(Reason.PEM_TWICE)
    return certificates


def _decoded(block: str) -> bytes:
    try:
        return base64.b64decode("".join(block.split()), validate=True)
    except ValueError as error:
        raise FaultError(Reason.PEM_DAMAGED, detail="Base64") from error


def public_keys_from_pem(text: str) -> tuple[bytes, ...]:
    """Parses every `PUBLIC KEY` block in `text`, at least one, into DER SubjectPublicKeyInfo.

    Text between the blocks is ignored. Raises FaultError as `certificates_from_pem`.
    """
    kinds = _BEGIN.findall(text)
    if other := [kind for kind in kinds if kind != "PUBLIC KEY"]:
        raise FaultError(Reason.PEM_OTHER, found=other[0][:80], expected="PUBLIC KEY")
    blocks = _PUBLIC_KEY.findall(text)
    if not kinds:
        raise FaultError(Reason.PEM_MISSING, expected="PUBLIC KEY")
    if len(blocks) != len(kinds):
        raise FaultError(Reason.PEM_DAMAGED, detail="-----END PUBLIC KEY-----")
    try:
        parsed = [load_pem_public_key(block.encode()) for block in blocks]
    except (ValueError, UnsupportedAlgorithm) as error:
        raise FaultError(Reason.PEM_DAMAGED, detail="PUBLIC KEY") from error
    keys = tuple(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in parsed
    )
    if len(set(keys)) != len(keys):
        raise FaultError(Reason.PEM_TWICE)
    return keys

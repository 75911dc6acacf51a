"""Reads a certificate request of PKCS#10 and verifies its proof of possession (RFC 2986)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certclient_practice.bank.refusal import RefusedError


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A PKCS#10 request whose signature verifies. `spki` and `subject` (a Name) are DER.

    `alternative_names`: whether it requests a subjectAltName, which no certificate of this bank
    has. `challenge`: whether it carries a challengePassword.
    """

    spki: bytes
    subject: bytes
    alternative_names: bool
    challenge: bool


def read_csr(der: bytes) -> SignedRequest:
    """Decodes a CertificationRequest (DER); raises RefusedError, for SHA-1, too."""
    try:
        csr = x509.load_der_x509_csr(der)
        modern = isinstance(
            csr.signature_hash_algorithm, hashes.SHA256 | hashes.SHA384 | hashes.SHA512
        )
        if not modern or not csr.is_signature_valid:
            raise RefusedError.bad_pop()
        spki = csr.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        extensions = {extension.oid for extension in csr.extensions}
        attributes = {attribute.oid for attribute in csr.attributes}
    except (
        ValueError,
        TypeError,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
        UnsupportedAlgorithm,
    ) as error:
        raise RefusedError.malformed() from error
    return SignedRequest(
        spki,
        csr.subject.public_bytes(),
        x509.SubjectAlternativeName.oid in extensions,
        x509.oid.AttributeOID.CHALLENGE_PASSWORD in attributes,
    )

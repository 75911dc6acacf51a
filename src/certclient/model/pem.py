"""Certificates written as PEM text (RFC 7468)."""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError

_BEGIN = re.compile(r"-----BEGIN ([^-]*)-----")


def certificates_from_pem(text: str) -> tuple[Certificate, ...]:
    """Reads every certificate in `text`, at least one; text between the blocks is a comment.

    Raises ValueError with an English reason: none at all, a block of another kind (a private key
    has no business here), a damaged block, the same certificate twice.
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

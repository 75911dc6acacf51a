"""The subject that a customer without a certificate asks for."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import NameOID

from certclient.model.errors import CertclientError, ErrorCode


def common_name(text: str) -> bytes:
    """A Name (DER) of this Common Name alone. Raises USAGE for a text that cannot be one."""
    try:
        attribute = x509.NameAttribute(NameOID.COMMON_NAME, text)
    except ValueError as error:
        raise CertclientError(ErrorCode.USAGE, reason=str(error)) from error
    return x509.Name([attribute]).public_bytes()

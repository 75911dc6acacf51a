"""Requests and responses of EST as values, and their bodies: base64 of DER (RFC 8951, 3.1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from certclient.model.certificate import Certificate
from certclient.model.profile import LocalizedText
from certclient_practice.bank.refusal import RefusedError

PKCS10 = "application/pkcs10"
PKCS7 = "application/pkcs7-mime"
CERTS_ONLY = "application/pkcs7-mime; smime-type=certs-only"
CSR_ATTRIBUTES = "application/csrattrs"
_TEXT = "text/plain; charset=utf-8"
_WHITESPACE = b" \t\r\n"

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class EstRequest:
    """One HTTP request to an EST operation.

    `path` follows `/.well-known/est/`. `target` is the request's target as Digest hashes it: path
    and query. `media_type` is without parameters, in lower case. `certificate` is the one with
    which the client authenticated in TLS (DER), None without one; its chain leads to this bank's
    root, but its validity is not checked yet.
    """

    method: str
    path: str
    target: str
    media_type: str = ""
    body: bytes = b""
    authorization: str | None = field(default=None, repr=False)
    certificate: bytes | None = None


@dataclass(frozen=True, slots=True)
class EstResponse:
    """One HTTP response; `headers` may repeat a name."""

    status: int
    body: bytes = b""
    media_type: str = ""
    headers: tuple[Header, ...] = ()


def decoded(body: bytes) -> bytes:
    """Returns the DER in a request's body.

    Line breaks and blanks are ignored, and so is Content-Transfer-Encoding (RFC 8951, 3.1). Raises
    RefusedError for anything else that is not base64.
    """
    try:
        return base64.b64decode(body.translate(None, _WHITESPACE), validate=True)
    except binascii.Error as error:
        raise RefusedError.malformed() from error


def encoded(der: bytes, media_type: str) -> EstResponse:
    """Returns a response with DER in base64, without line breaks (RFC 4648, 3.1)."""
    return EstResponse(200, base64.b64encode(der), media_type)


def certs_only(certificates: Sequence[Certificate], media_type: str) -> EstResponse:
    """Returns a response with certificates in a PKCS#7 without signatures (RFC 5272, 4.1)."""
    known = [certificate.x509 for certificate in certificates]
    return encoded(pkcs7.serialize_certificates(known, Encoding.DER), media_type)


def told(status: int, text: LocalizedText, *headers: Header) -> EstResponse:
    """Returns a text for the user: one line in Japanese, one in English."""
    return EstResponse(status, f"{text.ja}\n{text.en}\n".encode(), _TEXT, headers)

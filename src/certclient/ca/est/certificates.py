"""The bodies of EST answers: base64 (RFC 8951, 2.1), and certificates in PKCS#7 certs-only.

Liberal in the encoding, as what is in it is judged elsewhere: with or without line breaks, as PEM,
as plain DER or BER, whatever Content-Transfer-Encoding says.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

from certclient.model import ber
from certclient.model.ber import Tlv
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode

_ARMOUR = re.compile(rb"-----(BEGIN|END) [A-Z0-9 #]{1,40}-----")
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_EXPLICIT_CONTENT = _CERTIFICATES = 0xA0
"""[0] of ContentInfo, and of SignedData (RFC 5652, 3 and 5.1)."""

_MAX_CERTIFICATES = 50
_MAX_LINE = 76


def encoded_body(der: bytes) -> bytes:
    """`der` in base64 with line breaks, as a request's body (RFC 4648; RFC 8951, 2.1)."""
    text = base64.b64encode(der)
    lines = (text[start : start + _MAX_LINE] for start in range(0, len(text), _MAX_LINE))
    return b"\r\n".join(lines) + b"\r\n"


def decoded_body(body: bytes) -> bytes:
    """The DER or BER in a response's body. Raises CA_MALFORMED."""
    if body.startswith(b"\x30"):  # the base64 of a SEQUENCE begins with M
        return body
    text = b"".join(_ARMOUR.sub(b"", body).split())
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise malformed(f"not base64: {error}") from error


def certificates_in(body: bytes) -> Sequence[Certificate]:
    """The certificates in a certs-only answer (RFC 7030, 4.1.3 and 4.2.3), in its order.

    Certificates that cannot be read are left out, signatures and CRLs ignored. Raises CA_MALFORMED.
    """
    data = decoded_body(body)
    content_info = _members(_whole(data), "ContentInfo")
    if len(content_info) != 2 or ber.object_identifier(content_info[0]) != _SIGNED_DATA:
        raise malformed("not a SignedData")
    wrapper = content_info[1]
    content = _members(wrapper if wrapper.tag == _EXPLICIT_CONTENT else None, "content")
    signed_data = _members(content[0] if content else None, "SignedData")
    listed = [one for one in signed_data if one.tag == _CERTIFICATES]
    found = _members(listed[0], "certificates") if listed else ()
    if len(found) > _MAX_CERTIFICATES:
        raise malformed(f"{len(found)} certificates")
    read = [Certificate.read(one.encoding) for one in found if one.tag == ber.SEQUENCE]
    return [one for one in read if not one.unreadable]


def malformed(reason: str) -> CertclientError:
    """CA_MALFORMED, with the reason in English for support."""
    return CertclientError(ErrorCode.CA_MALFORMED, reason=reason[:200])


def _whole(data: bytes) -> Tlv:
    element = ber.read(data)
    if element is None or element.encoding != data:
        raise malformed("not one ASN.1 value, or not all of it")
    return element


def _members(element: Tlv | None, what: str) -> Sequence[Tlv]:
    members = ber.children(element)
    if members is None:
        raise malformed(f"damaged {what}")
    return members

"""ASN.1 of CMP (RFC 9810), CRMF (RFC 4211) and their MACs, as declared for `cryptography`.

The only module that knows `cryptography.hazmat.asn1`, which its authors call unstable. What it
cannot say directly is written so: `[n] EXPLICIT ANY OPTIONAL` is `[n] IMPLICIT SEQUENCE {TLV}`; an
AlgorithmIdentifier is a list of one or two TLVs; a list at the top level is wrapped by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, BitString, Explicit, Implicit
from cryptography.x509 import ObjectIdentifier

T = TypeVar("T")

SEQUENCE = 0x30
NULL = b"\x05\x00"


class MalformedMessageError(Exception):
    """What came is not the DER that the protocol asks for. The text is for logs, not users."""


def decode(cls: type[T], der: bytes) -> T:
    """Reads DER bytes as `cls`. Raises MalformedMessageError for anything else."""
    try:
        return asn1.decode_der(cls, der)
    except (ValueError, OverflowError) as error:
        raise MalformedMessageError(f"{cls.__name__}: {error}"[:300]) from error


def encode(value: object) -> bytes:
    """Writes a declared value as DER. Raises ValueError for a value that has no DER form."""
    return asn1.encode_der(value)


def tlv(der: bytes) -> TLV:
    """The one TLV in `der`. Raises MalformedMessageError."""
    return decode(TLV, der)


def wrap(tag: int, content: bytes) -> bytes:
    """A TLV from its one identifier octet and its content octets."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def retag(value: TLV, tag: int) -> bytes:
    """The same content under another identifier octet: undoes or does IMPLICIT tagging."""
    return wrap(tag, bytes(value.data))


def wrapped_list(items: Iterable[bytes]) -> bytes:
    """DER SEQUENCE OF from the DER of its items."""
    return wrap(SEQUENCE, b"".join(items))


def items(sequence_der: bytes) -> list[TLV]:
    """The members of a SEQUENCE of anything. Raises MalformedMessageError."""
    return decode(_Members, wrap(SEQUENCE, sequence_der)).members


def encoded_oid(dotted: str) -> bytes:
    return encode(ObjectIdentifier(dotted))


def decoded_oid(value: TLV) -> str:
    return decode(ObjectIdentifier, encode(value)).dotted_string


def encoded_time(moment: datetime) -> bytes:
    """GeneralizedTime in UTC without fractions (RFC 5280, 4.1.2.5.2)."""
    return encode(asn1.GeneralizedTime(moment.astimezone(UTC).replace(microsecond=0)))


def decoded_time(der: bytes) -> datetime:
    return decode(asn1.GeneralizedTime, der).as_datetime().replace(tzinfo=UTC)


def octets(value: BitString) -> bytes:
    """A bit string that holds whole octets. Raises MalformedMessageError for any other."""
    if value.padding_bits():
        raise MalformedMessageError("bit string does not end on an octet")
    return value.as_bytes()


@asn1.sequence
class _Members:
    members: list[TLV]


@asn1.sequence
class AnyValue:
    """Under an IMPLICIT tag: an explicitly tagged value of any type."""

    value: TLV


# --- RFC 9810: the envelope ----------------------------------------------------------------------


@asn1.sequence
class PKIMessage:
    header: TLV
    body: TLV
    protection: Annotated[BitString | None, Explicit(0)]
    extra_certs: Annotated[list[TLV] | None, Explicit(1)]


@asn1.sequence
class PKIHeader:
    pvno: int
    sender: TLV
    recipient: TLV
    message_time: Annotated[AnyValue | None, Implicit(0)]
    protection_alg: Annotated[AnyValue | None, Implicit(1)]
    sender_kid: Annotated[bytes | None, Explicit(2)]
    recip_kid: Annotated[bytes | None, Explicit(3)]
    transaction_id: Annotated[bytes | None, Explicit(4)]
    sender_nonce: Annotated[bytes | None, Explicit(5)]
    recip_nonce: Annotated[bytes | None, Explicit(6)]
    free_text: Annotated[list[str] | None, Explicit(7)]
    general_info: Annotated[list[TLV] | None, Explicit(8)]


# --- RFC 9810: the bodies ------------------------------------------------------------------------


@asn1.sequence
class PKIStatusInfo:
    status: int
    status_string: list[str] | None
    fail_info: BitString | None


@asn1.sequence
class CertifiedKeyPair:
    cert_or_enc_cert: TLV
    private_key: Annotated[AnyValue | None, Implicit(0)]
    publication_info: Annotated[AnyValue | None, Implicit(1)]


@asn1.sequence
class CertResponse:
    cert_req_id: int
    status: PKIStatusInfo
    certified_key_pair: CertifiedKeyPair | None
    rsp_info: bytes | None


@asn1.sequence
class CertRepMessage:
    ca_pubs: Annotated[list[TLV] | None, Explicit(1)]
    response: list[CertResponse]


@asn1.sequence
class CertStatus:
    cert_hash: bytes
    cert_req_id: int
    status_info: PKIStatusInfo | None
    hash_alg: Annotated[AnyValue | None, Implicit(0)]


@asn1.sequence
class PollReqEntry:
    cert_req_id: int


@asn1.sequence
class PollRepEntry:
    cert_req_id: int
    check_after: int
    reason: list[str] | None


@asn1.sequence
class RevRepContent:
    status: list[PKIStatusInfo]
    rev_certs: Annotated[list[TLV] | None, Explicit(0)]
    crls: Annotated[list[TLV] | None, Explicit(1)]


@asn1.sequence
class ErrorMsgContent:
    pki_status_info: PKIStatusInfo
    error_code: int | None
    error_details: list[str] | None


# --- RFC 4211: certificate requests --------------------------------------------------------------


@asn1.sequence
class CertTemplate:
    version: Annotated[int | None, Implicit(0)]
    serial_number: Annotated[int | None, Implicit(1)]
    signing_alg: Annotated[list[TLV] | None, Implicit(2)]
    issuer: Annotated[AnyValue | None, Implicit(3)]
    validity: Annotated[list[TLV] | None, Implicit(4)]
    subject: Annotated[AnyValue | None, Implicit(5)]
    public_key: Annotated[list[TLV] | None, Implicit(6)]
    issuer_uid: Annotated[BitString | None, Implicit(7)]
    subject_uid: Annotated[BitString | None, Implicit(8)]
    extensions: Annotated[list[TLV] | None, Implicit(9)]


@asn1.sequence
class AttributeTypeAndValue:
    type: ObjectIdentifier
    value: TLV


@asn1.sequence
class CertRequest:
    cert_req_id: int
    template: CertTemplate
    controls: list[AttributeTypeAndValue] | None


@asn1.sequence
class POPOSigningKey:
    popo_input: Annotated[list[TLV] | None, Implicit(0)]
    algorithm: TLV
    signature: BitString


@asn1.sequence
class CertId:
    issuer: TLV
    serial_number: int


@asn1.sequence
class RevDetails:
    cert_details: CertTemplate
    crl_entry_details: list[TLV] | None


@asn1.sequence
class Extension:
    oid: ObjectIdentifier
    critical: Annotated[bool, asn1.Default(False)]
    value: bytes


# --- MAC and signature parameters: RFC 9810 5.1.3.1, RFC 8018, RFC 9481, RFC 4055 ----------------


@asn1.sequence
class PBMParameter:
    salt: bytes
    owf: TLV
    iteration_count: int
    mac: TLV


@asn1.sequence
class PBMAC1Params:
    key_derivation: TLV
    mac: TLV


@asn1.sequence
class PBKDF2Params:
    salt: bytes
    iteration_count: int
    key_length: int | None
    prf: list[TLV] | None


@asn1.sequence
class PSSParams:
    hash: Annotated[AnyValue | None, Implicit(0)]
    mask: Annotated[AnyValue | None, Implicit(1)]
    salt_length: Annotated[int, Explicit(2), asn1.Default(20)]
    trailer: Annotated[int, Explicit(3), asn1.Default(1)]

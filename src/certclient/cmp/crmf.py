"""Certificate requests in CRMF (RFC 4211): template, controls, proof of possession."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.asn1 import TLV, BitString
from cryptography.x509 import ObjectIdentifier

from certclient.cmp import syntax
from certclient.cmp.names import AlgorithmIdentifier, CertId
from certclient.cmp.syntax import MalformedMessageError

REG_TOKEN = "1.3.6.1.5.5.7.5.1.1"
AUTHENTICATOR = "1.3.6.1.5.5.7.5.1.2"
OLD_CERT_ID = "1.3.6.1.5.5.7.5.1.5"

_SIGNATURE = b"\xa1"
"""ProofOfPossession: signature [1], implicitly tagged (RFC 4211, 4)."""


@dataclass(frozen=True, slots=True)
class CertTemplate:
    """The requested contents of a certificate (RFC 4211, 5); None leaves a field to the CA.

    `issuer` and `subject` are Names, `spki` is a SubjectPublicKeyInfo, `extensions` a SEQUENCE OF
    Extension, `validity` an OptionalValidity, all as DER. Decoding ignores the other fields.
    """

    serial: int | None = None
    issuer: bytes | None = None
    subject: bytes | None = None
    spki: bytes | None = None
    extensions: bytes | None = None
    validity: bytes | None = None

    @classmethod
    def from_syntax(cls, value: syntax.CertTemplate) -> CertTemplate:
        """Converts from the declared ASN.1 type."""
        return cls(
            serial=value.serial_number,
            issuer=_der(value.issuer),
            subject=_der(value.subject),
            spki=_sequence(value.public_key),
            extensions=_sequence(value.extensions),
            validity=_sequence(value.validity),
        )

    def to_syntax(self) -> syntax.CertTemplate:
        """Converts to the declared ASN.1 type; fields not held here are absent."""
        return syntax.CertTemplate(
            version=None,
            serial_number=self.serial,
            signing_alg=None,
            issuer=_any(self.issuer),
            validity=_items(self.validity),
            subject=_any(self.subject),
            public_key=_items(self.spki),
            issuer_uid=None,
            subject_uid=None,
            extensions=_items(self.extensions),
        )


@dataclass(frozen=True, slots=True)
class CertRequest:
    """One CertRequest (RFC 4211, 5 and 6) with the controls that certclient uses.

    `registration_token` and `authenticator` are the customer's secrets. Decoding ignores other
    controls.
    """

    cert_req_id: int
    template: CertTemplate
    old_cert_id: CertId | None = None
    registration_token: str | None = field(default=None, repr=False)
    authenticator: str | None = field(default=None, repr=False)

    @classmethod
    def decode(cls, der: bytes) -> CertRequest:
        """Reads a CertRequest (DER). Raises MalformedMessageError, also for a repeated control."""
        value = syntax.decode(syntax.CertRequest, der)
        controls = _controls(value.controls or [])
        old = controls.pop(OLD_CERT_ID, None)
        return cls(
            cert_req_id=value.cert_req_id,
            template=CertTemplate.from_syntax(value.template),
            old_cert_id=CertId.decode(old) if old is not None else None,
            registration_token=_text(controls.pop(REG_TOKEN, None)),
            authenticator=_text(controls.pop(AUTHENTICATOR, None)),
        )

    def encode(self) -> bytes:
        """CertRequest as DER. It contains the secrets in the clear."""
        controls = [
            *_control(REG_TOKEN, _text_der(self.registration_token)),
            *_control(AUTHENTICATOR, _text_der(self.authenticator)),
            *_control(OLD_CERT_ID, self.old_cert_id.encode() if self.old_cert_id else None),
        ]
        return syntax.encode(
            syntax.CertRequest(
                cert_req_id=self.cert_req_id,
                template=self.template.to_syntax(),
                controls=controls or None,
            )
        )


@dataclass(frozen=True, slots=True)
class PopSignature:
    """POPOSigningKey (RFC 4211, 4.1): `signature` over the DER of the CertRequest.

    `separate_input` is True if the message has a poposkInput: the signature then covers that
    instead, and cannot be verified against the request.
    """

    algorithm: AlgorithmIdentifier
    signature: bytes
    separate_input: bool = False

    @classmethod
    def from_tlv(cls, value: TLV) -> PopSignature:
        """Reads the [1] signature alternative. Raises MalformedMessageError."""
        parsed = syntax.decode(syntax.POPOSigningKey, syntax.retag(value, syntax.SEQUENCE))
        return cls(
            AlgorithmIdentifier.decode(syntax.encode(parsed.algorithm)),
            syntax.octets(parsed.signature),
            parsed.popo_input is not None,
        )

    def encode(self) -> bytes:
        """ProofOfPossession as DER, with the [1] tag; never writes a poposkInput."""
        value = syntax.POPOSigningKey(
            popo_input=None,
            algorithm=syntax.tlv(self.algorithm.encode()),
            signature=BitString(self.signature, 0),
        )
        return syntax.retag(syntax.tlv(syntax.encode(value)), _SIGNATURE[0])


@dataclass(frozen=True, slots=True)
class CertReqMsg:
    """One request. `request_der` is the CertRequest exactly as it was signed and sent.

    `pop` is None if there is no proof of possession by signature.
    """

    request: CertRequest
    request_der: bytes = field(repr=False)
    pop: PopSignature | None = None

    @classmethod
    def build(cls, request: CertRequest, pop: PopSignature | None = None) -> CertReqMsg:
        """Encodes `request` once; `pop` must sign exactly those bytes."""
        return cls(request, request.encode(), pop)

    @classmethod
    def decode(cls, der: bytes) -> CertReqMsg:
        """Reads a CertReqMsg (DER). Raises MalformedMessageError."""
        members = syntax.items(der)
        if not 1 <= len(members) <= 3:
            raise MalformedMessageError("CertReqMsg has one to three members")
        first, *rest = members
        request_der = syntax.encode(first)
        proof = next((item for item in rest if item.tag_bytes == _SIGNATURE), None)
        return cls(
            CertRequest.decode(request_der),
            request_der,
            PopSignature.from_tlv(proof) if proof is not None else None,
        )

    def encode(self) -> bytes:
        """CertReqMsg as DER, with `request_der` unchanged."""
        proof = self.pop.encode() if self.pop else b""
        return syntax.wrapped_list((self.request_der, proof))


def _controls(values: list[syntax.AttributeTypeAndValue]) -> dict[str, bytes]:
    found = {value.type.dotted_string: syntax.encode(value.value) for value in values}
    if len(found) != len(values):
        raise MalformedMessageError("the same control twice")
    return found


def _control(oid: str, value: bytes | None) -> list[syntax.AttributeTypeAndValue]:
    if value is None:
        return []
    return [syntax.AttributeTypeAndValue(type=ObjectIdentifier(oid), value=syntax.tlv(value))]


def _text(der: bytes | None) -> str | None:
    return None if der is None else syntax.decode(str, der)


def _text_der(text: str | None) -> bytes | None:
    return None if text is None else syntax.encode(text)


def _any(der: bytes | None) -> syntax.AnyValue | None:
    return None if der is None else syntax.AnyValue(value=syntax.tlv(der))


def _der(value: syntax.AnyValue | None) -> bytes | None:
    return None if value is None else syntax.encode(value.value)


def _items(sequence_der: bytes | None) -> list[TLV] | None:
    return None if sequence_der is None else syntax.items(sequence_der)


def _sequence(members: list[TLV] | None) -> bytes | None:
    if members is None:
        return None
    return syntax.wrapped_list(syntax.encode(member) for member in members)

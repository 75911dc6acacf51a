"""The CMP message (RFC 9810, 5.1): header, body, protection and extra certificates.

A decoded message keeps the exact bytes of header and body. Protection covers the bytes as sent, so
nothing is re-encoded before verification.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography.hazmat.asn1 import BitString

from certclient.cmp import syntax
from certclient.cmp.bodies import Body, decode_body, encode_body
from certclient.cmp.names import EMPTY_NAME, AlgorithmIdentifier, name_in
from certclient.cmp.syntax import MalformedMessageError

MAX_MESSAGE_BYTES = 256 * 1024
MAX_CERTIFICATES = 32

IMPLICIT_CONFIRM = "1.3.6.1.5.5.7.4.13"
CONFIRM_WAIT_TIME = "1.3.6.1.5.5.7.4.14"

CMP2000 = 2
CMP2021 = 3

__all__ = [
    "CMP2000",
    "CMP2021",
    "CONFIRM_WAIT_TIME",
    "IMPLICIT_CONFIRM",
    "MAX_CERTIFICATES",
    "MAX_MESSAGE_BYTES",
    "Header",
    "MalformedMessageError",
    "Message",
]


@dataclass(frozen=True, slots=True)
class Header:
    """PKIHeader (RFC 9810, 5.1.1). `sender` and `recipient` are GeneralNames as DER.

    `message_time` is aware. Each item of `general_info` is an InfoTypeAndValue, which has the same
    ASN.1 shape as an AlgorithmIdentifier.
    """

    sender: bytes
    recipient: bytes
    transaction_id: bytes | None
    sender_nonce: bytes | None
    recip_nonce: bytes | None = None
    message_time: datetime | None = None
    protection_alg: AlgorithmIdentifier | None = None
    sender_kid: bytes | None = None
    recip_kid: bytes | None = None
    free_text: tuple[str, ...] = ()
    general_info: tuple[AlgorithmIdentifier, ...] = ()
    pvno: int = CMP2000

    @property
    def sender_name(self) -> bytes | None:
        """The sender's Name (DER); None if it is empty or the sender is not a directoryName."""
        name = name_in(self.sender)
        return None if name == EMPTY_NAME else name

    @property
    def implicit_confirm(self) -> bool:
        """Whether implicitConfirm is present, so that no certConf follows (RFC 9810, 5.1.1.1)."""
        return any(item.oid == IMPLICIT_CONFIRM for item in self.general_info)

    @classmethod
    def decode(cls, der: bytes) -> Header:
        """Reads a PKIHeader (DER). Raises MalformedMessageError."""
        value = syntax.decode(syntax.PKIHeader, der)
        protection = value.protection_alg
        sender = syntax.encode(value.sender)
        name_in(sender)  # whoever reads the sender later relies on its form
        return cls(
            sender=sender,
            recipient=syntax.encode(value.recipient),
            transaction_id=value.transaction_id,
            sender_nonce=value.sender_nonce,
            recip_nonce=value.recip_nonce,
            message_time=_moment(value.message_time),
            protection_alg=AlgorithmIdentifier.decode(syntax.encode(protection.value))
            if protection
            else None,
            sender_kid=value.sender_kid,
            recip_kid=value.recip_kid,
            free_text=tuple(value.free_text or ()),
            general_info=tuple(
                AlgorithmIdentifier.decode(syntax.encode(item)) for item in value.general_info or ()
            ),
            pvno=value.pvno,
        )

    def encode(self) -> bytes:
        """PKIHeader as DER."""
        return syntax.encode(
            syntax.PKIHeader(
                pvno=self.pvno,
                sender=syntax.tlv(self.sender),
                recipient=syntax.tlv(self.recipient),
                message_time=_any(_time_der(self.message_time)),
                protection_alg=_any(self.protection_alg.encode() if self.protection_alg else None),
                sender_kid=self.sender_kid,
                recip_kid=self.recip_kid,
                transaction_id=self.transaction_id,
                sender_nonce=self.sender_nonce,
                recip_nonce=self.recip_nonce,
                free_text=list(self.free_text) or None,
                general_info=[syntax.tlv(item.encode()) for item in self.general_info] or None,
            )
        )


@dataclass(frozen=True, slots=True)
class Message:
    """PKIMessage. `protected_part` is the DER of SEQUENCE {header, body}, byte for byte as sent.

    `extra_certs` are certificates as DER, not yet parsed.
    """

    header: Header
    body: Body
    protected_part: bytes = field(repr=False)
    protection: bytes | None = field(default=None, repr=False)
    extra_certs: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def build(cls, header: Header, body: Body, extra_certs: tuple[bytes, ...] = ()) -> Message:
        """A message without protection; see `protection.protect_with_mac` and `…_signature`."""
        part = syntax.wrapped_list((header.encode(), encode_body(body)))
        return cls(header, body, part, extra_certs=extra_certs)

    @classmethod
    def decode(cls, der: bytes) -> Message:
        """Reads a message (DER). Raises MalformedMessageError, also over the size limits."""
        if len(der) > MAX_MESSAGE_BYTES:
            raise MalformedMessageError(f"message of {len(der)} bytes")
        value = syntax.decode(syntax.PKIMessage, der)
        certificates = value.extra_certs or []
        if len(certificates) > MAX_CERTIFICATES:
            raise MalformedMessageError(f"{len(certificates)} extra certificates")
        header = syntax.encode(value.header)
        return cls(
            header=Header.decode(header),
            body=decode_body(value.body),
            protected_part=syntax.wrapped_list((header, syntax.encode(value.body))),
            protection=syntax.octets(value.protection) if value.protection else None,
            extra_certs=tuple(syntax.encode(certificate) for certificate in certificates),
        )

    def encode(self) -> bytes:
        """PKIMessage as DER, with the bytes of `protected_part` unchanged."""
        header, body = syntax.items(self.protected_part)
        return syntax.encode(
            syntax.PKIMessage(
                header=header,
                body=body,
                protection=BitString(self.protection, 0) if self.protection is not None else None,
                extra_certs=[syntax.tlv(der) for der in self.extra_certs] or None,
            )
        )

    def protected(self, protection: bytes) -> Message:
        """A copy of the message with these protection bits."""
        return replace(self, protection=protection)


def _moment(value: syntax.AnyValue | None) -> datetime | None:
    """messageTime; None for forms that only BER allows (fractions, time zones)."""
    if value is None:
        return None
    try:
        return syntax.decoded_time(syntax.encode(value.value))
    except MalformedMessageError:
        return None


def _time_der(moment: datetime | None) -> bytes | None:
    return None if moment is None else syntax.encoded_time(moment)


def _any(der: bytes | None) -> syntax.AnyValue | None:
    return None if der is None else syntax.AnyValue(value=syntax.tlv(der))

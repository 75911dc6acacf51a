"""Checks on what a CMP message says of itself, before anybody asks who sent it."""

from __future__ import annotations

from datetime import datetime

from certclient.cmp import syntax
from certclient.cmp.messages import CMP2000, CMP2021, Header, MalformedMessageError
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.bank.refusal import RefusedError

MIN_TRANSACTION_ID = 16
MAX_OCTETS = 64
"""Of a transactionID or nonce: what a customer sends is stored, so it may not be any size."""

_COMMON_NAME = "2.5.4.3"


def check_header(header: Header, now: datetime, policy: BankPolicy) -> None:
    """Version, transactionID, senderNonce, messageTime (RFC 9483, 3.1). Raises RefusedError.

    `now` is the machine's time. A message without messageTime is let in: the transactionID already
    keeps an old one from being played again.
    """
    if header.pvno not in (CMP2000, CMP2021):
        raise RefusedError.unsupported_version()
    if not MIN_TRANSACTION_ID <= len(header.transaction_id or b"") <= MAX_OCTETS:
        raise RefusedError.malformed()
    if not policy.min_nonce_bytes <= len(header.sender_nonce or b"") <= MAX_OCTETS:
        raise RefusedError.bad_sender_nonce()
    sent = header.message_time
    if sent is not None and abs(now - sent) > policy.time_tolerance:
        raise RefusedError.bad_time()


def name_parts(name_der: bytes) -> tuple[tuple[str, str], ...]:
    """A Name (DER) as dotted OIDs and texts, so that names compare equal whatever string type
    (PrintableString, UTF8String) the sender chose. Raises RefusedError."""
    try:
        return tuple(_attribute(syntax.encode(rdn)) for rdn in syntax.items(name_der))
    except (MalformedMessageError, UnicodeDecodeError) as error:
        raise RefusedError.wrong_subject() from error


def names_only(name_der: bytes, common_name: str) -> bool:
    """Whether a Name (DER) is empty or nothing but this Common Name."""
    return name_parts(name_der) in ((), ((_COMMON_NAME, common_name),))


def _attribute(rdn_der: bytes) -> tuple[str, str]:
    members = syntax.items(syntax.retag(syntax.tlv(rdn_der), syntax.SEQUENCE))
    if len(members) != 1:
        raise MalformedMessageError("an RDN of this bank has one attribute")
    attribute = syntax.items(syntax.encode(members[0]))
    if len(attribute) != 2:
        raise MalformedMessageError("an attribute is a type and a value")
    return syntax.decoded_oid(attribute[0]), bytes(attribute[1].data).decode()

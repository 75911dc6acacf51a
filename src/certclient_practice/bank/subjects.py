"""Compares the subjects of requests with those on file."""

from __future__ import annotations

from certclient.cmp import syntax
from certclient.cmp.messages import MalformedMessageError
from certclient_practice.bank.ca import customer_subject
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.repositories.records import Customer

_COMMON_NAME = "2.5.4.3"


def name_parts(name_der: bytes) -> tuple[tuple[str, str], ...]:
    """Returns the attributes of a Name (DER) as pairs of dotted OID and text.

    Names then compare equal whichever string type (PrintableString, UTF8String) the sender chose.
    Raises RefusedError for a Name that does not decode or has a multi-valued RDN.
    """
    try:
        return tuple(_attribute(syntax.encode(rdn)) for rdn in syntax.items(name_der))
    except (MalformedMessageError, UnicodeDecodeError) as error:
        raise RefusedError.wrong_subject() from error


def names_only(name_der: bytes, common_name: str) -> bool:
    """Returns whether a Name (DER) is empty or consists of this Common Name alone."""
    return name_parts(name_der) in ((), ((_COMMON_NAME, common_name),))


def subject_fits(subject: bytes, customer: Customer) -> bool:
    """Returns whether a Name (DER) is empty or the customer's subject on file."""
    on_file = name_parts(customer_subject(customer).public_bytes())
    return name_parts(subject) in ((), on_file)


def names_other(subject: bytes, customer: Customer) -> bool:
    """Returns whether a Name (DER) differs from the subject on file, which the bank issues for."""
    return not subject_fits(subject, customer)


def _attribute(rdn_der: bytes) -> tuple[str, str]:
    # An RDN is a SET, but `items` reads a SEQUENCE.
    members = syntax.items(syntax.retag(syntax.tlv(rdn_der), syntax.SEQUENCE))
    if len(members) != 1:
        raise MalformedMessageError("an RDN of this bank has one attribute")
    attribute = syntax.items(syntax.encode(members[0]))
    if len(attribute) != 2:
        raise MalformedMessageError("an attribute is a type and a value")
    return syntax.decoded_oid(attribute[0]), bytes(attribute[1].data).decode()

"""Small values used throughout a CMP message: algorithms, GeneralName, CertId."""

from __future__ import annotations

from dataclasses import dataclass

from certclient.cmp import syntax
from certclient.cmp.syntax import MalformedMessageError

_DIRECTORY_NAME = 0xA4
"""GeneralName directoryName [4], explicit because Name is a CHOICE (RFC 5280, 4.2.1.6)."""

EMPTY_NAME = bytes((syntax.SEQUENCE, 0))
"""The NULL-DN: a Name without RDNs."""


@dataclass(frozen=True, slots=True)
class AlgorithmIdentifier:
    """RFC 5280, 4.1.1.2: a dotted OID and the DER of the parameters, None if absent."""

    oid: str
    parameters: bytes | None = None

    @classmethod
    def decode(cls, der: bytes) -> AlgorithmIdentifier:
        """Reads an AlgorithmIdentifier (DER). Raises MalformedMessageError."""
        items = syntax.items(der)
        if not 1 <= len(items) <= 2:
            raise MalformedMessageError("AlgorithmIdentifier has one or two members")
        parameters = syntax.encode(items[1]) if len(items) == 2 else None
        return cls(syntax.decoded_oid(items[0]), parameters)

    def encode(self) -> bytes:
        """AlgorithmIdentifier as DER; parameters of None are absent, not NULL."""
        return syntax.wrapped_list((syntax.encoded_oid(self.oid), self.parameters or b""))


def directory_name(name: bytes) -> bytes:
    """A GeneralName (DER) that holds the Name `name` (DER)."""
    return syntax.wrap(_DIRECTORY_NAME, name)


def name_in(general_name: bytes) -> bytes | None:
    """The Name (DER) in a GeneralName; None if it is of another kind (a URI, say).

    Raises MalformedMessageError for a directoryName that does not hold exactly one TLV.
    """
    value = syntax.tlv(general_name)
    if value.tag_bytes != bytes((_DIRECTORY_NAME,)):
        return None
    return syntax.encode(syntax.tlv(bytes(value.data)))


@dataclass(frozen=True, slots=True)
class CertId:
    """RFC 4211, 6.5: identifies a certificate by issuer Name (DER) and serial number."""

    issuer: bytes
    serial: int

    @classmethod
    def decode(cls, der: bytes) -> CertId:
        """Reads a CertId (DER). Raises MalformedMessageError, also without a directoryName."""
        value = syntax.decode(syntax.CertId, der)
        issuer = name_in(syntax.encode(value.issuer))
        if issuer is None:
            raise MalformedMessageError("CertId names no directoryName")
        return cls(issuer, value.serial_number)

    def encode(self) -> bytes:
        """CertId as DER."""
        issuer = syntax.tlv(directory_name(self.issuer))
        return syntax.encode(syntax.CertId(issuer=issuer, serial_number=self.serial))

"""Small values that every part of a CMP message uses: algorithms, GeneralName, CertId."""

from __future__ import annotations

from dataclasses import dataclass

from certclient.cmp import syntax
from certclient.cmp.syntax import MalformedMessageError

_DIRECTORY_NAME = 0xA4
"""GeneralName directoryName [4], explicit because Name is a CHOICE (RFC 5280, 4.2.1.6)."""

EMPTY_NAME = bytes((syntax.SEQUENCE, 0))
"""The NULL-DN: a Name without any RDN."""


@dataclass(frozen=True, slots=True)
class AlgorithmIdentifier:
    """RFC 5280, 4.1.1.2: a dotted OID and the DER of the parameters, None where absent."""

    oid: str
    parameters: bytes | None = None

    @classmethod
    def decode(cls, der: bytes) -> AlgorithmIdentifier:
        items = syntax.items(der)
        if not 1 <= len(items) <= 2:
            raise MalformedMessageError("AlgorithmIdentifier has one or two members")
        parameters = syntax.encode(items[1]) if len(items) == 2 else None
        return cls(syntax.decoded_oid(items[0]), parameters)

    def encode(self) -> bytes:
        return syntax.wrapped_list((syntax.encoded_oid(self.oid), self.parameters or b""))


def directory_name(name: bytes) -> bytes:
    """GeneralName (DER) that holds the Name `name` (DER)."""
    return syntax.wrap(_DIRECTORY_NAME, name)


def name_in(general_name: bytes) -> bytes | None:
    """The Name (DER) in a GeneralName, or None where it is of another kind (an URI, say)."""
    value = syntax.tlv(general_name)
    if value.tag_bytes != bytes((_DIRECTORY_NAME,)):
        return None
    return syntax.encode(syntax.tlv(bytes(value.data)))


@dataclass(frozen=True, slots=True)
class CertId:
    """RFC 4211, 6.5: one certificate by issuer Name (DER) and serial number."""

    issuer: bytes
    serial: int

    @classmethod
    def decode(cls, der: bytes) -> CertId:
        value = syntax.decode(syntax.CertId, der)
        issuer = name_in(syntax.encode(value.issuer))
        if issuer is None:
            raise MalformedMessageError("CertId names no directoryName")
        return cls(issuer, value.serial_number)

    def encode(self) -> bytes:
        issuer = syntax.tlv(directory_name(self.issuer))
        return syntax.encode(syntax.CertId(issuer=issuer, serial_number=self.serial))

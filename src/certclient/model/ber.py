"""A tolerant walk over BER and DER (X.690): reads what is there and never raises.

For certificates that lie in a store, whoever wrote them: indefinite and overlong lengths, strings
in pieces, non-minimal numbers. What a CA has just issued is judged by stricter code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31

_CONSTRUCTED = 0x20
_CLASS_AND_NUMBER = 0xDF
_INDEFINITE = 0x80
_MAX_LENGTH_BYTES = 8
_MAX_OID, _MAX_INTEGER = 256, 1024
"""Octets. Python refuses to print integers of more than 4300 digits."""

_MAX_DEPTH = 32
"""Nested indefinite lengths that are followed; certificates have fewer than ten levels."""


@dataclass(frozen=True, slots=True)
class Tlv:
    """One element: its first identifier octet, its content, and its encoding as it stands."""

    tag: int
    content: bytes
    encoding: bytes

    @property
    def constructed(self) -> bool:
        """Whether the content consists of further elements."""
        return bool(self.tag & _CONSTRUCTED)

    def is_a(self, tag: int) -> bool:
        """Whether it has the class and number of `tag`, in one piece or in several."""
        return (self.tag ^ tag) & _CLASS_AND_NUMBER == 0


def read(data: bytes) -> Tlv | None:
    """The element at the start of `data`; None if there is no complete one. Ignores the rest."""
    found = _read_at(data, 0, 0)
    return None if found is None else found[0]


def has_der_length(data: bytes) -> bool:
    """Whether `data` is one element whose length is encoded as DER asks (X.690, 10.1), so that it
    may stand in a DER message as it is."""
    found = read(data)
    return found is not None and encoded(found.tag, found.content) == data


def children(element: Tlv | None) -> tuple[Tlv, ...] | None:
    """The elements in a constructed one; None if it is none, or its content is damaged."""
    if element is None or not element.constructed:
        return None
    found = tuple(_elements(element.content))
    complete = sum(len(one.encoding) for one in found) == len(element.content)
    return found if complete else None


def octets(element: Tlv) -> bytes:
    """The content of a string, put together if it comes in pieces (X.690, 8.7.3)."""
    return _octets(element, 0)


def integer(element: Tlv | None) -> int | None:
    """The value of an INTEGER of either sign; None if it is none, empty or absurdly long."""
    if element is None or element.tag != INTEGER or not 0 < len(element.content) <= _MAX_INTEGER:
        return None
    return int.from_bytes(element.content, "big", signed=True)


def boolean(element: Tlv) -> bool | None:
    """The value of a BOOLEAN; any octet but 0 is true (X.690, 8.2.2). None if it is none."""
    if element.tag != BOOLEAN or len(element.content) != 1:
        return None
    return element.content != b"\x00"


def object_identifier(element: Tlv) -> str | None:
    """The dotted form of an OBJECT IDENTIFIER; None if it is none or damaged."""
    content = element.content
    if element.tag != OBJECT_IDENTIFIER or not 0 < len(content) <= _MAX_OID or content[-1] & 0x80:
        return None
    numbers, value = [], 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def bit_string(element: Tlv) -> bytes | None:
    """The octets of a BIT STRING, without the count of unused bits; None if it is damaged."""
    if element.tag != BIT_STRING or not element.content or element.content[0] > 7:
        return None
    return element.content[1:]


def encoded(tag: int, content: bytes) -> bytes:
    """The DER of an element with this identifier octet."""
    length = len(content)
    if length < _INDEFINITE:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _INDEFINITE | len(size))) + size + content


def encoded_integer(value: int) -> bytes:
    """The DER of an INTEGER."""
    bits = (value if value >= 0 else ~value).bit_length()
    return encoded(INTEGER, value.to_bytes(bits // 8 + 1, "big", signed=True))


def encoded_oid(dotted: str) -> bytes:
    """The DER of an OBJECT IDENTIFIER from its dotted form, as `object_identifier` returns it."""
    first, second, *others = (int(number) for number in dotted.split("."))
    content = b"".join(_base_128(number) for number in (40 * first + second, *others))
    return encoded(OBJECT_IDENTIFIER, content)


def _base_128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return bytes(reversed(octets))


def _octets(element: Tlv, depth: int) -> bytes:
    pieces = children(element) if depth < _MAX_DEPTH else None
    if pieces is None:
        return element.content
    return b"".join(_octets(piece, depth + 1) for piece in pieces)


def _elements(data: bytes) -> Iterator[Tlv]:
    position = 0
    while (found := _read_at(data, position, 0)) is not None:
        element, position = found
        yield element


def _read_at(data: bytes, start: int, depth: int) -> tuple[Tlv, int] | None:
    """The element at `start` and the position after it."""
    header = _header(data, start)
    if header is None:
        return None
    begin, length = header
    if length is None:
        return _read_indefinite(data, start, begin, depth)
    end = begin + length
    if end > len(data):
        return None
    return Tlv(data[start], data[begin:end], data[start:end]), end


def _header(data: bytes, start: int) -> tuple[int, int | None] | None:
    """Where the content begins and its length in bytes; a length of None is indefinite."""
    position = start + 1
    if position >= len(data):
        return None
    if data[start] & 0x1F == 0x1F:
        # A tag number above 30, in further octets; certclient needs none of them.
        while data[position] & 0x80:
            position += 1
            if position >= len(data):
                return None
        position += 1
        if position >= len(data):
            return None
    length = data[position]
    position += 1
    if length == _INDEFINITE:
        return position, None
    if length > _INDEFINITE:
        count = length & 0x7F
        significant = data[position : position + count].lstrip(b"\x00")
        if position + count > len(data) or len(significant) > _MAX_LENGTH_BYTES:
            return None
        position += count
        length = int.from_bytes(significant, "big")
    return position, length


def _read_indefinite(data: bytes, start: int, begin: int, depth: int) -> tuple[Tlv, int] | None:
    """An element that ends with two zero octets (X.690, 8.1.5)."""
    if depth >= _MAX_DEPTH or not data[start] & _CONSTRUCTED:
        return None
    position = begin
    while data[position : position + 2] != b"\x00\x00":
        found = _read_at(data, position, depth + 1)
        if found is None:
            return None
        position = found[1]
    return Tlv(data[start], data[begin:position], data[start : position + 2]), position + 2

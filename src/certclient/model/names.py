"""Reads distinguished names of any origin, and compares them as RFC 5280, 7.1 asks."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from certclient.model import ber
from certclient.model.ber import Tlv

CanonicalName = tuple[object, ...]
"""A value that is equal for names that RFC 5280, 7.1 holds to be the same; good as a key."""

_DN_LABELS = {
    "2.5.4.6": "Country",
    "2.5.4.8": "State",
    "2.5.4.7": "Locality",
    "2.5.4.10": "Organization",
    "2.5.4.11": "Organizational Unit",
    "2.5.4.3": "Common Name",
    "2.5.4.5": "Serial Number",
    "1.2.840.113549.1.9.1": "E-mail",
}
"""The seeds' labels (S1(2), the page after saving to the USB), in English on every screen."""

_DN_ORDER = tuple(_DN_LABELS)

COMMON_NAME = "2.5.4.3"

ATTRIBUTE_TYPES = {
    "C": "2.5.4.6",
    "ST": "2.5.4.8",
    "L": "2.5.4.7",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "CN": COMMON_NAME,
    "serialNumber": "2.5.4.5",
    "emailAddress": "1.2.840.113549.1.9.1",
    "DC": "0.9.2342.19200300.100.1.25",
    "UID": "0.9.2342.19200300.100.1.1",
    "title": "2.5.4.12",
    "SN": "2.5.4.4",
    "GN": "2.5.4.42",
    "organizationIdentifier": "2.5.4.97",
}
"""Short names of attributes (RFC 4514, 3; RFC 4519; X.520) and their dotted OIDs."""

_DOTTED = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,17})){1,30}")

_UTF8, _T61, _BMP, _UNIVERSAL = 0x0C, 0x14, 0x1E, 0x1C
_OTHER_STRINGS = frozenset({0x12, 0x13, 0x15, 0x16, 0x19, 0x1A, 0x1B})
"""NumericString, PrintableString, VideotexString, IA5String, Graphic-, Visible-, GeneralString."""

_MAPPED_TO_NOTHING = frozenset("\u034f\u180b\u180c\u180d\ufffc") | {
    chr(selector) for selector in range(0xFE00, 0xFE10)
}
"""RFC 4518, 2.2, besides the control and format characters."""

_C1 = re.compile(rb"[\x80-\x9f]")
_HALF_WIDTH_KATAKANA = re.compile(rb"[\xa1-\xdf]{2,}")
_LATIN_1_SIGNS = re.compile(rb"[\xa6-\xbf]")


@dataclass(frozen=True, slots=True)
class NameAttribute:
    """One attribute of a name: its dotted OID, its text, and the element that holds its value."""

    oid: str
    text: str
    value: Tlv

    @property
    def is_text(self) -> bool:
        """Whether its value is of a string type; another value is shown in hex."""
        return _is_string(self.value)


@lru_cache(maxsize=256)
def attributes(name: bytes) -> tuple[tuple[NameAttribute, ...], ...] | None:
    """The RDNs of a Name (BER), each with its attributes in their order; None if it is damaged.

    An RDN without an attribute is kept: names that differ in one are not the same. Text of any
    string type is read, with replacement characters at worst.
    """
    element = ber.read(name)
    rdns = ber.children(element) if element is not None and element.tag == ber.SEQUENCE else None
    if element is None or rdns is None or len(element.encoding) != len(name):
        return None
    found = [_rdn(rdn) for rdn in rdns]
    whole = tuple(rdn for rdn in found if rdn is not None)
    return whole if len(whole) == len(found) else None


@lru_cache(maxsize=4096)
def canonical_name(name: bytes) -> CanonicalName:
    """The form of a Name (BER) in which two names are compared (RFC 5280, 7.1).

    Text is compared without regard to string type, case, and leading, trailing and repeated
    spaces (RFC 4518: NFKC, case folding); the attributes of one RDN in any order. A value that is
    no text counts as it is encoded, and so does a damaged name.
    """
    rdns = attributes(name)
    if rdns is None:
        return ("unreadable", name)
    return tuple(tuple(sorted(_canonical_attribute(one) for one in rdn)) for rdn in rdns)


def same_name(one: bytes, other: bytes) -> bool:
    """Whether two Names (BER) are the same as RFC 5280, 7.1 compares them."""
    return one == other or canonical_name(one) == canonical_name(other)


def canonical_values(name: bytes) -> Mapping[str, Counter[tuple[bool, str]]]:
    """The values of a Name (BER) by the dotted OID of their attribute, in the form in which they
    are compared (`canonical_name`), with how often each stands there; {} for a damaged name."""
    found: dict[str, Counter[tuple[bool, str]]] = defaultdict(Counter)
    for rdn in attributes(name) or ():
        for oid, is_text, value in map(_canonical_attribute, rdn):
            found[oid][is_text, value] += 1
    return found


def attribute_type(name: str) -> str | None:
    """The dotted OID of an attribute by its short name or OID; None for neither."""
    return ATTRIBUTE_TYPES.get(name) or (name if _DOTTED.fullmatch(name) else None)


def attribute_name(oid: str) -> str:
    """The attribute's short name; the OID of one without."""
    return next((name for name, known in ATTRIBUTE_TYPES.items() if known == oid), oid)


def dn_lines(name: bytes) -> tuple[tuple[str, str], ...]:
    """Label and value of each attribute in the seeds' order (Country first, Common Name last).

    Empty for a damaged name.

    Attributes of one type (the three Organizational Units) keep their order in the certificate;
    types that the seeds do not show come last, labelled with the dotted OID.
    """
    every = [one for rdn in attributes(name) or () for one in rdn]
    known = [one for oid in _DN_ORDER for one in every if one.oid == oid]
    other = [one for one in every if one.oid not in _DN_LABELS]
    return tuple((_DN_LABELS.get(one.oid, one.oid), one.text) for one in (*known, *other))


def _rdn(rdn: Tlv) -> tuple[NameAttribute, ...] | None:
    elements = ber.children(rdn) if rdn.tag == ber.SET else None
    if elements is None:
        return None
    found = [_attribute(one) for one in elements]
    whole = tuple(one for one in found if one is not None)
    return whole if len(whole) == len(found) else None


def _attribute(element: Tlv) -> NameAttribute | None:
    members = ber.children(element) if element.tag == ber.SEQUENCE else None
    if members is None or len(members) != 2:
        return None
    oid = ber.object_identifier(members[0])
    return None if oid is None else NameAttribute(oid, text_of(members[1]), members[1])


def text_of(value: Tlv) -> str:
    """The text of an attribute's value; the hex digits of a value that is no text."""
    raw = ber.octets(value)
    if value.is_a(_BMP):
        return raw.decode("utf-16-be", errors="replace")
    if value.is_a(_UNIVERSAL):
        return raw.decode("utf-32-be", errors="replace")
    return _decoded(raw) if _is_string(value) else raw.hex()


def _is_string(value: Tlv) -> bool:
    return value.tag & 0xDF in (_UTF8, _T61, _BMP, _UNIVERSAL, *_OTHER_STRINGS)


def _decoded(raw: bytes) -> str:
    """Text of one octet a character, as its writer probably meant it.

    UTF-8 and Shift_JIS stand in strings of every type. Latin-1 is taken for what is neither.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp932") if _looks_like_shift_jis(raw) else raw.decode("latin-1")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _looks_like_shift_jis(raw: bytes) -> bool:
    """Japanese text has lead bytes in 0x80 to 0x9F, which are control characters in Latin-1, or is
    all half-width katakana, of which Latin-1 has signs where a word has letters."""
    if _C1.search(raw):
        return True
    words = _HALF_WIDTH_KATAKANA.findall(raw)
    return any(_LATIN_1_SIGNS.search(word) for word in words)


def _canonical_attribute(attribute: NameAttribute) -> tuple[str, bool, str]:
    if not attribute.is_text:
        return attribute.oid, False, attribute.value.encoding.hex()
    return attribute.oid, True, prepared(attribute.text)


def prepared(text: str) -> str:
    """The form in which two texts of a name are compared.

    RFC 4518, 2: mapped and normalized, nothing prohibited, insignificant spaces removed.
    """
    folded = unicodedata.normalize("NFKC", legible(text).casefold())
    return " ".join(folded.split())


def legible(text: str) -> str:
    """`text` without what does not matter in a name except its case: characters that nobody sees,
    full and half width, leading, trailing and repeated spaces (RFC 4518, 2)."""
    mapped = "".join(" " if c.isspace() else c for c in text if not _is_ignored(c))
    return " ".join(unicodedata.normalize("NFKC", mapped).split())


def _is_ignored(character: str) -> bool:
    """RFC 4518, 2.2: characters that are mapped to nothing."""
    if character in _MAPPED_TO_NOTHING:
        return True
    return unicodedata.category(character) in ("Cc", "Cf") and not character.isspace()

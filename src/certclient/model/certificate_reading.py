"""Reads the fields of any certificate, each by itself; whatever its bytes, it never raises.

Reading is for certificates that lie somewhere and are shown, matched or renewed. It takes BER,
explicit defaults and any string type, and looks at no extension that certclient does not need: one
that nobody asked for cannot make a certificate vanish. Fields that cannot be read are named.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from certclient.model import ber, names
from certclient.model.ber import Tlv
from certclient.model.public_keys import rsa_numbers, rsa_spki

T = TypeVar("T")

FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
LAST_MOMENT = datetime.max.replace(microsecond=0, tzinfo=UTC)
"""9999-12-31 23:59:59, which also stands for "no expiry" (RFC 5280, 4.1.2.5)."""

KEY_USAGE = "2.5.29.15"
BASIC_CONSTRAINTS = "2.5.29.19"
EXTENDED_KEY_USAGE = "2.5.29.37"
SUBJECT_KEY_IDENTIFIER = "2.5.29.14"

_TBS_MEMBERS = 6
"""Serial number, signature algorithm, issuer, validity, subject, public key."""

_EXPLICIT_VERSION, _EXPLICIT_EXTENSIONS = 0xA0, 0xA3

_UTC_TIME = re.compile(
    rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(Z|[+-]\d\d(?:\d\d)?)?", re.IGNORECASE
)
_GENERALIZED_TIME = re.compile(
    rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,]\d+)?(Z|[+-]\d\d(?:\d\d)?)?", re.IGNORECASE
)


class CertificateField(enum.Enum):
    """A part of a certificate that certclient reads."""

    SERIAL = "serial"
    ISSUER = "issuer"
    SUBJECT = "subject"
    NOT_BEFORE = "not-before"
    NOT_AFTER = "not-after"
    PUBLIC_KEY = "public-key"
    BASIC_CONSTRAINTS = "basic-constraints"
    KEY_USAGE = "key-usage"
    EXTENDED_KEY_USAGE = "extended-key-usage"


class KeyUsage(enum.Enum):
    """The bits of keyUsage that certclient asks about (RFC 5280, 4.2.1.3), by their number."""

    DIGITAL_SIGNATURE = 0
    KEY_CERT_SIGN = 5
    CRL_SIGN = 6


class CertificateReader:
    """Reads the fields of one certificate (BER or DER), each by itself.

    A field that cannot be read is added to `unreadable` and has the value that its method names;
    bytes that are no certificate have no field that can. An extension that stands twice cannot.
    """

    def __init__(self, der: bytes) -> None:
        whole = ber.read(der)
        outer = ber.children(whole) or ()
        # TBSCertificate, signatureAlgorithm and signatureValue, and nothing after them.
        self.complete = whole is not None and len(outer) == 3 and whole.encoding == der
        parts = (ber.children(outer[0]) if outer else None) or ()
        self._parts = parts[1:] if parts and parts[0].tag == _EXPLICIT_VERSION else parts
        self._extensions = _extensions(self._parts)
        self.unreadable: set[CertificateField] = set()

    def serial(self) -> int:
        """The serial number: any integer, although RFC 5280 asks for a positive one; else 0."""
        return self._else(0, ber.integer(self._part(0)), CertificateField.SERIAL)

    def issuer(self) -> bytes:
        """The issuer's Name as it is encoded, else b""."""
        return self._else(b"", self._name(2), CertificateField.ISSUER)

    def subject(self) -> bytes:
        """The subject's Name as it is encoded, else b""."""
        return self._else(b"", self._name(4), CertificateField.SUBJECT)

    def not_before(self) -> datetime:
        """The first moment of validity (aware UTC), else FIRST_MOMENT."""
        return self._else(FIRST_MOMENT, self._moment(0), CertificateField.NOT_BEFORE)

    def not_after(self) -> datetime:
        """The last moment of validity (aware UTC), else LAST_MOMENT."""
        return self._else(LAST_MOMENT, self._moment(1), CertificateField.NOT_AFTER)

    def spki(self) -> bytes:
        """The SubjectPublicKeyInfo, else b"". An RSA key's in DER and with a NULL, as stores make
        it."""
        return self._else(b"", self._spki(), CertificateField.PUBLIC_KEY)

    def is_ca(self) -> bool:
        """Whether basicConstraints says so, also where FALSE is written out; else False."""
        value = self._extension(BASIC_CONSTRAINTS, CertificateField.BASIC_CONSTRAINTS)
        return value is not None and self._else(
            False, _is_ca(value), CertificateField.BASIC_CONSTRAINTS
        )

    def key_usage(self) -> frozenset[KeyUsage] | None:
        """The usages; None without the extension, and if it cannot be read."""
        value = self._extension(KEY_USAGE, CertificateField.KEY_USAGE)
        found = None if value is None else _key_usage(value)
        return found if value is None else self._else(None, found, CertificateField.KEY_USAGE)

    def extended_key_usage(self) -> frozenset[str] | None:
        """The purposes as dotted OIDs; None without the extension, and if it cannot be read."""
        value = self._extension(EXTENDED_KEY_USAGE, CertificateField.EXTENDED_KEY_USAGE)
        found = None if value is None else _extended_key_usage(value)
        field = CertificateField.EXTENDED_KEY_USAGE
        return found if value is None else self._else(None, found, field)

    def extension(self, oid: str) -> bytes | None:
        """The value (DER) of another extension; None if it is absent or stands twice."""
        values = (self._extensions or {}).get(oid, ())
        return ber.octets(values[0]) if len(values) == 1 else None

    def subject_key_identifier(self) -> bytes | None:
        """The octets of the subjectKeyIdentifier; None if it is absent, twice or damaged."""
        value = self.extension(SUBJECT_KEY_IDENTIFIER)
        element = ber.read(value) if value else None
        return ber.octets(element) if element and element.is_a(ber.OCTET_STRING) else None

    @property
    def critical_extensions(self) -> frozenset[str]:
        """The dotted OIDs of the extensions that are marked as critical (RFC 5280, 4.2)."""
        members = [ber.children(one) or () for one in _extension_list(self._parts) or ()]
        critical = [one for one in members if len(one) == 3 and ber.boolean(one[1]) is not False]
        return frozenset(oid for one in critical if (oid := ber.object_identifier(one[0])))

    @property
    def repeats_extensions(self) -> bool:
        """Whether an extension stands twice, which RFC 5280, 4.2 forbids."""
        return any(len(values) > 1 for values in (self._extensions or {}).values())

    def _else(self, default: T, value: T | None, field: CertificateField) -> T:
        if value is not None:
            return value
        self.unreadable.add(field)
        return default

    def _part(self, index: int) -> Tlv | None:
        return self._parts[index] if index < len(self._parts) else None

    def _name(self, index: int) -> bytes | None:
        element = self._part(index)
        if element is None or names.attributes(element.encoding) is None:
            return None
        return element.encoding

    def _moment(self, index: int) -> datetime | None:
        times = ber.children(self._part(3)) or ()
        return moment(times[index]) if len(times) == 2 else None

    def _spki(self) -> bytes | None:
        element = self._part(5)
        members = ber.children(element)
        if element is None or members is None or len(members) < 2:
            return None
        numbers = rsa_numbers(element.encoding)
        return rsa_spki(*numbers) if numbers else element.encoding

    def _extension(self, oid: str, field: CertificateField) -> Tlv | None:
        """The one extension of this kind; None if it is absent, or cannot be told."""
        values = () if self._extensions is None else self._extensions.get(oid, ())
        if self._extensions is None or len(values) > 1:
            self.unreadable.add(field)
            return None
        return values[0] if values else None


def _extensions(parts: Sequence[Tlv]) -> Mapping[str, Sequence[Tlv]] | None:
    """The values of the extensions by dotted OID: more than one where an OID stands twice.

    None if there is no list of them where one should be. Passes over damaged members.
    """
    extensions = _extension_list(parts)
    if extensions is None:
        return None
    found: dict[str, list[Tlv]] = {}
    for extension in extensions:
        members = ber.children(extension) or ()
        oid = ber.object_identifier(members[0]) if len(members) > 1 else None
        if oid is not None:
            found.setdefault(oid, []).append(members[-1])
    return found


def _extension_list(parts: Sequence[Tlv]) -> Sequence[Tlv] | None:
    """The extensions; none of a certificate without a list, None if there should be one."""
    wrapper = next((one for one in parts[6:] if one.tag == _EXPLICIT_EXTENSIONS), None)
    if wrapper is None:
        return () if len(parts) >= _TBS_MEMBERS else None
    lists = ber.children(wrapper) or ()
    return ber.children(lists[0] if lists else None)


def _is_ca(value: Tlv) -> bool | None:
    """Whether basicConstraints names a CA, also where FALSE is written out; None if damaged."""
    members = ber.children(ber.read(ber.octets(value)))
    if members is None:
        return None
    if not members or members[0].tag != ber.BOOLEAN:
        return False
    return ber.boolean(members[0])


def _key_usage(value: Tlv) -> frozenset[KeyUsage] | None:
    """The usages in a keyUsage extension; None if it is damaged."""
    element = ber.read(ber.octets(value))
    bits = None if element is None else ber.bit_string(element)
    if bits is None:
        return None
    return frozenset(usage for usage in KeyUsage if _bit(bits, usage.value))


def _extended_key_usage(value: Tlv) -> frozenset[str] | None:
    """The dotted OIDs in an extendedKeyUsage extension; None if one of them is damaged."""
    members = ber.children(ber.read(ber.octets(value)))
    oids = [ber.object_identifier(member) for member in members or ()]
    found = frozenset(oid for oid in oids if oid is not None)
    return None if members is None or None in oids else found


def moment(element: Tlv) -> datetime | None:
    """A UTCTime or GeneralizedTime (aware UTC), also without seconds, with a fraction or an offset,
    or as the one with the tag of the other.

    A moment that Python cannot hold, as in the year 0, becomes the nearest that it can. None if
    it is no time.
    """
    if element.tag not in (ber.UTC_TIME, ber.GENERALIZED_TIME):
        return None
    text = element.content.strip()
    short = _UTC_TIME.fullmatch(text) if element.tag == ber.UTC_TIME else None
    match = short or _GENERALIZED_TIME.fullmatch(text)
    if match is None:
        return None
    *digits, offset = match.groups()
    year, month, day, hour, minute, second = (int(one or 0) for one in digits)
    if short:
        # RFC 5280, 4.1.2.5.1
        year += 1900 if year >= 50 else 2000
    elif year == 0:
        return FIRST_MOMENT
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    return _moved(local, _offset(offset))


def _moved(local: datetime, offset: timedelta) -> datetime:
    try:
        return local - offset
    except OverflowError:
        return LAST_MOMENT if offset < timedelta(0) else FIRST_MOMENT


def _offset(text: bytes | None) -> timedelta:
    """`+0900`; nothing counts as UTC, which RFC 5280 asks for."""
    if text is None or text in b"Zz":
        return timedelta(0)
    amount = timedelta(hours=int(text[1:3]), minutes=int(text[3:] or 0))
    return -amount if text.startswith(b"-") else amount


def _bit(bits: bytes, number: int) -> bool:
    return len(bits) > number // 8 and bool(bits[number // 8] & 0x80 >> number % 8)

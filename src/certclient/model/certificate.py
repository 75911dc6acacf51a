"""Facts read from a certificate: DN lines, serial number, expiry, owner."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certclient.model.errors import CertclientError, ErrorCode

TOKYO = ZoneInfo("Asia/Tokyo")
"""The time zone of every calendar day that certclient counts or shows."""

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What `cryptography` raises for bytes that are not a certificate, or not one that it supports."""

_DN_LABELS = {
    NameOID.COUNTRY_NAME: "Country",
    NameOID.STATE_OR_PROVINCE_NAME: "State",
    NameOID.LOCALITY_NAME: "Locality",
    NameOID.ORGANIZATION_NAME: "Organization",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "Organizational Unit",
    NameOID.COMMON_NAME: "Common Name",
    NameOID.SERIAL_NUMBER: "Serial Number",
    NameOID.EMAIL_ADDRESS: "E-mail",
}
"""The seeds' labels (S1(2), the page after saving to the USB), in English on every screen."""

_DN_ORDER = tuple(_DN_LABELS)


class Role(enum.Enum):
    """The owner's role: 管理者 or 利用者 (seed S2)."""

    ADMINISTRATOR = "administrator"
    USER = "user"


@dataclass(frozen=True, slots=True)
class SubjectRule:
    """How a bank writes the user ID into the Common Name.

    `pattern` has the named groups `user_id` and, where the bank uses one, `suffix` (the seeds'
    `TKYM1408054 1403`); a suffix in `administrator_suffixes` means 管理者 (S2: 1394). `issuers`
    holds the Common Names of the CAs that the rule applies to; empty means any.
    """

    pattern: re.Pattern[str]
    administrator_suffixes: frozenset[str] = frozenset()
    issuers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Owner:
    """The holder of a certificate: user ID, contract suffix ("" if none), role."""

    user_id: str
    suffix: str
    role: Role


@dataclass(frozen=True, slots=True)
class Certificate:
    """The fields of a certificate that certclient uses. Times are aware UTC.

    `der` is the certificate as DER bytes and alone decides equality; `subject` and `issuer` are DER
    Names, `spki` is a DER SubjectPublicKeyInfo.
    """

    der: bytes = field(repr=False)
    serial: int = field(compare=False)
    subject: bytes = field(compare=False, repr=False)
    issuer: bytes = field(compare=False, repr=False)
    dn_lines: tuple[tuple[str, str], ...] = field(compare=False)
    issuer_lines: tuple[tuple[str, str], ...] = field(compare=False, repr=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    spki: bytes = field(compare=False, repr=False)
    client_auth: bool = field(compare=False)
    is_ca: bool = field(compare=False)

    @classmethod
    def from_der(cls, der: bytes) -> Certificate:
        """Parses DER bytes. Raises CertclientError(CERTIFICATE_UNREADABLE) for anything else."""
        try:
            return cls._from_x509(x509.load_der_x509_certificate(der))
        except _UNREADABLE as error:
            raise CertclientError(
                ErrorCode.CERTIFICATE_UNREADABLE, reason=str(error)[:200]
            ) from error

    @classmethod
    def _from_x509(cls, parsed: x509.Certificate) -> Certificate:
        if parsed.serial_number <= 0:
            raise ValueError("serial number is not positive (RFC 5280, 4.1.2.2)")
        return cls(
            der=parsed.public_bytes(Encoding.DER),
            serial=parsed.serial_number,
            subject=parsed.subject.public_bytes(),
            issuer=parsed.issuer.public_bytes(),
            dn_lines=_dn_lines(parsed.subject),
            issuer_lines=_dn_lines(parsed.issuer),
            not_before=parsed.not_valid_before_utc,
            not_after=parsed.not_valid_after_utc,
            spki=parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            client_auth=_allows_client_auth(parsed),
            is_ca=_is_ca(parsed),
        )

    @property
    def x509(self) -> x509.Certificate:
        """The certificate as a `cryptography` object, parsed anew on each access."""
        return x509.load_der_x509_certificate(self.der)

    @property
    def serial_hex(self) -> str:
        """The serial number in lower-case hex without separators, whole bytes, as in seed S1(2)."""
        digits = f"{self.serial:x}"
        return digits if len(digits) % 2 == 0 else f"0{digits}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER bytes in lower-case hex; identifies exactly this certificate."""
        digest = hashes.Hash(hashes.SHA256())
        digest.update(self.der)
        return digest.finalize().hex()

    @property
    def common_name(self) -> str:
        """The last Common Name of the subject, "" if there is none."""
        return next(
            (value for label, value in reversed(self.dn_lines) if label == "Common Name"), ""
        )

    @property
    def issuer_common_name(self) -> str:
        """The issuer's last Common Name; without one, the value of its last DN line."""
        names = [value for label, value in self.issuer_lines if label == "Common Name"]
        others = [value for _, value in self.issuer_lines]
        return (names or others or [""])[-1]

    @property
    def not_after_tokyo(self) -> datetime:
        """The end of validity in Asia/Tokyo, rounded down to the minute."""
        return self.not_after.astimezone(TOKYO).replace(second=0, microsecond=0)

    def valid_at(self, now: datetime) -> bool:
        """Whether `now` (aware) is in the validity period, ends included (RFC 5280, 4.1.2.5)."""
        return self.not_before <= now <= self.not_after

    def owner(self, rule: SubjectRule) -> Owner | None:
        """Parses user ID, suffix and role from the Common Name; None if the rule does not match."""
        if rule.issuers and self.issuer_common_name not in rule.issuers:
            return None
        match = rule.pattern.fullmatch(self.common_name)
        if match is None:
            return None
        groups = match.groupdict()
        suffix = groups.get("suffix") or ""
        role = Role.ADMINISTRATOR if suffix in rule.administrator_suffixes else Role.USER
        return Owner(user_id=groups["user_id"], suffix=suffix, role=role)


def _dn_lines(name: x509.Name) -> tuple[tuple[str, str], ...]:
    """Label and value of each attribute in the seeds' order (Country first, Common Name last).

    Attributes of one type (the three Organizational Units) keep their order in the certificate;
    types that the seeds do not show come last, labelled with the dotted OID.
    """
    known = [a for oid in _DN_ORDER for a in name.get_attributes_for_oid(oid)]
    other = [a for a in name if a.oid not in _DN_LABELS]
    return tuple(
        (_DN_LABELS.get(a.oid, a.oid.dotted_string), _text(a.value)) for a in (*known, *other)
    )


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def _allows_client_auth(parsed: x509.Certificate) -> bool:
    """Whether the extended key usage includes clientAuth; a missing extension does not count."""
    try:
        usages = parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in usages


def _is_ca(parsed: x509.Certificate) -> bool:
    try:
        return parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False

"""Facts read from a certificate: DN lines, serial number, expiry, owner."""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from certclient.model import names
from certclient.model.certificate_reading import CertificateField, CertificateReader, KeyUsage
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import in_tokyo
from certclient.model.public_keys import KeyKind, key_kind
from certclient.model.purposes import CLIENT_AUTH

if TYPE_CHECKING:
    from cryptography import x509

_IDENTIFYING = frozenset(
    (CertificateField.ISSUER, CertificateField.SERIAL, CertificateField.PUBLIC_KEY)
)


DATES = frozenset((CertificateField.NOT_BEFORE, CertificateField.NOT_AFTER))


class Role(enum.Enum):
    """The owner's role: 管理者 or 利用者 (seed S2)."""

    ADMINISTRATOR = "administrator"
    USER = "user"


@dataclass(frozen=True, slots=True)
class SubjectRule:
    """How a bank writes the user ID into the Common Name.

    `pattern` has the named groups `user_id` and, where the bank uses one, `suffix` (the seeds'
    `TKYM1408054 1403`); a suffix in `administrator_suffixes` means 管理者 (S2: 1394). `issuers`
    holds the Common Names of the CAs whose certificates in a store are this bank's; empty means
    any. What the bank's CA issues is judged by its path to the trust anchors instead.
    `may_change`: dotted OIDs of the subject's attributes that a renewal may change.
    """

    pattern: re.Pattern[str]
    administrator_suffixes: frozenset[str] = frozenset()
    issuers: frozenset[str] = frozenset()
    may_change: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Owner:
    """The holder of a certificate: user ID, contract suffix ("" if none), role."""

    user_id: str
    suffix: str
    role: Role

    @property
    def is_user(self) -> bool:
        """Whether this is a 利用者, whom the 管理者 helps."""
        return self.role is Role.USER


@dataclass(frozen=True, slots=True)
class Certificate:
    """The fields of a certificate that certclient uses. Times are aware UTC.

    `der` is the certificate's bytes as they lie there and alone decides equality; `subject` and
    `issuer` are Names as they are encoded, `spki` is a SubjectPublicKeyInfo (DER for RSA).
    `key_usage` and `extended_key_usage` (dotted OIDs) are None without the extension. `unreadable`
    names the fields that could not be read; what they hold then, `CertificateReader` documents.
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
    is_ca: bool = field(compare=False)
    key_kind: KeyKind = field(compare=False)
    key_usage: frozenset[KeyUsage] | None = field(compare=False, repr=False)
    extended_key_usage: frozenset[str] | None = field(compare=False, repr=False)
    unreadable: frozenset[CertificateField] = field(compare=False)

    @classmethod
    def read(cls, der: bytes) -> Certificate:
        """Reads what lies in a store, a journal or a TLS handshake, field by field. Never raises.

        Takes any bytes: `unreadable` names what could not be read. What a CA has just issued is
        judged by `from_der` instead. Equal bytes are read once: stores are looked through often.
        """
        return _read(der)

    @classmethod
    def from_der(cls, der: bytes) -> Certificate:
        """Reads a certificate that a CA has just issued, or that speaks for one, strictly.

        Raises CertclientError(CERTIFICATE_UNREADABLE) for bytes that are no DER certificate, a
        field of ours that cannot be read, an extension that stands twice, and a serial number that
        is not positive (RFC 5280, 4.1.2.2).
        """
        certificate = cls.read(der)
        if certificate.unreadable:
            raise _refused(", ".join(sorted(one.value for one in certificate.unreadable)))
        if certificate.serial <= 0:
            raise _refused("serial number is not positive (RFC 5280, 4.1.2.2)")
        if CertificateReader(der).repeats_extensions:
            raise _refused("an extension stands twice (RFC 5280, 4.2)")
        certificate._require_x509()
        return certificate

    def _require_x509(self) -> None:
        """Raises CERTIFICATE_UNREADABLE if `cryptography` takes it for no certificate."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.x509 import InvalidVersion

        try:
            _ = self.x509
        except (ValueError, TypeError, UnsupportedAlgorithm, InvalidVersion) as error:
            raise _refused(str(error)[:200]) from error

    @property
    def x509(self) -> x509.Certificate:
        """The certificate as a `cryptography` object, parsed anew on each access.

        For judging only: raises ValueError or TypeError for what `cryptography` does not take.
        """
        from cryptography.x509 import load_der_x509_certificate

        return load_der_x509_certificate(self.der)

    @property
    def client_auth(self) -> bool:
        """Whether the extended key usage includes clientAuth; False without the extension."""
        return CLIENT_AUTH in (self.extended_key_usage or ())

    @property
    def identity(self) -> tuple[object, ...]:
        """Issuer, serial number and public key, all needed to archive or delete safely.

        The bytes alone for a certificate of which one of them cannot be read: two such must not
        be taken for one.
        """
        if self.unreadable & _IDENTIFYING:
            return (self.der,)
        return self.issuer, self.serial, self.spki

    @property
    def serial_hex(self) -> str:
        """The serial number in lower-case hex without separators, whole bytes, as in seed S1(2).

        "" if it cannot be read; with a minus sign if some CA issued a negative one.
        """
        if CertificateField.SERIAL in self.unreadable:
            return ""
        digits = f"{abs(self.serial):x}"
        padded = digits if len(digits) % 2 == 0 else f"0{digits}"
        return f"-{padded}" if self.serial < 0 else padded

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER bytes in lower-case hex; identifies exactly this certificate."""
        return hashlib.sha256(self.der).hexdigest()

    def is_exactly(self, name: str) -> bool:
        """Whether `name`, as a user may write it, is its serial number or fingerprint in hex.

        Upper and lower case are the same; blanks and colons do not count.
        """
        wanted = "".join(name.split()).replace(":", "").lower()
        return bool(wanted) and wanted in (self.serial_hex, self.fingerprint)

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
    def self_issued(self) -> bool:
        """Whether issuer and subject are the same name (RFC 5280, 7.1), as a root's are."""
        return names.same_name(self.subject, self.issuer)

    def issued_by_name_of(self, issuer: Certificate) -> bool:
        """Whether its issuer is the subject of `issuer` (RFC 5280, 7.1). Verifies no signature."""
        return names.same_name(self.issuer, issuer.subject)

    @property
    def not_after_tokyo(self) -> datetime:
        """The end of validity in Asia/Tokyo, rounded down to the minute."""
        return in_tokyo(self.not_after).replace(second=0, microsecond=0)

    def valid_at(self, now: datetime) -> bool:
        """Whether `now` (aware) is in the validity period, ends included (RFC 5280, 4.1.2.5).

        False if a date cannot be read.
        """
        return not self.unreadable & DATES and self.not_before <= now <= self.not_after

    def owner(self, rule: SubjectRule) -> Owner | None:
        """Parses user ID, suffix and role from the Common Name; None if the rule does not match,
        or names other issuers."""
        owner = self.named_owner(rule)
        return owner if owner is not None and self.has_issuer(rule) else None

    def has_issuer(self, rule: SubjectRule) -> bool:
        """Whether a CA that the rule names has issued it, by name; any if it names none."""
        return not rule.issuers or self.issued_by_one_of(rule.issuers)

    def issued_by_one_of(self, common_names: Iterable[str]) -> bool:
        """Whether its issuer has one of these Common Names (RFC 5280, 7.1)."""
        return names.prepared(self.issuer_common_name) in map(names.prepared, common_names)

    def named_owner(self, rule: SubjectRule, *, exact: bool = False) -> Owner | None:
        """The owner by the Common Name, whoever issued it; None if the rule does not match.

        `exact`: the Common Name as it is must match, as of a certificate that was just issued.
        Otherwise a Common Name that matches only without its hidden characters and surplus
        spaces is the same customer's (RFC 5280, 7.1).
        """
        match = self._name_match(rule, exact=exact)
        if match is None:
            return None
        groups = match.groupdict()
        suffix = groups.get("suffix") or ""
        role = Role.ADMINISTRATOR if suffix in rule.administrator_suffixes else Role.USER
        return Owner(user_id=groups["user_id"], suffix=suffix, role=role)

    def owner_name(self, rule: SubjectRule) -> str:
        """User ID and suffix as the Common Name writes them, with what stands between them:
        `TKYM1408054 1403`, `U111111-A`. "" if the rule does not match."""
        match = self._name_match(rule)
        if match is None:
            return ""
        spans = [match.span(name) for name in match.groupdict() if name in ("user_id", "suffix")]
        used = [span for span in spans if span[0] >= 0]
        return match.string[min(start for start, _ in used) : max(end for _, end in used)]

    def _name_match(self, rule: SubjectRule, *, exact: bool = False) -> re.Match[str] | None:
        common_names = (value for label, value in self.dn_lines if label == "Common Name")
        matches = [m for name in common_names if (m := _match(rule.pattern, name, exact))]
        return matches[-1] if matches else None


def _match(pattern: re.Pattern[str], name: str, exact: bool) -> re.Match[str] | None:
    return pattern.fullmatch(name) or (None if exact else pattern.fullmatch(names.legible(name)))


def _refused(reason: str) -> CertclientError:
    return CertclientError(ErrorCode.CERTIFICATE_UNREADABLE, reason=reason)


@lru_cache(maxsize=2048)
def _read(der: bytes) -> Certificate:
    reader = CertificateReader(der)
    subject, issuer, spki = reader.subject(), reader.issuer(), reader.spki()
    return Certificate(
        der=der,
        serial=reader.serial(),
        subject=subject,
        issuer=issuer,
        dn_lines=names.dn_lines(subject),
        issuer_lines=names.dn_lines(issuer),
        not_before=reader.not_before(),
        not_after=reader.not_after(),
        spki=spki,
        key_kind=key_kind(spki),
        is_ca=reader.is_ca(),
        key_usage=reader.key_usage(),
        extended_key_usage=reader.extended_key_usage(),
        unreadable=frozenset(reader.unreadable),
    )

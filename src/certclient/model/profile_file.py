"""Parses a bank's profile from TOML, strictly, so that a typing error is found and reported.

docs/profile.md describes the format; `certclient.configuration.profiles` reads the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Literal, TypeVar

import msgspec

from certclient.model.ca_signatures import (
    ALL_CA_SIGNATURES,
    CaSignature,
    key_description,
    signatures_of,
)
from certclient.model.certificate import Certificate, SubjectRule
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.jws import public_key
from certclient.model.keys import KeySpec, Protection
from certclient.model.lifecycle import OBTAIN_DAYS, RENEW_DAYS, RenewalPolicy
from certclient.model.pem import certificates_from_pem, public_keys_from_pem
from certclient.model.profile import (
    CaSettings,
    Contacts,
    LocalizedText,
    MacAlgorithm,
    Profile,
    SecretPolicy,
    UpdateSettings,
)
from certclient.model.urls import check_url

T = TypeVar("T")
R = TypeVar("R")

Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
ProfileId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Days = Annotated[int, msgspec.Meta(ge=RENEW_DAYS[0], le=RENEW_DAYS[1])]
ReminderDays = Annotated[int, msgspec.Meta(ge=0, le=366)]
DaysAfter = Annotated[int, msgspec.Meta(ge=OBTAIN_DAYS[0], le=OBTAIN_DAYS[1])]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]

_ALL_DESTINATIONS = (Destination.PC, Destination.USB)


class _Strict(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Rejects unknown keys."""


class _LocalizedText(_Strict, frozen=True):
    ja: Sentence
    en: Sentence


class _Subject(_Strict, frozen=True):
    pattern: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    administrator_suffixes: tuple[ShortText, ...] = ()
    issuers: tuple[ShortText, ...] = ()


class _Renewal(_Strict, frozen=True):
    days_before: Days = 30
    obtain_days_after: DaysAfter = 90
    reminder_days: Annotated[
        tuple[ReminderDays, ...], msgspec.Meta(min_length=1, max_length=10)
    ] = (30, 10, 7, 3, 1, 0)
    ask_pin: SecretPolicy = SecretPolicy.NOBODY
    ask_one_time_password: SecretPolicy = SecretPolicy.NOBODY


class _Key(_Strict, frozen=True):
    bits: Literal[2048, 3072, 4096] = 2048
    protection: Protection = Protection.NONE
    prefer_tpm: bool = False


class _Ca(_Strict, frozen=True):
    url: str
    trust_anchors: str
    implicit_confirm: bool = False
    mac: MacAlgorithm = MacAlgorithm.PBMAC1
    signature_algorithms: Annotated[tuple[CaSignature, ...], msgspec.Meta(min_length=1)] = tuple(
        CaSignature
    )
    issuers: tuple[ShortText, ...] = ()


class _Tls(_Strict, frozen=True):
    trust_anchors: str


class _Contact(_LocalizedText, frozen=True):
    phone: ShortText | None = None
    hours: _LocalizedText | None = None


class _Contacts(_Strict, frozen=True):
    user: _Contact
    administrator: _Contact


class _Storage(_Strict, frozen=True):
    destinations: Annotated[tuple[Destination, ...], msgspec.Meta(min_length=1)] = _ALL_DESTINATIONS
    pkcs11_modules: tuple[str, ...] = ()
    usb_guide_url: str = ""
    install_root: bool = False


class _Updates(_Strict, frozen=True):
    address: str
    public_keys: str


class _ProfileFile(_Strict, frozen=True):
    schema: Literal[1]
    id: ProfileId
    login_url: str
    bank: _LocalizedText
    subject: _Subject
    ca: _Ca
    contacts: _Contacts
    renewal: _Renewal = _Renewal()
    key: _Key = _Key()
    tls: _Tls | None = None
    storage: _Storage = _Storage()
    updates: _Updates | None = None
    rehearsal: bool = False
    login_test_url: str = ""


def profile_from_text(text: str, source: str) -> Profile:
    """Parses a profile from TOML `text`; `source` (the file's name) is for error messages.

    Raises CertclientError(PROFILE_INVALID) with data `file`, `key` (dotted, "" for the whole file)
    and `reason` for the first fault: not TOML, an unknown or missing key, a wrong type or number, a
    bad pattern, address, path or PEM. Raises PROFILE_ANCHOR (data `file`, `key`, `anchor`, `kind`)
    for a trust anchor whose key is too weak, or that no allowed signature algorithm fits.
    """
    return _Reader(source).read(text)


class _Reader:
    """Converts one file into a Profile; keeps the file's name for error messages."""

    def __init__(self, source: str) -> None:
        self._source = source

    def read(self, text: str) -> Profile:
        return self._profile(self._decoded(text))

    def _decoded(self, text: str) -> _ProfileFile:
        try:
            return msgspec.convert(tomllib.loads(text), _ProfileFile)
        except tomllib.TOMLDecodeError as error:
            raise self._invalid("", str(error)) from error
        except msgspec.ValidationError as error:
            raise self._invalid(*_key_and_reason(str(error))) from error

    def _profile(self, file: _ProfileFile) -> Profile:
        tls = file.tls
        return Profile(
            id=file.id,
            bank=_localized_text(file.bank),
            subject_rule=self._try("subject.pattern", _subject_rule, file.subject),
            renewal=RenewalPolicy(file.renewal.days_before, file.renewal.obtain_days_after),
            reminder_days=self._try("renewal.reminder_days", _falling, file.renewal.reminder_days),
            key=_key_spec(file),
            ca=self._ca(file.ca),
            tls_anchors=(
                self._anchors("tls.trust_anchors", tls.trust_anchors, ALL_CA_SIGNATURES)
                if tls
                else ()
            ),
            login_url=self._try("login_url", check_url, file.login_url),
            contacts=Contacts(_contact(file.contacts.user), _contact(file.contacts.administrator)),
            ask_pin=file.renewal.ask_pin,
            ask_one_time_password=file.renewal.ask_one_time_password,
            destinations=self._try("storage.destinations", _distinct, file.storage.destinations),
            pkcs11_modules=self._try(
                "storage.pkcs11_modules", _module_paths, file.storage.pkcs11_modules
            ),
            usb_guide_url=self._optional_url("storage.usb_guide_url", file.storage.usb_guide_url),
            rehearsal=file.rehearsal,
            login_test_url=self._optional_url("login_test_url", file.login_test_url),
            install_root=file.storage.install_root,
            updates=self._updates(file.updates),
        )

    def _ca(self, ca: _Ca) -> CaSettings:
        allowed = frozenset(ca.signature_algorithms)
        return CaSettings(
            url=self._try("ca.url", check_url, ca.url),
            trust_anchors=self._anchors("ca.trust_anchors", ca.trust_anchors, allowed),
            implicit_confirm=ca.implicit_confirm,
            mac=ca.mac,
            signature_algorithms=allowed,
            issuers=frozenset(ca.issuers),
        )

    def _anchors(
        self, key: str, pem: str, allowed: frozenset[CaSignature]
    ) -> tuple[Certificate, ...]:
        """The anchors in `pem`; refuses one whose key no path could use."""
        certificates = self._try(key, _anchors, pem)
        for one in certificates:
            if not allowed & signatures_of(one.spki):
                raise CertclientError(
                    ErrorCode.PROFILE_ANCHOR,
                    file=self._source,
                    key=key,
                    anchor=one.common_name,
                    kind=key_description(one.spki),
                )
        return certificates

    def _updates(self, updates: _Updates | None) -> UpdateSettings | None:
        if updates is None:
            return None
        return UpdateSettings(
            address=self._try("updates.address", check_url, updates.address),
            keys=self._try("updates.public_keys", _public_keys, updates.public_keys),
        )

    def _optional_url(self, key: str, url: str) -> str:
        return self._try(key, check_url, url) if url else ""

    def _try(self, key: str, make: Callable[[T], R], value: T) -> R:
        """Returns `make(value)`; turns its ValueError into PROFILE_INVALID for `key`."""
        try:
            return make(value)
        except ValueError as error:
            raise self._invalid(key, str(error)) from error

    def _invalid(self, key: str, reason: str) -> CertclientError:
        return CertclientError(ErrorCode.PROFILE_INVALID, file=self._source, key=key, reason=reason)


_FIELD = re.compile(r"^Object (?P<what>contains unknown|missing required) field `(?P<field>[^`]*)`")
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")


def _key_and_reason(message: str) -> tuple[str, str]:
    """Splits msgspec's message into the dotted key and the reason."""
    path = _PATH.search(message)
    key = path["path"].replace("[...]", "") if path else ""
    field = _FIELD.match(message)
    if field is None:
        return key, _PATH.sub("", message)
    full_key = ".".join(part for part in (key, field["field"]) if part)
    return full_key, "unknown key" if field["what"] == "contains unknown" else "missing key"


def _key_spec(file: _ProfileFile) -> KeySpec:
    """The key's specification; Windows shows the bank's Japanese name in its prompt."""
    return KeySpec(file.key.bits, file.key.protection, file.key.prefer_tpm, file.bank.ja)


def _localized_text(texts: _LocalizedText) -> LocalizedText:
    return LocalizedText(ja=texts.ja, en=texts.en)


def _contact(contact: _Contact) -> LocalizedText:
    """Who can help, with number and hours in brackets as far as the profile has them."""
    hours, phone = contact.hours, contact.phone
    ja = "、".join(filter(None, (f"電話 {phone}" if phone else "", hours.ja if hours else "")))
    en = ", ".join(filter(None, (f"phone {phone}" if phone else "", hours.en if hours else "")))
    return LocalizedText(
        ja=f"{contact.ja}（{ja}）" if ja else contact.ja,
        en=f"{contact.en} ({en})" if en else contact.en,
    )


def _subject_rule(subject: _Subject) -> SubjectRule:
    try:
        pattern = re.compile(subject.pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    groups = set(pattern.groupindex)
    if "user_id" not in groups:
        raise ValueError("the pattern has no group named user_id")
    if unknown := groups - {"user_id", "suffix"}:
        raise ValueError(f"unknown group {', '.join(sorted(unknown))}")
    if subject.administrator_suffixes and "suffix" not in groups:
        raise ValueError("administrator_suffixes needs a group named suffix in the pattern")
    return SubjectRule(
        pattern, frozenset(subject.administrator_suffixes), frozenset(subject.issuers)
    )


def _falling(days: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(days)) != len(days):
        raise ValueError("a number of days appears twice")
    return tuple(sorted(days, reverse=True))


def _distinct(destinations: tuple[Destination, ...]) -> tuple[str, ...]:
    if len(set(destinations)) != len(destinations):
        raise ValueError("a destination appears twice")
    return tuple(destination.value for destination in destinations)


def _anchors(pem: str) -> tuple[Certificate, ...]:
    certificates = certificates_from_pem(pem)
    for certificate in certificates:
        if not certificate.is_ca:
            raise ValueError(f"not a CA certificate: {certificate.common_name}")
    return certificates


def _public_keys(pem: str) -> tuple[bytes, ...]:
    keys = public_keys_from_pem(pem)
    for spki in keys:
        public_key(spki)
    return keys


def _module_paths(paths: tuple[str, ...]) -> tuple[Path, ...]:
    """Keeps the paths for this operating system: one profile may list Windows and Linux modules."""
    for path in paths:
        _check_absolute(path)
    return tuple(Path(path) for path in paths if Path(path).is_absolute())


def _check_absolute(path: str) -> None:
    windows, posix = PureWindowsPath(path), PurePosixPath(path)
    if not (windows.is_absolute() or posix.is_absolute()):
        raise ValueError(f"not an absolute path: {path}")
    if windows.drive.startswith("\\\\"):
        raise ValueError(f"a path on another computer: {path}")
    if ".." in windows.parts:
        raise ValueError(f"a path with ..: {path}")

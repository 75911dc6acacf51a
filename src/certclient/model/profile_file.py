"""Parses a bank's profile from TOML, strictly, so that a typing error is found and reported.

docs/profile.md describes the format, `model.profile_syntax` its keys;
`certclient.configuration.profiles` reads the file.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeVar, cast

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
from certclient.model.faults import FaultError, Reason, fault_of, not_allowed
from certclient.model.issue_code import CodeRule, code_rule
from certclient.model.jws import public_key
from certclient.model.keys import KeyAlgorithm, KeySpec
from certclient.model.lifecycle import RenewalPolicy, closing_hour
from certclient.model.logo import colour, logo
from certclient.model.names import ATTRIBUTE_TYPES, attribute_type
from certclient.model.pem import certificates_from_pem, public_keys_from_pem
from certclient.model.profile import (
    BUILT_IN_PROTOCOLS,
    CMP,
    DEFAULT_MAC_ITERATIONS,
    EST,
    NO_TEXT,
    AccountingLink,
    Appearance,
    CaSettings,
    Contact,
    Contacts,
    LocalizedText,
    MacAlgorithm,
    MacFloor,
    MoveSettings,
    Profile,
    RevocationSettings,
    SecretPolicy,
    UpdateSettings,
)
from certclient.model.profile_syntax import (
    CaTable,
    CodesTable,
    ContactTable,
    LocalizedTable,
    MoveTable,
    ProfileTable,
    RenewalTable,
    RevocationTable,
    SubjectTable,
    UpdatesTable,
)
from certclient.model.purposes import PURPOSES, purpose_of
from certclient.model.shape import examine_shape
from certclient.model.toml_text import TomlSyntaxError, TomlText, parse, places
from certclient.model.urls import check_signed_url, check_url
from certclient.model.user_ids import can_give_suffix

T = TypeVar("T")
R = TypeVar("R")

_FOR_CMP: dict[str, object] = {
    "ca.implicit_confirm": False,
    "ca.mac": MacAlgorithm.PBMAC1,
    "ca.min_mac_iterations": DEFAULT_MAC_ITERATIONS,
    "ca.allow_sha1_mac": False,
}
"""Keys that mean nothing to a CA that does not speak CMP, with their defaults."""

_NOT_FOR_EST: dict[str, object] = {
    "renewal.ask_pin": SecretPolicy.NOBODY,
    "renewal.ask_one_time_password": SecretPolicy.NOBODY,
}
"""Keys that a plug-in may serve and EST cannot, with their defaults. `ca.plugins` asks the plug-in,
which is not loaded to read a profile."""


def profile_from_text(text: str, source: str) -> Profile:
    """Parses a profile from TOML `text`; `source` (the file's name) is for error messages.

    Raises CertclientError for the first fault in the file, see `examine_profile`.
    """
    examined = examine_profile(text, source)
    if examined.profile is None:
        raise examined.faults[0]
    return examined.profile


@dataclass(frozen=True, slots=True)
class Examination:
    """A profile, or None and every fault in it, in the order of its lines.

    `text`: for the places of its keys; None if it is not TOML.
    """

    profile: Profile | None
    faults: Sequence[CertclientError] = ()
    text: TomlText | None = None


def examine_profile(text: str, source: str) -> Examination:
    """Parses a profile from TOML `text` and finds every fault in it.

    PROFILE_INVALID has the data `file`, `key` (dotted, "" for the whole file), `reason` (a value of
    `model.faults.Reason`) with what its sentence needs, and `line` and `column` as far as known.
    It stands for: not TOML, an unknown or missing key, a wrong type or number, a bad pattern,
    address, path or PEM. PROFILE_ANCHOR (data `file`, `key`, `anchor`, `kind`, `line`, `column`) is
    a trust anchor whose key is too weak, or that no allowed signature algorithm fits.
    """
    try:
        parsed = parse(text)
    except TomlSyntaxError as error:
        place = places(error.position)
        data = {"file": source, "key": "", "reason": error.reason.value, **error.data, **place}
        return Examination(None, (CertclientError(ErrorCode.PROFILE_INVALID, **data),))
    reader = _Reader(parsed, source)
    profile = reader.read()
    return Examination(None if reader.faults else profile, reader.faults, parsed)


class _Reader:
    """Converts one file into a Profile and collects what is wrong with it.

    After a fault it goes on with a placeholder to find the others, so that its profile may only be
    used if there is none.
    """

    def __init__(self, text: TomlText, source: str) -> None:
        self._text = text
        self._source = source
        self._found: list[CertclientError] = []

    @property
    def faults(self) -> Sequence[CertclientError]:
        """The faults found, in the order of the file; missing keys last, as a mistyped key comes
        with a missing one and explains it."""
        return sorted(self._found, key=_rank)

    def read(self) -> Profile:
        return self._profile(self._table())

    def _table(self) -> ProfileTable:
        try:
            return msgspec.convert(self._text.table, ProfileTable)
        except msgspec.ValidationError as error:
            table, faults = examine_shape(self._text.table, ProfileTable)
            # Refused in any case: the table may hold placeholders.
            faults = faults or [("", FaultError(Reason.OTHER, detail=str(error)))]
            self._found = [self._fault(key, fault) for key, fault in faults]
            return table

    def _profile(self, file: ProfileTable) -> Profile:
        tls = file.tls
        self._check_protocol(file)
        return Profile(
            id=file.id,
            bank=_localized_text(file.bank),
            subject_rule=self._subject_rule(file.subject),
            renewal=RenewalPolicy(
                file.renewal.days_before,
                file.renewal.obtain_days_after,
                self._try("renewal.until", closing_hour, file.renewal.until),
            ),
            reminder_days=self._reminder_days(file.renewal),
            key=self._key_spec(file),
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
            revocation=self._revocation(file.revocation),
            codes=self._codes(file.codes),
            accounting=tuple(
                AccountingLink(one.name, self._try(f"accounting[{number}].url", check_url, one.url))
                for number, one in enumerate(file.accounting)
            ),
            appearance=Appearance(
                self._try("appearance.colour", colour, file.appearance.colour),
                self._try("appearance.logo", logo, file.appearance.logo),
            ),
            move=self._move(file.move),
        )

    def _move(self, move: MoveTable) -> MoveSettings:
        return MoveSettings(
            old=move.old_certificate,
            code=_localized_text(move.code) if move.code is not None else None,
            program_url=self._optional_url("move.program_url", move.program_url),
        )

    def _codes(self, codes: CodesTable) -> CodeRule:
        kept = codes.hyphens == "kept"
        lengths = self._try("codes.lengths", _distinct_numbers, codes.lengths)
        rule = self._try(
            "codes.alphabet",
            lambda alphabet: code_rule(alphabet, lengths or (), hyphens=kept, case=codes.case),
            codes.alphabet,
        )
        return rule and replace(rule, attempts=codes.attempts)

    def _subject_rule(self, subject: SubjectTable) -> SubjectRule:
        rule = self._try("subject.pattern", _subject_rule, subject)
        if rule is not None:
            self._try("subject.administrator_suffixes", _check_suffixes, rule)
        may_change = self._try("subject.may_change", _attribute_types, subject.may_change)
        return rule and replace(rule, may_change=may_change)

    def _key_spec(self, file: ProfileTable) -> KeySpec:
        """The key's specification; Windows shows the bank's Japanese name in its prompt."""
        key, rsa = file.key, file.key.algorithm == "rsa"
        for name, given in (("bits", self._given("key", "bits")), ("pss", key.pss)):
            if given and not rsa:
                self._add(
                    self._fault(f"key.{name}", FaultError(Reason.RSA_ONLY, found=key.algorithm))
                )
        algorithm = KeyAlgorithm(f"rsa-{key.bits}" if rsa else key.algorithm)
        return KeySpec(algorithm, key.protection, key.prefer_tpm, file.bank.ja, key.pss)

    def _given(self, table: str, key: str) -> bool:
        """Whether the key stands in the file."""
        values = self._text.table.get(table)
        return isinstance(values, dict) and key in values

    def _reminder_days(self, renewal: RenewalTable) -> tuple[int, ...]:
        """The days as they stand; of the default, those within the time for renewal."""
        faulty = any(_within(error.data["key"], "renewal") for error in self._found)
        if not faulty and self._given("renewal", "reminder_days"):
            return self._try("renewal.reminder_days", _reminder_days, renewal)
        return tuple(day for day in renewal.reminder_days if day <= renewal.days_before)

    def _ca(self, ca: CaTable) -> CaSettings:
        allowed = frozenset(ca.signature_algorithms)
        return CaSettings(
            url=self._try("ca.url", check_url, ca.url),
            trust_anchors=self._anchors("ca.trust_anchors", ca.trust_anchors, allowed),
            implicit_confirm=ca.implicit_confirm,
            mac=ca.mac,
            mac_floor=MacFloor(ca.min_mac_iterations, ca.allow_sha1_mac),
            signature_algorithms=allowed,
            issuers=frozenset(ca.issuers),
            protocol=ca.protocol,
            max_validity_days=ca.max_validity_days,
            extended_key_usages=self._try(
                "ca.extended_key_usages", _purposes, ca.extended_key_usages
            ),
            require_extended_key_usage=ca.require_extended_key_usage,
            options=tuple(ca.options.items()),
        )

    def _check_protocol(self, file: ProfileTable) -> None:
        """What the CA's protocol cannot do. All but CMP have nothing but TLS to recognise it by."""
        protocol = file.ca.protocol
        if protocol in BUILT_IN_PROTOCOLS and file.ca.options:
            self._add(self._fault("ca.options", FaultError(Reason.PROTOCOL_OPTIONS)))
        if protocol == CMP:
            return
        for key, default in (_FOR_CMP | (_NOT_FOR_EST if protocol == EST else {})).items():
            table, name = key.split(".")
            if getattr(getattr(file, table), name) != default:
                self._add(self._fault(key, FaultError(Reason.PROTOCOL_KEY, protocol=protocol)))
        if file.tls is None and file.ca.url.lower().startswith("https:"):
            fault = FaultError(Reason.PROTOCOL_TLS, protocol=protocol)
            self._add(self._fault("ca.protocol", fault))

    def _anchors(
        self, key: str, pem: str, allowed: frozenset[CaSignature]
    ) -> tuple[Certificate, ...]:
        """The anchors in `pem`; refuses one whose key no path could use."""
        certificates = self._try(key, _anchors, pem) or ()
        for one in certificates:
            if not allowed & signatures_of(one.spki):
                kind = key_description(one.spki)
                data = {"anchor": one.common_name, "kind": kind}
                self._add(self._error(ErrorCode.PROFILE_ANCHOR, key, **data))
        return certificates

    def _updates(self, updates: UpdatesTable | None) -> UpdateSettings | None:
        if updates is None:
            return None
        return UpdateSettings(
            address=self._try("updates.address", check_url, updates.address),
            keys=self._try("updates.public_keys", _public_keys, updates.public_keys),
        )

    def _revocation(self, table: RevocationTable | None) -> RevocationSettings | None:
        if table is None:
            return None
        if not (table.ocsp_url or table.crl_url or table.from_certificate):
            self._add(self._fault("revocation", FaultError(Reason.NO_REVOCATION)))
        key = "revocation.ca_certificates"
        pem = table.ca_certificates
        return RevocationSettings(
            ocsp_url=self._signed_url("revocation.ocsp_url", table.ocsp_url),
            crl_url=self._signed_url("revocation.crl_url", table.crl_url),
            from_certificate=table.from_certificate,
            ca_certificates=self._anchors(key, pem, ALL_CA_SIGNATURES) if pem else (),
        )

    def _signed_url(self, key: str, url: str) -> str:
        """An address whose answers are signed, so that it need not be https."""
        return self._try(key, check_signed_url, url) if url else ""

    def _optional_url(self, key: str, url: str) -> str:
        return self._try(key, check_url, url) if url else ""

    def _try(self, key: str, make: Callable[[T], R], value: T) -> R:
        """Returns `make(value)`; records its ValueError as a fault of `key`."""
        try:
            return make(value)
        except ValueError as error:
            self._add(self._fault(key, fault_of(error)))
            return cast("R", None)  # never used: see the class

    def _fault(self, key: str, fault: FaultError) -> CertclientError:
        data = {"reason": fault.reason.value, **fault.data}
        return self._error(ErrorCode.PROFILE_INVALID, key, **data)

    def _error(self, code: ErrorCode, key: str, **data: str) -> CertclientError:
        place = places(self._text.position(key))
        return CertclientError(code, file=self._source, key=key, **place, **data)

    def _add(self, error: CertclientError) -> None:
        """Records an error, unless the value is a placeholder: something else is wrong with it."""
        key, known = error.data["key"], [one.data["key"] for one in self._found]
        if any(_within(key, one) or _within(one, key) for one in known):
            return
        self._found.append(error)


def _within(key: str, other: str) -> bool:
    return key == other or key.startswith((f"{other}.", f"{other}["))


def _rank(error: CertclientError) -> tuple[bool, int]:
    missing = error.data.get("reason") == Reason.MISSING_KEY.value
    return missing, int(error.data.get("line", "0"))


def _localized_text(texts: LocalizedTable) -> LocalizedText:
    return LocalizedText(ja=texts.ja, en=texts.en)


def _contact(contact: ContactTable) -> Contact:
    hours = _localized_text(contact.hours) if contact.hours else NO_TEXT
    return Contact(_localized_text(contact), contact.phone or "", hours)


def _subject_rule(subject: SubjectTable) -> SubjectRule:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python, about what a set may mean one day
            pattern = re.compile(subject.pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise FaultError(Reason.PATTERN_SYNTAX, detail=str(error)) from error
    groups = set(pattern.groupindex)
    if "user_id" not in groups:
        raise FaultError(Reason.PATTERN_USER_ID)
    if unknown := groups - {"user_id", "suffix"}:
        raise FaultError(Reason.PATTERN_GROUP, found=", ".join(sorted(unknown)))
    if subject.administrator_suffixes and "suffix" not in groups:
        raise FaultError(Reason.PATTERN_SUFFIX)
    return SubjectRule(
        pattern, frozenset(subject.administrator_suffixes), frozenset(subject.issuers)
    )


def _attribute_types(attributes: Sequence[str]) -> frozenset[str]:
    return frozenset(_known(one, attribute_type(one), ATTRIBUTE_TYPES) for one in attributes)


def _purposes(purposes: Sequence[str]) -> frozenset[str]:
    return frozenset(_known(one, purpose_of(one), PURPOSES) for one in purposes)


def _known(name: str, oid: str | None, names: Iterable[str]) -> str:
    if oid is None:
        raise not_allowed(name, names)
    return oid


def _check_suffixes(rule: SubjectRule) -> None:
    for suffix in sorted(rule.administrator_suffixes):
        if not can_give_suffix(rule.pattern, suffix):
            raise FaultError(Reason.SUFFIX_NEVER, found=suffix)


def _reminder_days(renewal: RenewalTable) -> tuple[int, ...]:
    """A reminder of what cannot be renewed yet would only annoy."""
    days = sorted(renewal.reminder_days, reverse=True)
    _check_distinct(days)
    if days and days[0] > renewal.days_before:
        raise FaultError(
            Reason.REMINDER_EARLY, found=str(days[0]), days_before=str(renewal.days_before)
        )
    return tuple(days)


def _distinct(destinations: tuple[Destination, ...]) -> tuple[str, ...]:
    names = tuple(destination.value for destination in destinations)
    _check_distinct(names)
    return names


def _distinct_numbers(numbers: tuple[int, ...]) -> tuple[int, ...]:
    _check_distinct(numbers)
    return tuple(sorted(numbers))


def _check_distinct(values: Sequence[object]) -> None:
    if repeated := [value for value, count in Counter(values).items() if count > 1]:
        raise FaultError(Reason.TWICE, found=str(repeated[0]))


def _anchors(pem: str) -> tuple[Certificate, ...]:
    certificates = certificates_from_pem(pem)
    for certificate in certificates:
        if not certificate.is_ca:
            raise FaultError(Reason.ANCHOR_NOT_CA, found=certificate.common_name)
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
        raise FaultError(Reason.PATH_RELATIVE, found=path[:200])
    if windows.drive.startswith("\\\\"):
        raise FaultError(Reason.PATH_REMOTE, found=path[:200])
    if ".." in windows.parts:
        raise FaultError(Reason.PATH_PARENT, found=path[:200])

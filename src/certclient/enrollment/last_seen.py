"""The certificates as a window saw them last, so that the next one has its list at once.

A file in the user's data folder with what `certclient list --json` shows of each certificate and
nothing secret. It counts for the same version, banks and journal; a list that needs more to be told
(open procedures, leftovers, certificates that nobody can read) is not remembered. Conditions are
not stored: `overview.evaluated` finds them again from the dates, as for any list.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from certclient import __version__
from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.inventory import InventoryEntry
from certclient.enrollment.journal import Rejection, RejectionSource
from certclient.enrollment.overview import Condition, Overview, Row, evaluated
from certclient.model.certificate import Certificate, Owner, Role
from certclient.model.certificate_reading import CertificateField
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef
from certclient.model.lifecycle import lifecycle_of
from certclient.model.public_keys import KeyKind
from certclient.model.stored_json import Moment, from_json
from certclient.platform.private_files import write_private
from certclient.store.base import Available, StoredCertificate, Unavailable
from certclient.store.names import browser_of, title_of
from certclient.store.unavailable import UnavailableStore

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from pathlib import Path

    from certclient.model.profile import Profile
    from certclient.store.base import CertificateStore

FILE = "last-seen.json"
_FORMAT = 1
_MAX_BYTES = 1 << 22


class _Error(msgspec.Struct, frozen=True):
    name: str
    data: dict[str, str]


class _Store(msgspec.Struct, frozen=True):
    id: str
    label: str
    destination: Destination
    browser: str
    title: str
    error: _Error | None


class _Certificate(msgspec.Struct, frozen=True):
    store: int
    profile: str
    fingerprint: str
    serial: str
    not_before: Moment
    not_after: Moment
    key_kind: KeyKind
    unreadable: list[CertificateField]
    friendly_name: str
    has_key: bool
    key_hidden: bool
    archived: bool
    user_id: str
    suffix: str
    role: Role
    name: str
    obstacle: _Error | None
    common_name: str


class _Rejection(msgspec.Struct, frozen=True):
    profile: str
    source: RejectionSource
    reason: str
    noted: Moment
    message: str


class _File(msgspec.Struct, frozen=True):
    format: int
    version: str
    banks: list[str]
    journal: str
    stores: list[_Store]
    certificates: list[_Certificate]
    rejections: dict[str, _Rejection]
    unconfirmed: dict[str, str]
    successors: dict[str, str]


@dataclass(frozen=True, slots=True)
class SeenCertificate(Certificate):
    """A certificate of which only what a list shows is known: `der`, names and keys are empty."""

    seen: str = ""
    """Its fingerprint."""

    @property
    def fingerprint(self) -> str:
        """See Certificate."""
        return self.seen


class SeenStore(UnavailableStore):
    """A store that was there when it was last looked at; nothing can be done with it."""

    def availability(self) -> Available | Unavailable:  # type: ignore[override]
        """As if it could be used, so that the list looks as it did."""
        return Available(needs_pin=False)


class LastSeen:
    """The file for these banks. One worker at a time writes it."""

    def __init__(self, folder: Path, profiles: Sequence[Profile]) -> None:
        self._path = folder / FILE
        self._profiles = {profile.id: profile for profile in profiles}
        self._written = b""

    def read(self, journal: Hashable, now: datetime) -> Overview | None:
        """The list at `now` (aware UTC), not `complete`; None if nothing is known, or not for the
        journal with this stamp, or the file is damaged. Never raises."""
        try:
            if not self._path.is_file():  # to open a pipe would wait
                return None
            with self._path.open("rb") as file:
                raw = file.read(_MAX_BYTES)
            found = from_json(raw, _File)
            mine = (_FORMAT, __version__, list(self._profiles), repr(journal))
            if (found.format, found.version, found.banks, found.journal) != mine:
                return None
            seen = self._overview(found, now)
        except (OSError, ValueError, LookupError, OverflowError):
            return None
        self._written = raw
        return seen

    def note(self, overview: Overview, journal: Hashable) -> None:
        """Remembers a complete scan; `journal`: the stamp of the journal before it was read.
        Forgets what was remembered if this list needs more to be told. Never raises."""
        try:
            raw = msgspec.json.encode(_file(overview, list(self._profiles), repr(journal)))
        except UnicodeEncodeError:  # a path that is no text
            raw = b""
        if not raw or len(raw) >= _MAX_BYTES or not _can_be_told(overview):
            self._forget()
        elif raw != self._written:
            with contextlib.suppress(OSError):
                write_private(self._path, raw)
                self._written = raw

    def _forget(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._written = b""

    def _overview(self, found: _File, now: datetime) -> Overview:
        stores = [_store(one) for one in found.stores]
        statuses = BankStatuses(
            rejections={name: _rejection(name, one) for name, one in found.rejections.items()},
            unconfirmed=found.unconfirmed,
            successors=found.successors,
        )
        rows = [
            _row(one, stores[one.store], self._profiles[one.profile], now, statuses)
            for one in found.certificates
        ]
        unusable = {
            one.id: CertclientError(ErrorCode[one.error.name], **one.error.data)
            for one in found.stores
            if one.error is not None
        }
        overview = Overview(
            now, stores=tuple(stores), rows=tuple(rows), unusable=MappingProxyType(unusable)
        )
        return evaluated(overview, now, statuses, ())


def _can_be_told(overview: Overview) -> bool:
    more = (overview.pending, overview.procedures, overview.leftovers, overview.unreadable)
    failed = overview.journal_error or overview.scan_error
    short = any(
        row.entry.certificate.fingerprint in overview.statuses.short_answers
        for row in overview.rows
    )
    return overview.complete and not any(more) and failed is None and not short


def _file(overview: Overview, banks: list[str], journal: str) -> _File:
    numbers = {store.store_id: number for number, store in enumerate(overview.stores)}
    rows = [row for row in overview.rows if not row.absent]
    names = {row.entry.certificate.fingerprint for row in rows}
    statuses = overview.statuses
    return _File(
        format=_FORMAT,
        version=__version__,
        banks=banks,
        journal=journal,
        stores=[_store_record(one, overview.unusable) for one in overview.stores],
        certificates=[_certificate(row, numbers[row.entry.stored.store_id]) for row in rows],
        rejections={
            name: _Rejection(one.profile_id, one.source, one.reason, one.noted, one.message)
            for name, one in statuses.rejections.items()
            if name in names
        },
        unconfirmed=_of(statuses.unconfirmed, names),
        successors=_of(statuses.successors, names),
    )


def _of(values: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: values[name] for name in sorted(names) if name in values}


def _store_record(store: CertificateStore, unusable: Mapping[str, CertclientError]) -> _Store:
    return _Store(
        store.store_id,
        store.label,
        store.destination,
        browser_of(store),
        title_of(store),
        _error(unusable.get(store.store_id)),
    )


def _error(error: CertclientError | None) -> _Error | None:
    return None if error is None else _Error(error.code.name, dict(error.data))


def _certificate(row: Row, store: int) -> _Certificate:
    entry, certificate = row.entry, row.entry.certificate
    return _Certificate(
        store=store,
        profile=row.profile.id,
        fingerprint=certificate.fingerprint,
        serial=str(certificate.serial),
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        key_kind=certificate.key_kind,
        unreadable=sorted(certificate.unreadable, key=lambda one: one.value),
        friendly_name=entry.stored.friendly_name,
        has_key=entry.stored.key is not None,
        key_hidden=entry.stored.key_hidden,
        archived=entry.stored.archived,
        user_id=entry.owner.user_id,
        suffix=entry.owner.suffix,
        role=entry.owner.role,
        name=entry.name,
        obstacle=_error(entry.obstacle),
        common_name=certificate.common_name,
    )


def _store(seen: _Store) -> CertificateStore:
    make = SeenStore if seen.error is None else UnavailableStore
    error = seen.error or _Error(ErrorCode.STORE_UNAVAILABLE.name, {})
    cause = Unavailable(ErrorCode[error.name], error.data)
    return make(seen.id, seen.label, seen.destination, cause, seen.browser, seen.title)


def _rejection(fingerprint: str, seen: _Rejection) -> Rejection:
    return Rejection(fingerprint, seen.profile, seen.source, seen.reason, seen.noted, seen.message)


def _row(
    seen: _Certificate,
    store: CertificateStore,
    profile: Profile,
    now: datetime,
    statuses: BankStatuses,
) -> Row:
    certificate = SeenCertificate(
        der=b"",
        serial=int(seen.serial),
        # No Name; but owners differ in it, as comparisons of names expect.
        subject=seen.common_name.encode(),
        issuer=b"",
        dn_lines=(("Common Name", seen.common_name),),
        issuer_lines=(),
        not_before=seen.not_before.astimezone(UTC),
        not_after=seen.not_after.astimezone(UTC),
        spki=b"",
        is_ca=False,
        key_kind=seen.key_kind,
        key_usage=None,
        extended_key_usage=None,
        unreadable=frozenset(seen.unreadable),
        seen=seen.fingerprint,
    )
    key = KeyRef(store.store_id, b"") if seen.has_key else None
    stored = StoredCertificate(
        certificate, store.store_id, seen.friendly_name, key, seen.archived, seen.key_hidden
    )
    error = seen.obstacle
    entry = InventoryEntry(
        stored,
        store,
        Owner(seen.user_id, seen.suffix, seen.role),
        lifecycle_of(certificate, now, profile.renewal),
        statuses,
        None if error is None else CertclientError(ErrorCode[error.name], **error.data),
        profile.id,
        seen.name,
    )
    return Row(profile, entry, Condition.VALID)

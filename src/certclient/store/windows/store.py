"""パソコンに保存する on Windows: the user's certificate store (`store.base.CertificateStore`)."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef, procedure_of
from certclient.platform.change_stamps import USER_KEY, stamp_of
from certclient.store.base import (
    Available,
    PinProvider,
    StoredCertificate,
    StoreSession,
    Unavailable,
)
from certclient.store.windows import capi, crypt32, keys, silent
from certclient.store.windows.crypt32 import SystemStoreEntry
from certclient.store.windows.errors import translated
from certclient.store.windows.matching import KeyFinder
from certclient.store.windows.names import StoreNames
from certclient.store.windows.session import WindowsSession

_in_use: set[str] = set()


@dataclass(frozen=True, slots=True)
class WindowsStore:
    """The current user's certificates and keys. Needs no PIN: the user is logged in to Windows."""

    names: StoreNames = field(default_factory=StoreNames)
    random_bytes: Callable[[int], bytes] = os.urandom
    lists_unused_keys: bool = True
    """Not for one of several stores of this user, whose keys are all in one place: a key that
    another store's certificate uses would look unused."""

    @property
    def store_id(self) -> str:
        """`windows:` and the name of the personal store (`windows:MY`)."""
        return f"windows:{self.names.personal}"

    @property
    def label(self) -> str:
        """Includes the Windows user name, as several people may share a computer."""
        return f"Windows ({getpass.getuser()})"

    @property
    def destination(self) -> Destination:
        """Always PC."""
        return Destination.PC

    def availability(self) -> Available | Unavailable:
        """See CertificateStore.availability.

        Opens the store for writing, which a policy may forbid, and CAPI, which every Windows has:
        without both, no key can be kept.
        """
        try:
            with translated(), crypt32.opened(self.names.personal, writable=True):
                capi.require_capi()
        except CertclientError as error:
            return Unavailable(error.code, error.data)
        return Available(needs_pin=False)

    def change_stamp(self) -> Hashable:
        """See ChangeStamped: the times of the store's registry keys, one for each certificate."""
        return tuple(map(stamp_of, self.watched()))

    def watched(self) -> Sequence[str]:
        """See Watched. Windows keeps each certificate and its properties (the archived mark, the
        key's name) as a blob in a registry key of its own (System Store Locations, Microsoft,
        "Certificate Stores")."""
        store = rf"Software\Microsoft\SystemCertificates\{self.names.personal}\Certificates"
        return [USER_KEY + store]

    def certificates(self) -> Sequence[StoredCertificate]:
        """See CertificateStore.certificates."""
        with translated():
            with crypt32.opened(self.names.personal, writable=False) as store:
                entries = store.entries()
            finder = KeyFinder()
            found = [self._stored(entry, finder) for entry in entries]
        return [one for one in found if one.key is not None or not one.certificate.is_ca]

    def unused_keys(self) -> Sequence[str]:
        """See CertificateStore.unused_keys.

        Skips keys whose public key cannot be read, as any certificate might use them.
        """
        if not self.lists_unused_keys:
            return ()
        with translated():
            with crypt32.opened(self.names.personal, writable=False) as store:
                entries = store.entries()
            used = {entry.certificate.spki for entry in entries}
            claimed = {entry.container for entry in entries}
            return sorted(
                place.name
                for public_key, place in keys.ours().items()
                if procedure_of(place.name) is not None
                and public_key not in used
                and place not in claimed
            )

    @contextmanager
    def open(self, pin: PinProvider) -> Iterator[StoreSession]:
        """See CertificateStore.open. Never calls `pin`.

        Raises RuntimeError if the store is already open in this process.
        """
        if self.store_id in _in_use:
            raise RuntimeError(f"{self.store_id} is open already in this process")
        session = WindowsSession(self.store_id, self.names, self.random_bytes)
        _in_use.add(self.store_id)
        try:
            yield session
        finally:
            _in_use.discard(self.store_id)
            session.close()

    def try_alone(self, certificate: Certificate) -> None:
        """See WorksAlone.try_alone."""
        with translated():
            with crypt32.opened(self.names.personal, writable=False) as store:
                entry = next((e for e in store.entries() if e.certificate == certificate), None)
            serial = certificate.serial_hex
            if entry is None:
                raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=serial)
            place = KeyFinder().proven(entry)
            if place is None:
                raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=serial)
            silent.try_to_sign(place)

    def _stored(self, entry: SystemStoreEntry, finder: KeyFinder) -> StoredCertificate:
        place = finder.proven(entry)
        return StoredCertificate(
            certificate=entry.certificate,
            store_id=self.store_id,
            friendly_name=entry.friendly_name,
            key=None if place is None else KeyRef(self.store_id, place.key_id),
            archived=entry.archived,
        )

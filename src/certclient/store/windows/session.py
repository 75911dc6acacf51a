"""The Windows store opened for work (`store.base.StoreSession`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import (
    PSS,
    KeyRef,
    KeySpec,
    SignaturePurpose,
    Signer,
    signature_algorithms,
)
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.proof import prove
from certclient.store.windows import crypt32, keys
from certclient.store.windows.container import Container, from_key_id
from certclient.store.windows.crypt32 import SystemStoreEntry
from certclient.store.windows.declarations import CRYPT_E_EXISTS
from certclient.store.windows.errors import translated
from certclient.store.windows.keys import WindowsSigner
from certclient.store.windows.matching import KeyFinder
from certclient.store.windows.names import StoreNames
from certclient.store.windows.signer import StoreSigner


@dataclass(slots=True)
class WindowsSession:
    """Implements `store.base.StoreSession`, which documents the methods and their errors.

    Keys stay open until `close`, so that a protected key prompts only once per session.
    """

    store_id: str
    names: StoreNames
    random_bytes: Callable[[int], bytes]
    _open_keys: dict[Container, tuple[ExitStack, WindowsSigner]] = field(default_factory=dict)
    _warnings: list[CertclientError] = field(default_factory=list)

    def create_key(self, spec: KeySpec, label: str) -> KeyRef:
        """See StoreSession.create_key. Also raises KEY_NAME_TAKEN (`keys.create`)."""
        with translated():
            created = keys.create(spec, label)
        if created.warning is not None:
            self._warnings.append(created.warning)
        return self._ref(created.container)

    def take_warnings(self) -> Sequence[CertclientError]:
        """See TellsAboutKeys.take_warnings. The only warning is KEY_NOT_IN_TPM."""
        warnings, self._warnings = self._warnings, []
        return warnings

    def find_key(self, label: str, *, interrupted: bool = False) -> KeyRef | None:
        """See StoreSession.find_key. Of two keys, prefers one that no certificate names. Nothing
        is left without a name."""
        with translated():
            places, entries = keys.named(label), self._entries()
            unused = [place for place in places if not _claimed(entries, place)]
            found = next(iter((*unused, *places)), None)
        return None if found is None else self._ref(found)

    def signer(self, key: KeyRef) -> Signer:
        """See StoreSession.signer."""
        return StoreSigner(self._signer(_container(key)), self.names)

    def install(self, key: KeyRef, certificate: Certificate, friendly_name: str) -> None:
        """See StoreSession.install."""
        place = _container(key)
        with translated():
            if keys.spki(place) != certificate.spki:
                raise CertclientError(ErrorCode.ISSUED_KEY_MISMATCH)
            with crypt32.opened(self.names.personal, writable=True) as store:
                present = [e for e in store.entries() if e.certificate == certificate]
                if not present:
                    store.add(certificate, friendly_name, place)
                elif present[0].container != place:
                    store.set_container(certificate, place)

    def install_intermediates(self, chain: Sequence[Certificate]) -> None:
        """See StoreSession.install_intermediates. Skips roots (see `install_root`)."""
        wanted = [c for c in chain if c.is_ca and not c.self_issued]
        with translated(), crypt32.opened(self.names.intermediates, writable=True) as store:
            for certificate in wanted:
                _add_if_missing(store, certificate)

    def install_root(self, root: Certificate) -> None:
        """See TrustsRoots.install_root. Windows shows the thumbprint and asks the user."""
        with translated(), crypt32.opened(self.names.roots, writable=True) as store:
            _add_if_missing(store, root)

    def archive(self, certificate: Certificate) -> None:
        """See StoreSession.archive. Sets CERT_ARCHIVED_PROP_ID."""
        self._set_archived(certificate, archived=True)

    def unarchive(self, certificate: Certificate) -> None:
        """See StoreSession.unarchive."""
        self._set_archived(certificate, archived=False)

    def delete(self, certificate: Certificate) -> None:
        """See StoreSession.delete. Keeps keys that `keys.delete` leaves alone (on a card)."""
        with translated(), crypt32.opened(self.names.personal, writable=True) as store:
            finder = KeyFinder()
            entries = store.entries()
            to_delete = [e for e in entries if e.certificate.identity == certificate.identity]
            shared = _used([e for e in entries if e not in to_delete], certificate.spki)
            proven = {place for e in to_delete if (place := finder.proven(e)) is not None}
            # After a crash halfway, a retry must find the rest. Another program's key can only be
            # found through its certificate, so it goes first; so does the key of an archived
            # certificate, which no browser offers. A key of this program is found by name, so it
            # goes last; that also completes a deletion that stopped after the certificate.
            ours = finder.ours.get(certificate.spki)
            unseen = bool(to_delete) and all(entry.archived for entry in to_delete)
            first = proven | ({ours} if ours is not None else set())
            for place in () if shared else first if unseen else proven - {ours}:
                self._delete_key(place)
            for entry in to_delete:
                store.delete(entry.certificate)
            if ours is not None and not shared:
                self._delete_key(ours)

    def delete_key(self, key: KeyRef) -> None:
        """See StoreSession.delete_key. A certificate that names the container also uses it."""
        place = from_key_id(key.key_id)
        if place is None:
            return
        with translated():
            entries, public_key = self._entries(), keys.spki_or_none(place)
            if _used(entries, public_key) or _claimed(entries, place):
                raise CertclientError(ErrorCode.LAST_VALID_CERTIFICATE)
            self._delete_key(place)

    def self_test(
        self, certificate: Certificate, purpose: SignaturePurpose = SignaturePurpose.LOGIN
    ) -> None:
        """See StoreSession.self_test. Also raises KEY_OF_ANOTHER if the key does not match."""
        with translated():
            entry = self._required(certificate)[0]
            place = KeyFinder().claimed(entry)
        if place is None:
            raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=certificate.serial_hex)
        signer = self._signer(place)
        if signer.spki != certificate.spki:
            raise CertclientError(ErrorCode.KEY_OF_ANOTHER, serial=certificate.serial_hex)
        wanted = signature_algorithms(certificate.spki, purpose)
        possible = [one for one in wanted if signer.signs_pss or one not in PSS]
        prove(signer, certificate, self.random_bytes, possible)

    def close(self) -> None:
        """Closes all open keys; ignores errors, so that one key cannot keep others open."""
        while self._open_keys:
            self._close(next(iter(self._open_keys)))

    def _signer(self, place: Container) -> WindowsSigner:
        if place not in self._open_keys:
            stack = ExitStack()
            with translated():
                signer = stack.enter_context(keys.opened(place))
            self._open_keys[place] = (stack, signer)
        return self._open_keys[place][1]

    def _delete_key(self, place: Container) -> None:
        if place in self._open_keys:
            self._close(place)
        keys.delete(place)

    def _close(self, place: Container) -> None:
        stack, _ = self._open_keys.pop(place)
        with suppress(WindowsCallError):
            stack.close()

    def _set_archived(self, certificate: Certificate, *, archived: bool) -> None:
        with translated():
            found = self._required(certificate)
            with crypt32.opened(self.names.personal, writable=True) as store:
                for entry in found:
                    if entry.archived != archived:
                        store.set_archived(entry.certificate, archived)

    def _required(self, certificate: Certificate) -> list[SystemStoreEntry]:
        wanted = certificate.identity
        found = [entry for entry in self._entries() if entry.certificate.identity == wanted]
        if not found:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=certificate.serial_hex)
        return found

    def _entries(self) -> list[SystemStoreEntry]:
        with crypt32.opened(self.names.personal, writable=False) as store:
            return store.entries()

    def _ref(self, place: Container) -> KeyRef:
        return KeyRef(self.store_id, place.key_id)


def _container(key: KeyRef) -> Container:
    place = from_key_id(key.key_id)
    if place is None:
        raise CertclientError(ErrorCode.KEY_NOT_FOUND)
    return place


def _add_if_missing(store: crypt32.SystemStore, certificate: Certificate) -> None:
    try:
        store.add(certificate, "", None)
    except WindowsCallError as error:
        if error.code != CRYPT_E_EXISTS:
            raise


def _claimed(entries: Sequence[SystemStoreEntry], place: Container) -> bool:
    """Whether a certificate's KEY_PROV_INFO names this container."""
    return any(entry.container == place for entry in entries)


def _used(entries: Sequence[SystemStoreEntry], public_key: bytes | None) -> bool:
    """Whether a certificate, archived or not, belongs to this key."""
    return any(entry.certificate.spki == public_key for entry in entries)

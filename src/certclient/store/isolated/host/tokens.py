"""The module's tokens as the child knows them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import (
    Available,
    CertificateStore,
    Described,
    PinChanging,
    StoredCertificate,
    Unavailable,
)
from certclient.store.isolated.messages import (
    CertificateEntry,
    DescribeToken,
    Failure,
    FindTokens,
    ListCertificates,
    ListUnusedKeys,
    LookAtToken,
    TokenEntry,
    TokenState,
)
from certclient.store.isolated.wire import ProtocolError
from certclient.store.pkcs11.discovery import find_tokens
from certclient.store.unavailable import UnavailableStore, store_by_id


class Tokens:
    """Finds the tokens of the module at `path`, and answers lookups about them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, CertificateStore] = {}
        self._finding = threading.Lock()

    def get(self, store_id: str) -> CertificateStore:
        """Returns the token, which may have been unplugged since; a placeholder if none is known.

        A store that was found once stays known, as it locates its token anew for each operation.
        """
        if store_id in self._known:
            return self._known[store_id]
        return store_by_id(self._find(), store_id)

    def look_up(self, call: object) -> object:
        """Returns the answer to `call`. Raises CertclientError as the store's method does;
        ProtocolError for a call of a session."""
        match call:
            case FindTokens():
                return tuple(_token_entry(store) for store in self._find())
            case LookAtToken(store_id):
                return _state(self.get(store_id).availability())
            case ListCertificates(store_id):
                return tuple(_certificate_entry(one) for one in self.get(store_id).certificates())
            case ListUnusedKeys(store_id):
                return tuple(self.get(store_id).unused_keys())
            case DescribeToken(store_id):
                return self._described(store_id).describe()
        raise ProtocolError(type(call).__name__)

    def changing(self, store_id: str) -> PinChanging:
        """The token whose PIN is to be changed. Raises why it cannot be used."""
        store = self.get(store_id)
        if not isinstance(store, PinChanging):
            raise _why_not(store)
        return store

    def _described(self, store_id: str) -> Described:
        store = self.get(store_id)
        if not isinstance(store, Described):
            raise _why_not(store)
        return store

    def _find(self) -> Sequence[CertificateStore]:
        with self._finding:
            found = find_tokens(self._path, (self._path,))
            self._known |= {store.store_id: store for store in found}
            return found


def failure(error: CertclientError) -> Failure:
    """The error as a message."""
    return Failure(error.code.name, dict(error.data))


def _why_not(store: CertificateStore) -> CertclientError:
    state = store.availability()
    if isinstance(state, Unavailable):
        return CertclientError(state.reason, **state.data)
    return CertclientError(ErrorCode.TOKEN_MISSING, token=store.label)


def _token_entry(store: CertificateStore) -> TokenEntry:
    if isinstance(store, UnavailableStore):
        cause = Failure(store.cause.reason.name, dict(store.cause.data))
        return TokenEntry(store.store_id, store.label, broken=cause)
    return TokenEntry(store.store_id, store.label)


def _state(state: Available | Unavailable) -> TokenState | Failure:
    if isinstance(state, Unavailable):
        return Failure(state.reason.name, dict(state.data))
    return TokenState(state.needs_pin, state.attempts)


def _certificate_entry(stored: StoredCertificate) -> CertificateEntry:
    return CertificateEntry(
        stored.certificate.der,
        stored.friendly_name,
        stored.key,
        stored.archived,
        stored.key_hidden,
    )

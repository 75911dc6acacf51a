"""Placeholders for stores that cannot be used: they stay in the list and carry the reason."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import (
    CertificateStore,
    PinProvider,
    StoredCertificate,
    StoreSession,
    Unavailable,
)
from certclient.store.token_name import TokenName


@dataclass(frozen=True, slots=True)
class UnavailableStore:
    """A `store.base.CertificateStore` that fails every operation with the error in `cause`.

    `browser`, `title` and `offered`: see `base.BrowserStore`.
    """

    store_id: str
    label: str
    destination: Destination
    cause: Unavailable
    browser: str = ""
    title: str = ""
    offered: bool = True

    def availability(self) -> Unavailable:
        """See CertificateStore.availability."""
        return self.cause

    def certificates(self) -> Sequence[StoredCertificate]:
        """Always raises CertclientError with the code and data of `cause`."""
        raise self._error()

    def unused_keys(self) -> Sequence[str]:
        """Always raises CertclientError with the code and data of `cause`."""
        raise self._error()

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        """Always raises CertclientError with the code and data of `cause`; never calls `pin`."""
        raise self._error()

    def _error(self) -> CertclientError:
        return CertclientError(self.cause.reason, **self.cause.data)


def unavailable(
    store_id: str, label: str, destination: Destination, error: CertclientError
) -> UnavailableStore:
    """Wraps `error`, raised while looking for a store, in a placeholder for that store."""
    return UnavailableStore(store_id, label, destination, Unavailable(error.code, error.data))


def store_by_id(stores: Sequence[CertificateStore], store_id: str) -> CertificateStore:
    """Returns the store with this `store_id`, or a placeholder that raises why there is none.

    A token is also found by an id that names fewer of its attributes, as those that were kept by
    earlier versions do, or more: it may have been beside another one. The placeholder reports
    STORE_AMBIGUOUS if such an id is that of several tokens, else as `absent`.
    """
    exact = next((store for store in stores if store.store_id == store_id), None)
    if exact is not None:
        return exact
    name = TokenName.parse(store_id)
    found = [] if name is None else [store for store in stores if _is_named(store, name)]
    if len(found) > 1:
        names = ", ".join(store.label for store in found)
        cause = Unavailable(ErrorCode.STORE_AMBIGUOUS, {"stores": names})
        return UnavailableStore(store_id, found[0].label, Destination.USB, cause)
    return found[0] if found else absent(store_id)


def _is_named(store: CertificateStore, name: TokenName) -> bool:
    own = TokenName.parse(store.store_id)
    return own is not None and name.names(own.device, store.label, own.slot_id)


def absent(store_id: str) -> UnavailableStore:
    """Returns a placeholder for a store that is not present now.

    A token (`pkcs11:…`) gets TOKEN_MISSING with its label, if known, or its serial number; any
    other store gets STORE_UNAVAILABLE with its `store_id` as the label.
    """
    name = TokenName.parse(store_id)
    if name is None:
        return UnavailableStore(
            store_id,
            store_id,
            Destination.PC,
            Unavailable(ErrorCode.STORE_UNAVAILABLE, {"path": store_id.partition(":")[2]}),
        )
    shown = name.label or name.serial
    data = {"token": shown, "serial": name.serial}
    return UnavailableStore(
        store_id, shown, Destination.USB, Unavailable(ErrorCode.TOKEN_MISSING, data)
    )

"""Placeholders for stores that cannot be used: they stay in the list and carry the reason."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import unquote

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import PinProvider, StoredCertificate, StoreSession, Unavailable


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


def absent(store_id: str) -> UnavailableStore:
    """Returns a placeholder for a store that is not present now.

    A token (`pkcs11:…`) gets TOKEN_MISSING with its serial number as the label; any other store
    gets STORE_UNAVAILABLE with its `store_id` as the label.
    """
    if not store_id.startswith("pkcs11:"):
        return UnavailableStore(
            store_id,
            store_id,
            Destination.PC,
            Unavailable(ErrorCode.STORE_UNAVAILABLE, {"path": store_id.partition(":")[2]}),
        )
    serial = unquote(store_id.rpartition("serial=")[2])
    data = {"token": serial, "serial": serial}
    return UnavailableStore(
        store_id, serial, Destination.USB, Unavailable(ErrorCode.TOKEN_MISSING, data)
    )

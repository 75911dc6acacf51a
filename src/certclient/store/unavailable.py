"""A store that should be there and is not: kept in the list, with its reason, to be shown."""

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
    """`store.base.CertificateStore` that can only say why it cannot be used."""

    store_id: str
    label: str
    destination: Destination
    why: Unavailable

    def availability(self) -> Unavailable:
        return self.why

    def certificates(self) -> Sequence[StoredCertificate]:
        raise self._error()

    def unused_keys(self) -> Sequence[str]:
        raise self._error()

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        raise self._error()

    def _error(self) -> CertclientError:
        return CertclientError(self.why.reason, **self.why.data)


def unavailable(
    store_id: str, label: str, destination: Destination, error: CertclientError
) -> UnavailableStore:
    """Keeps an error as a store."""
    return UnavailableStore(store_id, label, destination, Unavailable(error.code, error.data))


def absent(store_id: str) -> UnavailableStore:
    """A store that is not here now, which says why.

    A token is named by its serial number; a database or plug-in by its own name.
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

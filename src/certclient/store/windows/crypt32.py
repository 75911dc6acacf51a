"""The current user's certificate stores ("MY", "CA", "Root") as typed values.

Callers open a store for each query, so that they see changes by other processes. Every change is
committed before the method returns.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.wintypes import DWORD
from dataclasses import dataclass
from typing import Any

from certclient.model.certificate import Certificate
from certclient.platform.windows_certificates import (
    CRYPT_E_NOT_FOUND,
    END_OF_LIST,
    contexts,
    encoded,
    free_certificate_context,
)
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.windows import declarations as w
from certclient.store.windows.container import Container

_NO_SUCH_PROPERTY = CRYPT_E_NOT_FOUND

_NOT_FOR_THIS_STORE = frozenset({50, 120})
"""ERROR_NOT_SUPPORTED, ERROR_CALL_NOT_IMPLEMENTED."""


@dataclass(frozen=True, slots=True)
class SystemStoreEntry:
    """A certificate in a store. `container` is its KEY_PROV_INFO, unverified."""

    certificate: Certificate
    friendly_name: str
    container: Container | None
    archived: bool


class SystemStore:
    """An open store (HCERTSTORE). Every method raises WindowsCallError if a call fails."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def entries(self) -> list[SystemStoreEntry]:
        """Returns all certificates, archived ones included, however much of each can be read."""
        return [_entry(context) for context in contexts(self._handle)]

    def add(
        self, certificate: Certificate, friendly_name: str, container: Container | None
    ) -> None:
        """Adds a certificate together with its properties.

        Raises WindowsCallError(CRYPT_E_EXISTS) if the store already has it.
        """
        with _context(certificate) as context:
            if container is not None:
                _set_container(context, container)
            if friendly_name:
                _set_friendly_name(context, friendly_name)
            w.cert_add_certificate_context_to_store(
                self._handle, context, w.CERT_STORE_ADD_NEW, None
            )
        self._commit()

    def set_container(self, certificate: Certificate, container: Container) -> None:
        """Binds a certificate that is already in the store to a key (KEY_PROV_INFO).

        Raises WindowsCallError(CRYPT_E_NOT_FOUND) if the store does not have it.
        """
        with self.found(certificate) as context:
            _set_container(_required(context), container)
        self._commit()

    def set_archived(self, certificate: Certificate, archived: bool) -> None:
        """Sets or clears CERT_ARCHIVED_PROP_ID, which hides a certificate from other programs.

        Only programs that request archived certificates see it. Raises
        WindowsCallError(CRYPT_E_NOT_FOUND) if the store does not have it.
        """
        with self.found(certificate) as context:
            # The property's presence is what counts; its value is empty.
            value = w.Blob(0, None) if archived else None
            _set_property(_required(context), w.CERT_ARCHIVED_PROP_ID, value)
        self._commit()

    def delete(self, certificate: Certificate) -> None:
        """Deletes the certificate with exactly these bytes. No error if there is none."""
        with self.found(certificate) as context:
            if context is None:
                return
            # CertDeleteCertificateFromStore frees its context even on failure: pass a duplicate.
            to_delete = w.cert_duplicate_certificate_context(context)
            w.cert_delete_certificate_from_store(to_delete)
        self._commit()

    def close(self) -> None:
        """Closes the handle; the store must not be used afterwards."""
        w.cert_close_store(self._handle, 0)

    def _commit(self) -> None:
        """Forces a commit, without which Wine does not persist changes (Windows already has).

        Ignores the error of stores that do not support committing.
        """
        try:
            w.cert_control_store(
                self._handle, w.CERT_STORE_CTRL_COMMIT_FORCE_FLAG, w.CERT_STORE_CTRL_COMMIT, None
            )
        except WindowsCallError as error:
            if error.code not in _NOT_FOR_THIS_STORE:
                raise

    @contextmanager
    def found(self, certificate: Certificate) -> Iterator[Any]:
        """Yields the PCCERT_CONTEXT with exactly these bytes, or None; frees it on exit."""
        digest = hashlib.sha1(certificate.der, usedforsecurity=False).digest()
        wanted = _blob(digest)
        try:
            context = w.cert_find_certificate_in_store(
                self._handle,
                w.X509_AND_PKCS7,
                0,
                w.CERT_FIND_SHA1_HASH,
                ctypes.byref(wanted),
                None,
            )
        except WindowsCallError as error:
            if error.code not in END_OF_LIST:
                raise
            yield None
            return
        try:
            yield context if encoded(context) == certificate.der else None
        finally:
            free_certificate_context(context)


@contextmanager
def opened(name: str, *, writable: bool) -> Iterator[SystemStore]:
    """Opens the current user's store `name`; creates a missing one if `writable`.

    Raises WindowsCallError.
    """
    flags = w.CERT_SYSTEM_STORE_CURRENT_USER | w.CERT_STORE_ENUM_ARCHIVED_FLAG
    if not writable:
        flags |= w.CERT_STORE_READONLY_FLAG
    provider = ctypes.c_void_p(w.CERT_STORE_PROV_SYSTEM_W)
    store = SystemStore(w.cert_open_store(provider, 0, None, flags, name))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _context(certificate: Certificate) -> Iterator[Any]:
    context = w.cert_create_certificate_context(
        w.X509_AND_PKCS7, certificate.der, len(certificate.der)
    )
    try:
        yield context
    finally:
        free_certificate_context(context)


def _required(context: Any) -> Any:
    if context is None:
        raise WindowsCallError("CertFindCertificateInStore", CRYPT_E_NOT_FOUND)
    return context


def _entry(context: Any) -> SystemStoreEntry:
    return SystemStoreEntry(
        certificate=Certificate.read(encoded(context)),
        friendly_name=_friendly_name(context),
        container=_container(context),
        archived=_property(context, w.CERT_ARCHIVED_PROP_ID) is not None,
    )


def _property(context: Any, property_id: int) -> ctypes.Array[ctypes.c_char] | None:
    """Returns the property's bytes, or None if it is not set."""
    length = DWORD(0)
    try:
        w.cert_get_certificate_context_property(context, property_id, None, ctypes.byref(length))
        buffer = ctypes.create_string_buffer(length.value)
        w.cert_get_certificate_context_property(context, property_id, buffer, ctypes.byref(length))
    except WindowsCallError as error:
        if error.code == _NO_SUCH_PROPERTY:
            return None
        raise
    return buffer


def _friendly_name(context: Any) -> str:
    raw = _property(context, w.CERT_FRIENDLY_NAME_PROP_ID)
    return "" if raw is None else raw.raw.decode("utf-16-le", errors="replace").rstrip("\0")


def _container(context: Any) -> Container | None:
    raw = _property(context, w.CERT_KEY_PROV_INFO_PROP_ID)
    if raw is None or len(raw) < ctypes.sizeof(w.KeyProviderInfo):
        return None
    info = w.KeyProviderInfo.from_buffer(raw)
    return Container(
        name=info.container or "",
        provider=info.provider or "",
        provider_type=info.provider_type,
        key_spec=info.key_spec,
        machine=bool(info.flags & w.CRYPT_MACHINE_KEYSET),
    )


def _set_container(context: Any, container: Container) -> None:
    info = w.KeyProviderInfo(
        container=container.name,
        provider=container.provider,
        provider_type=container.provider_type,
        flags=w.CRYPT_MACHINE_KEYSET if container.machine else 0,
        key_spec=container.key_spec,
    )
    _set_property(context, w.CERT_KEY_PROV_INFO_PROP_ID, info)


def _set_friendly_name(context: Any, name: str) -> None:
    _set_property(context, w.CERT_FRIENDLY_NAME_PROP_ID, _blob((name + "\0").encode("utf-16-le")))


def _set_property(context: Any, property_id: int, value: ctypes.Structure | None) -> None:
    """Sets a property; None removes it."""
    pointer = None if value is None else ctypes.byref(value)
    w.cert_set_certificate_context_property(context, property_id, 0, pointer)


def _blob(data: bytes) -> w.Blob:
    """Returns a blob that keeps its bytes alive: ctypes holds what a pointer field was set from."""
    buffer = (ctypes.c_ubyte * len(data)).from_buffer_copy(data)
    return w.Blob(len(data), ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ubyte)))

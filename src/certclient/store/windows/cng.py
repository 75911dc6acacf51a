"""Keys of CNG key storage providers: Microsoft's software KSP and the TPM's platform provider."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.wintypes import DWORD
from typing import Any

from certclient.model.keys import KeySpec, Protection
from certclient.model.public_keys import Curve
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.ecdsa import der_signature
from certclient.store.windows import declarations as w
from certclient.store.windows.container import CNG, Container, is_ours
from certclient.store.windows.errors import NO_SUCH_KEY, device_failed, no_provider
from certclient.store.windows.key_blobs import spki_from_cng
from certclient.store.windows.parent_window import set_cng_parent_window
from certclient.store.windows.schemes import Padding, Scheme, digest

_NTE_NO_MORE_ITEMS = 0x8009002A
_RSA_PUBLIC_BLOB, _ECC_PUBLIC_BLOB = "RSAPUBLICBLOB", "ECCPUBLICBLOB"

_ALGORITHMS = {None: "RSA", Curve.P256: "ECDSA_P256", Curve.P384: "ECDSA_P384"}
"""By curve: BCRYPT_RSA_ALGORITHM, NCRYPT_ECDSA_P256_ALGORITHM, NCRYPT_ECDSA_P384_ALGORITHM."""

_UI_FLAGS = {
    Protection.CONSENT: w.NCRYPT_UI_PROTECT_KEY_FLAG,
    Protection.PASSWORD: w.NCRYPT_UI_PROTECT_KEY_FLAG | w.NCRYPT_UI_FORCE_HIGH_PROTECTION_FLAG,
}
"""セキュリティ レベル「中」 prompts before each use, 「高」 asks for a password."""


def container(name: str, provider: str = w.MS_KEY_STORAGE_PROVIDER) -> Container:
    """Returns the location of this program's CNG key `name`. Does not access the key."""
    return Container(name, provider, CNG, 0)


@contextmanager
def storage_provider(name: str) -> Iterator[int]:
    """Opens a key storage provider. Raises WindowsCallError (`errors.no_provider`)."""
    handle = w.Handle()
    w.ncrypt_open_storage_provider(ctypes.byref(handle), name, 0)
    try:
        yield handle.value
    finally:
        w.ncrypt_free_object(handle)


@contextmanager
def key(place: Container, flags: int = 0) -> Iterator[int]:
    """Opens a key; with NCRYPT_SILENT_FLAG, operations that would prompt fail instead.

    Raises WindowsCallError (`errors.NO_SUCH_KEY`, `errors.no_provider`).
    """
    with _opened(place, flags) as handle:
        try:
            yield handle
        finally:
            w.ncrypt_free_object(handle)


@contextmanager
def _opened(place: Container, flags: int) -> Iterator[int]:
    """Like `key`, but the caller frees the handle."""
    with storage_provider(place.provider) as provider:
        handle = w.Handle()
        flags |= w.NCRYPT_MACHINE_KEY_FLAG if place.machine else 0
        w.ncrypt_open_key(provider, ctypes.byref(handle), place.name, place.key_spec, flags)
        yield handle.value


def create(spec: KeySpec, place: Container) -> None:
    """Creates a non-exportable, signing-only key; NCryptFinalizeKey alone writes it.

    Raises WindowsCallError (`errors.no_provider`, NTE_EXISTS).
    """
    with storage_provider(place.provider) as provider:
        handle, kind = w.Handle(), _ALGORITHMS[spec.algorithm.curve]
        w.ncrypt_create_persisted_key(provider, ctypes.byref(handle), kind, place.name, 0, 0)
        try:
            if spec.algorithm.curve is None:
                _set_number(handle, "Length", spec.algorithm.bits)
            _set_number(handle, "Export Policy", 0)
            _set_number(handle, "Key Usage", w.NCRYPT_ALLOW_SIGNING_FLAG)
            if spec.protection is not Protection.NONE:
                _set_protection(handle, spec)
                set_cng_parent_window(handle.value)
            w.ncrypt_finalize_key(handle, 0)
        finally:
            w.ncrypt_free_object(handle)


def _set_number(handle: Any, name: str, value: int) -> None:
    number = DWORD(value)
    w.ncrypt_set_property(
        handle, name, ctypes.byref(number), ctypes.sizeof(number), w.NCRYPT_PERSIST_FLAG
    )


def _set_protection(handle: Any, spec: KeySpec) -> None:
    """Sets the protection level and the texts that Windows adds to its prompts for the key."""
    title = f"{spec.purpose} 電子証明書".strip()
    policy = w.UiPolicy(
        version=1,
        flags=_UI_FLAGS[spec.protection],
        creation_title=title,
        friendly_name=title,
        description="電子証明書の鍵です。ログインと更新のときに使います。",
    )
    w.ncrypt_set_property(
        handle, "UI Policy", ctypes.byref(policy), ctypes.sizeof(policy), w.NCRYPT_PERSIST_FLAG
    )


def can_keep_keys(provider: str) -> bool:
    """Returns whether the provider exists and opens keys by name (Wine's does not).

    Raises WindowsCallError for other failures.
    """
    try:
        exists(container("certclient has no key of this name", provider))
    except WindowsCallError as error:
        if no_provider(error.code):
            return False
        raise
    return True


def exists(place: Container) -> bool:
    """Returns whether the key exists. Raises WindowsCallError (`errors.no_provider`)."""
    try:
        with key(place, w.NCRYPT_SILENT_FLAG):
            return True
    except WindowsCallError as error:
        if error.code in NO_SUCH_KEY:
            return False
        raise


def is_hardware(provider: str) -> bool:
    """Returns whether the provider declares itself a hardware provider. Raises WindowsCallError."""
    with storage_provider(provider) as handle:
        return bool(_number(handle, "Impl Type") & w.NCRYPT_IMPL_HARDWARE_FLAG)


def can_be_exported(place: Container) -> bool:
    """Returns whether the key's export policy allows any export. Raises WindowsCallError."""
    with key(place, w.NCRYPT_SILENT_FLAG) as handle:
        return _number(handle, "Export Policy") != 0


def _number(handle: int, name: str) -> int:
    number, length = DWORD(0), DWORD(0)
    w.ncrypt_get_property(
        handle, name, ctypes.byref(number), ctypes.sizeof(number), ctypes.byref(length), 0
    )
    return number.value


def spki(place: Container) -> bytes:
    """Returns the public key as DER SubjectPublicKeyInfo. Never prompts.

    Raises WindowsCallError (`errors.NO_SUCH_KEY`, `errors.no_provider`) and KEY_UNSUPPORTED.
    """
    with key(place, w.NCRYPT_SILENT_FLAG) as handle:
        return spki_of(handle)


def spki_of(handle: int) -> bytes:
    """Returns the public key of an open key as DER SubjectPublicKeyInfo. Raises as `spki`."""
    try:
        blob = _public_blob(handle, _RSA_PUBLIC_BLOB)
    except WindowsCallError as not_rsa:
        # Providers differ in what they answer for the blob of another kind of key.
        try:
            blob = _public_blob(handle, _ECC_PUBLIC_BLOB)
        except WindowsCallError:
            raise not_rsa from None
    return spki_from_cng(blob)


def _public_blob(handle: int, kind: str) -> bytes:
    length = DWORD(0)
    w.ncrypt_export_key(handle, 0, kind, None, None, 0, ctypes.byref(length), 0)
    blob = ctypes.create_string_buffer(length.value)
    w.ncrypt_export_key(handle, 0, kind, None, blob, length, ctypes.byref(length), 0)
    return blob.raw[: length.value]


def sign(handle: int, scheme: Scheme, data: bytes, flags: int = 0) -> bytes:
    """Signs with PKCS#1 v1.5, PSS or ECDSA through an open key; hashes `data` itself.

    A protected key prompts the user now, or fails with NCRYPT_SILENT_FLAG. Raises WindowsCallError.
    """
    hashed = digest(scheme, data)
    info, length = None, DWORD(0)
    if scheme.padding is Padding.PKCS1:
        info, flags = ctypes.byref(w.Pkcs1Padding(scheme.cng_hash)), flags | w.BCRYPT_PAD_PKCS1
    elif scheme.pss:
        pss = w.PssPadding(scheme.cng_hash, len(hashed))
        info, flags = ctypes.byref(pss), flags | w.BCRYPT_PAD_PSS
    set_cng_parent_window(handle)
    w.ncrypt_sign_hash(handle, info, hashed, len(hashed), None, 0, ctypes.byref(length), flags)
    signature = ctypes.create_string_buffer(length.value)
    w.ncrypt_sign_hash(
        handle, info, hashed, len(hashed), signature, length, ctypes.byref(length), flags
    )
    raw = signature.raw[: length.value]
    return der_signature(raw) if scheme.padding is Padding.NONE else raw


def delete(place: Container) -> None:
    """Deletes the key. No error if the key or its provider is already gone.

    Raises WindowsCallError, also for a TPM that does not respond, as it may still hold the key.
    """
    try:
        with _opened(place, 0) as handle:
            _delete(handle)
    except WindowsCallError as error:
        gone = error.code in NO_SUCH_KEY or no_provider(error.code)
        if not gone or device_failed(error.code):
            raise


def _delete(handle: int) -> None:
    try:
        w.ncrypt_delete_key(handle, 0)  # also frees the handle
    except WindowsCallError:
        w.ncrypt_free_object(handle)
        raise


def our_containers(provider: str) -> list[Container]:
    """Returns the keys whose names begin with this program's prefix.

    Raises WindowsCallError (`errors.no_provider`).
    """
    with storage_provider(provider) as handle:
        names = list(_names(handle))
    return [container(name, provider) for name in names if is_ours(name)]


def _names(provider: int) -> Iterator[str]:
    state = ctypes.c_void_p()
    try:
        while True:
            found = ctypes.POINTER(w.KeyName)()
            try:
                w.ncrypt_enum_keys(provider, None, ctypes.byref(found), ctypes.byref(state), 0)
            except WindowsCallError as error:
                if error.code == _NTE_NO_MORE_ITEMS:
                    return
                raise
            try:
                yield found.contents.name or ""
            finally:
                w.ncrypt_free_buffer(found)
    finally:
        if state:
            w.ncrypt_free_buffer(state)

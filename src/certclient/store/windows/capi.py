"""Keys in CAPI containers: customers' existing keys, and the fallback if CNG cannot persist keys.

The old Internet Explorer flow (「新しいRSA交換キーを作成します」) left AT_KEYEXCHANGE keys in
containers of the "v1.0" providers (type 1), which do not support SHA-2. Opening the same container
under the AES provider (type 24) adds it. CAPI makes PKCS#1 v1.5 signatures only.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes.wintypes import DWORD

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, Protection
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.windows import declarations as w
from certclient.store.windows.container import Container, is_ours
from certclient.store.windows.errors import NO_SUCH_KEY, name_taken
from certclient.store.windows.key_blobs import spki_from_capi
from certclient.store.windows.parent_window import set_capi_parent_window
from certclient.store.windows.schemes import Scheme, digest

_BITS_SHIFT = 16
"""CryptGenKey takes the modulus length in the high word of its flags."""

_LONGEST_NAME = 1024


def container(name: str, key_spec: int = w.AT_KEYEXCHANGE) -> Container:
    """Returns the location of this program's CAPI key `name`. Does not access the key."""
    return Container(name, w.MS_ENH_RSA_AES_PROV, w.PROV_RSA_AES, key_spec)


@contextmanager
def provider(place: Container, flags: int = 0) -> Iterator[int]:
    """Opens the container and yields its HCRYPTPROV.

    Raises WindowsCallError (`errors.NO_SUCH_KEY`).
    """
    handle = _acquired(place, flags)
    try:
        yield handle
    finally:
        w.crypt_release_context(handle, 0)


def _acquired(place: Container, flags: int) -> int:
    """Returns an HCRYPTPROV for the caller to release; 0 with CRYPT_DELETEKEYSET."""
    name, kind = place.provider, place.provider_type
    if place.in_software:
        # Microsoft's software providers share containers, and only this one supports SHA-2.
        name, kind = w.MS_ENH_RSA_AES_PROV, w.PROV_RSA_AES
    flags |= w.CRYPT_MACHINE_KEYSET if place.machine else 0
    handle = w.Handle()
    w.crypt_acquire_context(ctypes.byref(handle), place.name or None, name, kind, flags)
    return handle.value


def create(spec: KeySpec, name: str) -> Container:
    """Creates a non-exportable key in a new container; removes the container on error.

    Raises WindowsCallError (NTE_EXISTS if the container exists), and KEY_UNSUPPORTED for an EC key:
    CAPI has none.
    """
    if spec.algorithm.curve is not None:
        reason = f"CAPI, {spec.algorithm.value}"
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, problem="no-ec", reason=reason)
    place = container(name)
    protected = spec.protection is not Protection.NONE
    with provider(place, w.CRYPT_NEWKEYSET) as handle:
        try:
            generate(
                handle, place.key_spec, spec.algorithm.bits, w.CRYPT_USER_PROTECTED * protected
            )
        except WindowsCallError:
            delete(place)
            raise
    return place


def generate(handle: int, key_spec: int, bits: int, flags: int = 0) -> None:
    """Generates a key of `bits` in an open container; non-exportable without CRYPT_EXPORTABLE.

    Raises WindowsCallError.
    """
    key = w.Handle()
    set_capi_parent_window(handle)
    w.crypt_gen_key(handle, key_spec, flags | bits << _BITS_SHIFT, ctypes.byref(key))
    w.crypt_destroy_key(key)


def find(name: str) -> Container | None:
    """Returns this program's key in the container `name`, or None.

    Removes an empty container, which a crash between creating container and key leaves behind.
    Raises KEY_NAME_TAKEN if the container holds another program's key, and WindowsCallError.
    """
    place = container(name)
    with suppress_missing():
        spki(place)
        return place
    if not exists(place):
        return None
    if has_key(container(name, w.AT_SIGNATURE)):
        raise name_taken(name)
    delete(place)
    return None


def exists(place: Container) -> bool:
    """Returns whether the container exists, with or without keys. Raises WindowsCallError."""
    with suppress_missing(), provider(place, w.CRYPT_SILENT):
        return True
    return False


def has_key(place: Container) -> bool:
    """Returns whether the container holds a key with this `key_spec`. Raises WindowsCallError."""
    with suppress_missing():
        spki(place)
        return True
    return False


def spki(place: Container) -> bytes:
    """Returns the public key as DER SubjectPublicKeyInfo. Never prompts.

    Raises WindowsCallError (`errors.NO_SUCH_KEY`) and KEY_UNSUPPORTED.
    """
    with provider(place, w.CRYPT_SILENT) as handle, _user_key(handle, place.key_spec) as key:
        length = DWORD(0)
        w.crypt_export_key(key, 0, w.PUBLICKEYBLOB, 0, None, ctypes.byref(length))
        blob = ctypes.create_string_buffer(length.value)
        w.crypt_export_key(key, 0, w.PUBLICKEYBLOB, 0, blob, ctypes.byref(length))
    return spki_from_capi(blob.raw)


@contextmanager
def _user_key(handle: int, key_spec: int) -> Iterator[int]:
    key = w.Handle()
    w.crypt_get_user_key(handle, key_spec, ctypes.byref(key))
    try:
        yield key.value
    finally:
        w.crypt_destroy_key(key)


def sign(handle: int, key_spec: int, scheme: Scheme, data: bytes) -> bytes:
    """Signs with PKCS#1 v1.5 through an open provider; a protected key prompts the user now.

    Hashes `data` itself; returns a big-endian signature. Raises WindowsCallError.
    """
    mark = w.Handle()
    w.crypt_create_hash(handle, scheme.capi_hash, 0, 0, ctypes.byref(mark))
    try:
        w.crypt_set_hash_param(mark, w.HP_HASHVAL, digest(scheme, data), 0)
        length = DWORD(0)
        set_capi_parent_window(handle)
        w.crypt_sign_hash(mark, key_spec, None, 0, None, ctypes.byref(length))
        signature = ctypes.create_string_buffer(length.value)
        w.crypt_sign_hash(mark, key_spec, None, 0, signature, ctypes.byref(length))
    finally:
        w.crypt_destroy_hash(mark)
    return signature.raw[: length.value][::-1]  # CAPI signatures are little-endian


def delete(place: Container) -> None:
    """Deletes the container and its keys. No error if it is already gone.

    Raises ValueError for the default container (empty name), and WindowsCallError.
    """
    if not place.name:
        raise ValueError("the user's default container belongs to everybody")
    with suppress_missing():
        _acquired(place, w.CRYPT_DELETEKEYSET)


def require_capi() -> None:
    """Checks that CAPI works by opening it without a container. Raises WindowsCallError if not."""
    with provider(container(""), w.CRYPT_VERIFYCONTEXT):
        pass


def our_containers() -> list[Container]:
    """Returns the containers whose names begin with this program's prefix.

    Other programs' names may be in any code page; they are only compared with the ASCII prefix.
    Raises WindowsCallError.
    """
    with provider(container(""), w.CRYPT_VERIFYCONTEXT) as handle:
        names = list(_names(handle))
    return [container(name) for name in names if is_ours(name)]


def _names(handle: int) -> Iterator[str]:
    flag = w.CRYPT_FIRST
    # The end of the list is reported as an error. The code differs between providers, also for a
    # user without any container.
    with suppress(WindowsCallError):
        while True:
            length = DWORD(_LONGEST_NAME)
            buffer = ctypes.create_string_buffer(_LONGEST_NAME)
            w.crypt_get_prov_param(handle, w.PP_ENUMCONTAINERS, buffer, ctypes.byref(length), flag)
            yield buffer.value.decode("ascii", errors="replace")
            flag = w.CRYPT_NEXT


@contextmanager
def suppress_missing() -> Iterator[None]:
    """Suppresses errors that mean that the key or container does not exist."""
    try:
        yield
    except WindowsCallError as error:
        if error.code not in NO_SUCH_KEY:
            raise

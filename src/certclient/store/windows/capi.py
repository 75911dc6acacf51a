"""Keys in CAPI containers: those that today's customers hold, and where CNG cannot keep any.

The old Internet Explorer flow (「新しいRSA交換キーを作成します」) left AT_KEYEXCHANGE keys in
containers of the providers "v1.0" (type 1), which know no SHA-2; the same container opened under
the AES provider (type 24) does. CAPI makes PKCS#1 v1.5 signatures only.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes.wintypes import DWORD

from certclient.model.keys import KeySpec, Protection
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.windows import declarations as w
from certclient.store.windows.container import Container, is_ours
from certclient.store.windows.errors import NO_SUCH_KEY, taken
from certclient.store.windows.question_window import ask_over_it_capi
from certclient.store.windows.rsa import Scheme, digest, spki_from_capi

_BITS_SHIFT = 16
"""CryptGenKey takes the modulus length in the upper half of its flags."""

_LONGEST_NAME = 1024


def container(name: str, key_spec: int = w.AT_KEYEXCHANGE) -> Container:
    """A container of ours."""
    return Container(name, w.MS_ENH_RSA_AES_PROV, w.PROV_RSA_AES, key_spec)


@contextmanager
def provider(place: Container, flags: int = 0) -> Iterator[int]:
    """The provider with this container open. Raises WindowsCallError (`errors.NO_SUCH_KEY`)."""
    handle = _acquired(place, flags)
    try:
        yield handle
    finally:
        w.crypt_release_context(handle, 0)


def _acquired(place: Container, flags: int) -> int:
    """An HCRYPTPROV to be released; 0 for what gives none (CRYPT_DELETEKEYSET)."""
    name, kind = place.provider, place.provider_type
    if place.in_software:
        name, kind = w.MS_ENH_RSA_AES_PROV, w.PROV_RSA_AES
    flags |= w.CRYPT_MACHINE_KEYSET if place.machine else 0
    handle = w.Handle()
    w.crypt_acquire_context(ctypes.byref(handle), place.name or None, name, kind, flags)
    return handle.value


def create(spec: KeySpec, name: str) -> Container:
    """Makes a key that cannot be exported in a new container. Nothing is left after an error."""
    place = container(name)
    protected = spec.protection is not Protection.NONE
    with provider(place, w.CRYPT_NEWKEYSET) as handle:
        try:
            generate(handle, place.key_spec, spec.bits, w.CRYPT_USER_PROTECTED * protected)
        except WindowsCallError:
            delete(place)
            raise
    return place


def generate(handle: int, key_spec: int, bits: int, flags: int = 0) -> None:
    """Makes a key in an open container; without CRYPT_EXPORTABLE it stays there."""
    key = w.Handle()
    ask_over_it_capi(handle)
    w.crypt_gen_key(handle, key_spec, flags | bits << _BITS_SHIFT, ctypes.byref(key))
    w.crypt_destroy_key(key)


def find(name: str) -> Container | None:
    """Our key in the container `name`; an empty container (a stop between its making and the
    key's) is removed. Raises KEY_NAME_TAKEN if somebody else's key is in it."""
    place = container(name)
    with suppress_missing():
        spki(place)
        return place
    if not exists(place):
        return None
    if has_key(container(name, w.AT_SIGNATURE)):
        raise taken(name)
    delete(place)
    return None


def exists(place: Container) -> bool:
    """Whether there is a container of this name, with keys or without."""
    with suppress_missing(), provider(place, w.CRYPT_SILENT):
        return True
    return False


def has_key(place: Container) -> bool:
    """Whether the container holds a key of this key spec."""
    with suppress_missing():
        spki(place)
        return True
    return False


def spki(place: Container) -> bytes:
    """The public key. Asks nobody. Raises WindowsCallError (`errors.NO_SUCH_KEY`)."""
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
    """PKCS#1 v1.5 with an open provider; a protected key asks its owner now."""
    mark = w.Handle()
    w.crypt_create_hash(handle, scheme.capi_hash, 0, 0, ctypes.byref(mark))
    try:
        w.crypt_set_hash_param(mark, w.HP_HASHVAL, digest(scheme, data), 0)
        length = DWORD(0)
        ask_over_it_capi(handle)
        w.crypt_sign_hash(mark, key_spec, None, 0, None, ctypes.byref(length))
        signature = ctypes.create_string_buffer(length.value)
        w.crypt_sign_hash(mark, key_spec, None, 0, signature, ctypes.byref(length))
    finally:
        w.crypt_destroy_hash(mark)
    return signature.raw[: length.value][::-1]  # CAPI's numbers are little-endian


def delete(place: Container) -> None:
    """Deletes the container with its keys; gone already: no error."""
    if not place.name:
        raise ValueError("the user's default container belongs to everybody")
    with suppress_missing():
        _acquired(place, w.CRYPT_DELETEKEYSET)


def look() -> None:
    """Opens CAPI without a container. Raises WindowsCallError where it does not work at all."""
    with provider(container(""), w.CRYPT_VERIFYCONTEXT):
        pass


def our_containers() -> list[Container]:
    """Those whose names begin with ours (the names of others may need another code page)."""
    with provider(container(""), w.CRYPT_VERIFYCONTEXT) as handle:
        names = list(_names(handle))
    return [container(name) for name in names if is_ours(name)]


def _names(handle: int) -> Iterator[str]:
    flag = w.CRYPT_FIRST
    # The end of the list is an error, too; which one, also for a user without any container, is
    # each provider's own.
    with suppress(WindowsCallError):
        while True:
            length = DWORD(_LONGEST_NAME)
            buffer = ctypes.create_string_buffer(_LONGEST_NAME)
            w.crypt_get_prov_param(handle, w.PP_ENUMCONTAINERS, buffer, ctypes.byref(length), flag)
            yield buffer.value.decode("ascii", errors="replace")
            flag = w.CRYPT_NEXT


@contextmanager
def suppress_missing() -> Iterator[None]:
    """Goes on where a key or container is not there."""
    try:
        yield
    except WindowsCallError as error:
        if error.code not in NO_SUCH_KEY:
            raise

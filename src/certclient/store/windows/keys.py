"""Private keys of this Windows user in CNG, TPM or CAPI: made, found, opened, deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, SignatureAlgorithm
from certclient.store.windows import capi, cng
from certclient.store.windows import declarations as w
from certclient.store.windows.container import CNG, Container, container_name
from certclient.store.windows.errors import NO_SUCH_KEY, as_certclient_error, translated
from certclient.store.windows.rsa import SCHEMES, Scheme
from certclient.windows_dll import WindowsCallError

_CNG_PROVIDERS = (w.MS_KEY_STORAGE_PROVIDER, w.MS_PLATFORM_CRYPTO_PROVIDER)


@dataclass(frozen=True, slots=True)
class Created:
    """A key and, where it is not where the KeySpec preferred, why."""

    container: Container
    warning: CertclientError | None = None


def create(spec: KeySpec, label: str) -> Created:
    """Makes a key under `label`; the same label again: the same key. Raises WindowsCallError."""
    present = find(label)
    if present is not None:
        return Created(present)
    name = container_name(label)
    if not spec.prefer_tpm:
        return Created(_create_in_software(spec, name))
    reason = _try_tpm(spec, name)
    if reason is None:
        return Created(cng.container(name, w.MS_PLATFORM_CRYPTO_PROVIDER))
    warning = CertclientError(ErrorCode.KEY_NOT_IN_TPM, reason=reason)
    return Created(_create_in_software(spec, name), warning)


def _create_in_software(spec: KeySpec, name: str) -> Container:
    if not cng.can_keep_keys(w.MS_KEY_STORAGE_PROVIDER):
        return capi.create(spec, name)
    place = cng.container(name)
    cng.create(spec, place)
    return place


def _try_tpm(spec: KeySpec, name: str) -> str | None:
    """Makes the key in the TPM and lets it sign as TLS 1.3 will; why it does not, None if it does.

    Many TPMs cannot make PSS signatures whose salt is as long as the hash; better known now than
    after the certificate was issued.
    """
    place = cng.container(name, w.MS_PLATFORM_CRYPTO_PROVIDER)
    if not cng.is_hardware(place.provider):
        return "no TPM"
    try:
        cng.create(spec, place)
        _try_pss(place)
    except WindowsCallError as error:
        cng.delete(place)
        return as_certclient_error(error).data["reason"]
    except InvalidSignature:
        cng.delete(place)
        return "PSS signatures do not verify"
    return None


def _try_pss(place: Container) -> None:
    """Raises WindowsCallError or InvalidSignature."""
    data = b"certclient"
    with cng.key(place) as key:
        signature = cng.sign(key, SCHEMES[SignatureAlgorithm.RSA_PSS_SHA256], data)
        public_key = load_der_public_key(cng.spki_of(key))
    if not isinstance(public_key, rsa.RSAPublicKey):
        raise InvalidSignature
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
    public_key.verify(signature, data, scheme, hashes.SHA256())


def find(label: str) -> Container | None:
    """The key that was made under `label`, wherever it was made."""
    name = container_name(label)
    for provider in _CNG_PROVIDERS:
        place = cng.container(name, provider)
        if cng.exists(place):
            return place
    return capi.find(name)


def ours() -> dict[bytes, Container]:
    """SubjectPublicKeyInfo to container, for every key that this program made."""
    found: dict[bytes, Container] = {}
    places = [place for provider in _CNG_PROVIDERS for place in cng.our_containers(provider)]
    for place in (*places, *capi.our_containers()):
        public_key = spki_or_none(place)
        if public_key is not None:
            found.setdefault(public_key, place)
    return found


def spki(place: Container) -> bytes:
    """The public key. Raises WindowsCallError; never asks where `place.in_software`."""
    return cng.spki(place) if place.is_cng else capi.spki(place)


def spki_or_none(place: Container) -> bytes | None:
    """The public key, None where the key is not there or not to be had."""
    try:
        return spki(place)
    except (WindowsCallError, CertclientError):
        return None


def is_there(place: Container) -> bool:
    """Whether there is such a key, even one that cannot be opened any more."""
    try:
        spki(place)
    except WindowsCallError as error:
        return error.code not in NO_SUCH_KEY
    except CertclientError as error:
        return error.code is not ErrorCode.KEY_NOT_FOUND
    return True


def delete(place: Container) -> None:
    """Deletes the key; gone already: no error. A CAPI container that holds another key too, and
    one on a card, are left alone."""
    if place.is_cng:
        cng.delete(place)
    elif place.in_software and not _shared(place):
        capi.delete(place)


def _shared(place: Container) -> bool:
    other = w.AT_SIGNATURE if place.key_spec == w.AT_KEYEXCHANGE else w.AT_KEYEXCHANGE
    return capi.has_key(
        Container(place.name, place.provider, place.provider_type, other, place.machine)
    )


@dataclass(frozen=True, slots=True)
class WindowsSigner:
    """`model.keys.Signer` over an open key. `operation` raises WindowsCallError."""

    spki: bytes
    operation: Callable[[Scheme, bytes], bytes]
    signs_pss: bool

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `model.keys.Signer.sign`."""
        scheme = SCHEMES[algorithm]
        if scheme.pss and not self.signs_pss:
            raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="a CAPI key, which has no PSS")
        with translated():
            return self.operation(scheme, data)


@contextmanager
def opened(place: Container) -> Iterator[WindowsSigner]:
    """The key, open until the end of the block: a protected one asks once, not each time."""
    if place.is_cng:
        with cng.key(place) as key:
            yield WindowsSigner(cng.spki_of(key), _cng_operation(key), signs_pss=True)
        return
    public_key = capi.spki(place)
    with capi.provider(place) as handle:
        yield WindowsSigner(
            public_key, _capi_operation(handle, place), signs_pss=_legacy_key_signs(place)
        )


def _cng_operation(key: int) -> Callable[[Scheme, bytes], bytes]:
    return lambda scheme, data: cng.sign(key, scheme, data)


def _capi_operation(handle: int, place: Container) -> Callable[[Scheme, bytes], bytes]:
    def sign(scheme: Scheme, data: bytes) -> bytes:
        if not scheme.pss:
            return capi.sign(handle, place.key_spec, scheme, data)
        with cng.key(_legacy(place)) as key:
            return cng.sign(key, scheme, data)

    return sign


def _legacy(place: Container) -> Container:
    """The same key as Windows' software KSP shows it (NCryptOpenKey, dwLegacyKeySpec)."""
    return Container(place.name, w.MS_KEY_STORAGE_PROVIDER, CNG, place.key_spec, place.machine)


def _legacy_key_signs(place: Container) -> bool:
    if not place.in_software:
        return False
    legacy = _legacy(place)
    return spki_or_none(legacy) == spki_or_none(place)

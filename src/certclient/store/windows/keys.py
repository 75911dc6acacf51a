"""Private keys of this Windows user in CNG, TPM or CAPI: made, found, opened, deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, SignatureAlgorithm
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.windows import capi, cng
from certclient.store.windows import declarations as w
from certclient.store.windows.container import CNG, Container, container_name
from certclient.store.windows.errors import (
    NO_SUCH_KEY,
    NTE_BAD_SIGNATURE,
    NTE_DEVICE_NOT_READY,
    as_certclient_error,
    no_provider,
    taken,
    translated,
)
from certclient.store.windows.rsa import SCHEMES, Scheme

_CNG_PROVIDERS = (w.MS_KEY_STORAGE_PROVIDER, w.MS_PLATFORM_CRYPTO_PROVIDER)


@dataclass(frozen=True, slots=True)
class Created:
    """A key and, where it is not where the KeySpec preferred, why."""

    container: Container
    warning: CertclientError | None = None


def create(spec: KeySpec, label: str) -> Created:
    """Makes a key under `label`; the same label again: the same key.

    Raises WindowsCallError, and KEY_NAME_TAKEN where somebody else's key has this name.
    """
    name = container_name(label)
    tpm = cng.container(name, w.MS_PLATFORM_CRYPTO_PROVIDER)
    present = find(label)
    if present not in (None, tpm):
        return Created(present)
    if present is None and not spec.prefer_tpm:
        return Created(_create_in_software(spec, name))
    refusal = _try_tpm(spec, tpm)
    if refusal is None:
        return Created(tpm)
    reason = as_certclient_error(refusal).data["reason"]
    warning = CertclientError(ErrorCode.KEY_NOT_IN_TPM, reason=reason)
    return Created(_create_in_software(spec, name), warning)


def _create_in_software(spec: KeySpec, name: str) -> Container:
    if not cng.can_keep_keys(w.MS_KEY_STORAGE_PROVIDER):
        return capi.create(spec, name)
    place = cng.container(name)
    cng.create(spec, place)
    return place


def _try_tpm(spec: KeySpec, place: Container) -> WindowsCallError | None:
    """Makes the key in the TPM, unless a run that was stopped has, and lets it sign as TLS 1.3
    will. Returns why it does not; then there is no key, unless the TPM does not let go of it.

    Many TPMs cannot make PSS signatures whose salt is as long as the hash; better known now than
    after the certificate was issued. Raises WindowsCallError if the owner said no to Windows'
    question: that is no fault of the TPM.
    """
    try:
        if not cng.is_hardware(place.provider):
            return WindowsCallError("NCryptGetProperty", NTE_DEVICE_NOT_READY)
        if not cng.exists(place):
            cng.create(spec, place)
        _try_pss(place)
    except WindowsCallError as error:
        with suppress(WindowsCallError):
            cng.delete(place)
        if as_certclient_error(error).code is ErrorCode.CONSENT_REFUSED:
            raise
        return error
    return None


def _try_pss(place: Container) -> None:
    data = b"certclient"
    with cng.key(place) as key:
        signature = cng.sign(key, SCHEMES[SignatureAlgorithm.RSA_PSS_SHA256], data)
        public_key = cng.spki_of(key)
    if not _verifies(public_key, signature, data):
        raise WindowsCallError("NCryptSignHash", NTE_BAD_SIGNATURE)


def _verifies(public_key: bytes, signature: bytes, data: bytes) -> bool:
    key = load_der_public_key(public_key)
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, scheme, hashes.SHA256())
            return True
    except InvalidSignature:
        pass
    return False


def find(label: str) -> Container | None:
    """The first of `named`, if any. Raises as it does."""
    return next(iter(named(label)), None)


def named(label: str) -> list[Container]:
    """The keys that were made under `label`: most often one or none; two where a TPM did not let go
    of the first (`_try_tpm`).

    Raises WindowsCallError, and KEY_NAME_TAKEN where somebody else's key has this name.
    """
    name = container_name(label)
    places = [cng.container(name, provider) for provider in _CNG_PROVIDERS]
    found = [place for place in places if _is_in_cng(place)]
    in_capi = None if found else capi.find(name)
    return found if in_capi is None else [in_capi]


def _is_in_cng(place: Container) -> bool:
    """A TPM in trouble counts as none: who wants no TPM must not suffer from it."""
    in_tpm = place.provider == w.MS_PLATFORM_CRYPTO_PROVIDER
    try:
        found = cng.exists(place)
    except WindowsCallError as error:
        if in_tpm or no_provider(error.code):
            return False
        raise
    if found and not in_tpm and cng.can_be_exported(place):
        raise taken(place.name)
    return found


def ours() -> dict[bytes, Container]:
    """SubjectPublicKeyInfo to container, for every key that this program made."""
    found: dict[bytes, Container] = {}
    places = [place for provider in _CNG_PROVIDERS for place in _ours_in_cng(provider)]
    for place in (*places, *capi.our_containers()):
        public_key = spki_or_none(place)
        if public_key is not None:
            found.setdefault(public_key, place)
    return found


def _ours_in_cng(provider: str) -> list[Container]:
    """Nothing where the provider is missing or in trouble: the others' keys are to be seen."""
    try:
        return cng.our_containers(provider)
    except WindowsCallError:
        return []


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
    """Deletes the key; gone already: no error. Left alone: what is on a card, the computer's own
    keys, and a CAPI container that holds another key, too."""
    if not place.in_software or place.machine or not place.name:
        return
    if place.is_cng:
        cng.delete(place)
    elif not _shared(place):
        capi.delete(place)


def _shared(place: Container) -> bool:
    other = w.AT_SIGNATURE if place.key_spec == w.AT_KEYEXCHANGE else w.AT_KEYEXCHANGE
    return capi.has_key(replace(place, key_spec=other))


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
    """The key, open until the end of the block: a protected one asks once, not each time.

    A CAPI key makes its PSS signatures, which no request needs, through the KSP, which asks anew.
    """
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

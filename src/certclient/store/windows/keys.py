"""Creates, finds, opens and deletes this Windows user's private keys in CNG, the TPM or CAPI."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import (
    KeySpec,
    SignatureAlgorithm,
    SignaturePurpose,
    can_sign,
    signature_algorithms,
)
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.proof import verifies
from certclient.store.windows import capi, cng
from certclient.store.windows import declarations as w
from certclient.store.windows.container import CNG, Container, container_name
from certclient.store.windows.errors import (
    NO_SUCH_KEY,
    NTE_BAD_SIGNATURE,
    NTE_DEVICE_NOT_READY,
    as_certclient_error,
    name_taken,
    no_provider,
    translated,
)
from certclient.store.windows.schemes import SCHEMES, Scheme

_CNG_PROVIDERS = (w.MS_KEY_STORAGE_PROVIDER, w.MS_PLATFORM_CRYPTO_PROVIDER)


@dataclass(frozen=True, slots=True)
class Created:
    """A new key; `warning` says why it is not in the TPM although the KeySpec preferred it."""

    container: Container
    warning: CertclientError | None = None


def create(spec: KeySpec, label: str) -> Created:
    """Creates a key under `label`, or returns the existing one.

    Tries the TPM if the KeySpec prefers it, then the software KSP, and CAPI if the KSP cannot
    persist keys. Raises WindowsCallError, KEY_UNSUPPORTED for an EC key where only CAPI is left,
    and KEY_NAME_TAKEN if another program's key has this name.
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
    """Creates the key in the TPM, or takes one from an interrupted run, and test-signs with it.

    Returns None, or why the TPM cannot be used; no key remains then, unless deleting it fails.
    TLS 1.3 needs of an RSA key PSS with a salt as long as the hash, which many TPMs do not support,
    and not every TPM has every curve; this must come to light before the certificate is issued.
    Raises WindowsCallError if the user declined Windows' prompt, which is not a fault of the TPM.
    """
    try:
        if not cng.is_hardware(place.provider):
            return WindowsCallError("NCryptGetProperty", NTE_DEVICE_NOT_READY)
        if not cng.exists(place):
            cng.create(spec, place)
        _try_key(place)
    except WindowsCallError as error:
        with suppress(WindowsCallError):
            cng.delete(place)
        if as_certclient_error(error).code is ErrorCode.CONSENT_REFUSED:
            raise
        return error
    return None


def _try_key(place: Container) -> None:
    """Signs as a login by TLS 1.3 does."""
    data = b"certclient"
    with cng.key(place) as key:
        public_key = cng.spki_of(key)
        algorithm = signature_algorithms(public_key, SignaturePurpose.LOGIN)[-1]
        signature = cng.sign(key, SCHEMES[algorithm], data)
    if not verifies(public_key, signature, data, algorithm):
        raise WindowsCallError("NCryptSignHash", NTE_BAD_SIGNATURE)


def find(label: str) -> Container | None:
    """Returns the first of `named`, or None. Raises as `named`."""
    return next(iter(named(label)), None)


def named(label: str) -> list[Container]:
    """Returns the keys made under `label`: usually one or none.

    Two if a TPM failed to delete the first (`_try_tpm`). Raises WindowsCallError, and
    KEY_NAME_TAKEN if another program's key has this name.
    """
    name = container_name(label)
    places = [cng.container(name, provider) for provider in _CNG_PROVIDERS]
    found = [place for place in places if _is_in_cng(place)]
    in_capi = None if found else capi.find(name)
    return found if in_capi is None else [in_capi]


def _is_in_cng(place: Container) -> bool:
    """Treats a failing TPM as empty, so that it cannot block users who do not need it."""
    in_tpm = place.provider == w.MS_PLATFORM_CRYPTO_PROVIDER
    try:
        found = cng.exists(place)
    except WindowsCallError as error:
        if in_tpm or no_provider(error.code):
            return False
        raise
    # `cng.create` never makes exportable keys, so an exportable one is another program's.
    if found and not in_tpm and cng.can_be_exported(place):
        raise name_taken(place.name)
    return found


def ours() -> dict[bytes, Container]:
    """Returns this program's keys: DER SubjectPublicKeyInfo to container.

    Skips keys whose public key cannot be read. Raises WindowsCallError if CAPI fails.
    """
    found: dict[bytes, Container] = {}
    places = [place for provider in _CNG_PROVIDERS for place in _ours_in_cng(provider)]
    for place in (*places, *capi.our_containers()):
        public_key = spki_or_none(place)
        if public_key is not None:
            found.setdefault(public_key, place)
    return found


def _ours_in_cng(provider: str) -> list[Container]:
    """Returns nothing if the provider is missing or fails, so that other providers still list."""
    try:
        return cng.our_containers(provider)
    except WindowsCallError:
        return []


def spki(place: Container) -> bytes:
    """Returns the public key as DER SubjectPublicKeyInfo; never prompts if `place.in_software`.

    Raises WindowsCallError and KEY_UNSUPPORTED.
    """
    return cng.spki(place) if place.is_cng else capi.spki(place)


def spki_or_none(place: Container) -> bytes | None:
    """Returns the public key like `spki`, or None if the key is missing or cannot be read."""
    try:
        return spki(place)
    except (WindowsCallError, CertclientError):
        return None


def key_exists(place: Container) -> bool:
    """Returns whether the key exists, even if it can no longer be opened."""
    try:
        spki(place)
    except WindowsCallError as error:
        return error.code not in NO_SUCH_KEY
    except CertclientError as error:
        return error.code is not ErrorCode.KEY_NOT_FOUND
    return True


def delete(place: Container) -> None:
    """Deletes the key. No error if it is already gone.

    Leaves alone keys on cards, the computer's keys, and CAPI containers that hold a second key.
    Raises WindowsCallError.
    """
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
    """A `model.keys.Signer` for an open key. `operation` raises WindowsCallError."""

    spki: bytes
    operation: Callable[[Scheme, bytes], bytes]
    signs_pss: bool

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `model.keys.Signer.sign`."""
        scheme = SCHEMES[algorithm]
        if not can_sign(self.spki, algorithm):
            raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="a key of another kind")
        if scheme.pss and not self.signs_pss:
            raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="a CAPI key, which has no PSS")
        with translated():
            return self.operation(scheme, data)


@contextmanager
def opened(place: Container) -> Iterator[WindowsSigner]:
    """Keeps the key open for the block, so that a protected key prompts once, not per signature.

    A CAPI key makes PSS signatures through the software KSP, which prompts again; requests to the
    CA do not need PSS. Raises WindowsCallError.
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
    """Returns the CAPI key's location in the software KSP (NCryptOpenKey, dwLegacyKeySpec)."""
    return Container(place.name, w.MS_KEY_STORAGE_PROVIDER, CNG, place.key_spec, place.machine)


def _legacy_key_signs(place: Container) -> bool:
    if not place.in_software:
        return False
    legacy = _legacy(place)
    return spki_or_none(legacy) == spki_or_none(place)

"""MAC protection: PBMAC1 (RFC 9810, 5.1.3.1; RFC 9481, 6.1.2) and PBM (RFC 9810, 5.1.3.1.1).

Both derive a key from a shared secret with parameters sent in the header. A peer's parameters are
checked against limits before any derivation, so that a response cannot cause unbounded work.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from certclient.cmp import syntax
from certclient.cmp.names import AlgorithmIdentifier
from certclient.model.profile import MacAlgorithm, MacFloor

PBM = "1.2.840.113533.7.66.13"
PBMAC1 = "1.2.840.113549.1.5.14"
_PBKDF2 = "1.2.840.113549.1.5.12"
_HMAC_SHA256 = "1.2.840.113549.2.9"
_SHA256 = "2.16.840.1.101.3.4.2.1"

# Limits for a peer's parameters: a derivation at the limits takes less than two seconds.
MAX_PBKDF2_ITERATIONS = 1_000_000
MAX_PBM_ITERATIONS = 100_000
MAX_SALT_BYTES = 512
_DEFAULT_PBKDF2_ITERATIONS = 100_000
_DEFAULT_PBM_ITERATIONS = 10_000
_SALT_BYTES = 16
_MIN_KEY_BYTES = 16
_MAX_KEY_BYTES = 128

# SHA-1 is accepted from peers only; `new_parameters` never uses it. RFC 4210, D.2 made it mandatory
# for PBM, with an HMAC OID (1.3.6.1.5.5.8.1.2) that differs from PKCS#5's; PBKDF2 defaults to it.
_HMACS: dict[str, type[hashes.HashAlgorithm]] = {
    "1.3.6.1.5.5.8.1.2": hashes.SHA1,
    "1.2.840.113549.2.7": hashes.SHA1,
    _HMAC_SHA256: hashes.SHA256,
    "1.2.840.113549.2.10": hashes.SHA384,
    "1.2.840.113549.2.11": hashes.SHA512,
}
_ONE_WAY_FUNCTIONS: dict[str, type[hashes.HashAlgorithm]] = {
    "1.3.14.3.2.26": hashes.SHA1,
    _SHA256: hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}


NO_FLOOR = MacFloor(iterations=1, sha1=True)
"""Whatever `make_mac` could have made."""


class ProtectionError(Exception):
    """A message's protection is missing, unknown, over the limits, or wrong."""


class AlgorithmError(ProtectionError):
    """An algorithm, or a part of one, that is unknown or too weak: not a question of the key."""


class WeakMacError(AlgorithmError):
    """The MAC may match, but its parameters are below the floor: the secret could be guessed."""


class WrongMacError(ProtectionError):
    """The MAC does not match: the secret differs, or bytes were altered."""


def new_parameters(
    algorithm: MacAlgorithm, random_bytes: Callable[[int], bytes]
) -> AlgorithmIdentifier:
    """Fresh parameters: SHA-256 throughout, with a new salt."""
    salt = random_bytes(_SALT_BYTES)
    if algorithm is MacAlgorithm.PBM:
        return _pbm_parameters(salt)
    return _pbmac1_parameters(salt)


def make_mac(algorithm: AlgorithmIdentifier, secret: bytes | bytearray, data: bytes) -> bytes:
    """The MAC over `data`. Raises ProtectionError for unknown or over-limit parameters."""
    key, digest = _derived(algorithm, secret)
    return _hmac(key, digest, data).finalize()


def check_mac(
    algorithm: AlgorithmIdentifier,
    secret: bytes | bytearray,
    data: bytes,
    mac: bytes,
    floor: MacFloor = NO_FLOOR,
) -> None:
    """Verifies in constant time. Raises WrongMacError, WeakMacError below `floor`, or
    ProtectionError as `make_mac` does."""
    key, digest = _derived(algorithm, secret, floor)
    verify_hmac(key, digest, data, mac)


def verify_hmac(key: bytes, digest: hashes.HashAlgorithm, data: bytes, mac: bytes) -> None:
    """Verifies a whole HMAC (RFC 2104; none that is cut short) in constant time.

    Raises WrongMacError.
    """
    try:
        _hmac(key, digest, data).verify(mac)
    except InvalidSignature as error:
        raise WrongMacError("the MAC does not match") from error


def _hmac(key: bytes, digest: hashes.HashAlgorithm, data: bytes) -> HMAC:
    mac = HMAC(key, digest)
    mac.update(data)
    return mac


def _derived(
    algorithm: AlgorithmIdentifier, secret: bytes | bytearray, floor: MacFloor = NO_FLOOR
) -> tuple[bytes, hashes.HashAlgorithm]:
    """The key of the HMAC, and its hash."""
    derive = {PBM: _pbm_key, PBMAC1: _pbmac1_key}.get(algorithm.oid)
    if derive is None or algorithm.parameters is None:
        raise AlgorithmError(f"unknown MAC {algorithm.oid}")
    try:
        return derive(algorithm.parameters, secret, floor)
    except syntax.MalformedMessageError as error:
        raise ProtectionError(f"MAC parameters: {error}") from error


def _pbmac1_parameters(salt: bytes) -> AlgorithmIdentifier:
    hmac = AlgorithmIdentifier(_HMAC_SHA256, syntax.NULL)
    derivation = syntax.PBKDF2Params(
        salt=salt,
        iteration_count=_DEFAULT_PBKDF2_ITERATIONS,
        key_length=32,
        prf=syntax.items(hmac.encode()),
    )
    kdf = AlgorithmIdentifier(_PBKDF2, syntax.encode(derivation))
    return AlgorithmIdentifier(PBMAC1, syntax.wrapped_list((kdf.encode(), hmac.encode())))


def _pbmac1_key(
    parameters: bytes, secret: bytes | bytearray, floor: MacFloor
) -> tuple[bytes, hashes.HashAlgorithm]:
    value = syntax.decode(syntax.PBMAC1Params, parameters)
    kdf = AlgorithmIdentifier.decode(syntax.encode(value.key_derivation))
    mac = AlgorithmIdentifier.decode(syntax.encode(value.mac))
    if kdf.oid != _PBKDF2 or kdf.parameters is None:
        raise AlgorithmError(f"unknown key derivation {kdf.oid}")
    derivation = syntax.decode(syntax.PBKDF2Params, kdf.parameters)
    _check_costs(derivation.salt, derivation.iteration_count, MAX_PBKDF2_ITERATIONS)
    digest = _hash(_HMACS, mac.oid)
    length = digest.digest_size if derivation.key_length is None else derivation.key_length
    if not _MIN_KEY_BYTES <= length <= _MAX_KEY_BYTES:
        raise ProtectionError(f"derived key of {length} bytes")
    prf = _prf(derivation)
    _check_floor(floor, derivation.iteration_count, prf, digest)
    pbkdf2 = PBKDF2HMAC(prf, length, derivation.salt, derivation.iteration_count)
    return pbkdf2.derive(secret), digest


def _prf(derivation: syntax.PBKDF2Params) -> hashes.HashAlgorithm:
    """The PRF of PBKDF2; HMAC-SHA1 by default (RFC 8018, A.2)."""
    if derivation.prf is None:
        return hashes.SHA1()  # noqa: S303 - HMAC-SHA1 inside PBKDF2, the RFC's default
    oid = syntax.decoded_oid(derivation.prf[0]) if derivation.prf else ""
    return _hash(_HMACS, oid)


def _pbm_parameters(salt: bytes) -> AlgorithmIdentifier:
    value = syntax.PBMParameter(
        salt=salt,
        owf=syntax.tlv(AlgorithmIdentifier(_SHA256, syntax.NULL).encode()),
        iteration_count=_DEFAULT_PBM_ITERATIONS,
        mac=syntax.tlv(AlgorithmIdentifier(_HMAC_SHA256, syntax.NULL).encode()),
    )
    return AlgorithmIdentifier(PBM, syntax.encode(value))


def _pbm_key(
    parameters: bytes, secret: bytes | bytearray, floor: MacFloor
) -> tuple[bytes, hashes.HashAlgorithm]:
    """Hashes secret plus salt `iteration_count` times; the HMAC key is the whole last digest."""
    value = syntax.decode(syntax.PBMParameter, parameters)
    _check_costs(value.salt, value.iteration_count, MAX_PBM_ITERATIONS)
    one_way = _hash(_ONE_WAY_FUNCTIONS, AlgorithmIdentifier.decode(syntax.encode(value.owf)).oid)
    digest = _hash(_HMACS, AlgorithmIdentifier.decode(syntax.encode(value.mac)).oid)
    _check_floor(floor, value.iteration_count, one_way, digest)
    hasher = hashes.Hash(one_way)
    hasher.update(secret)  # not joined with the salt: that would be another copy
    hasher.update(value.salt)
    key = hasher.finalize()
    for _ in range(value.iteration_count - 1):
        hasher = hashes.Hash(one_way)
        hasher.update(key)
        key = hasher.finalize()
    return key, digest


def _hash(known: dict[str, type[hashes.HashAlgorithm]], oid: str) -> hashes.HashAlgorithm:
    if oid not in known:
        raise AlgorithmError(f"unknown hash or HMAC {oid}")
    return known[oid]()


def _check_floor(floor: MacFloor, iterations: int, *parts: hashes.HashAlgorithm) -> None:
    if iterations < floor.iterations:
        raise WeakMacError(f"MAC with {iterations} iterations, fewer than {floor.iterations}")
    if not floor.sha1 and any(isinstance(part, hashes.SHA1) for part in parts):
        raise WeakMacError("MAC made with SHA-1")


def _check_costs(salt: bytes, iterations: int, limit: int) -> None:
    if not 1 <= iterations <= limit:
        raise ProtectionError(f"{iterations} iterations")
    if not 1 <= len(salt) <= MAX_SALT_BYTES:
        raise ProtectionError(f"salt of {len(salt)} bytes")

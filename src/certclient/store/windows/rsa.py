"""RSA on Windows: algorithm identifiers, and public keys parsed from key blobs."""

from __future__ import annotations

import struct
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes

from certclient.model.certificate_reading import rsa_spki
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm
from certclient.store.windows.declarations import CALG_SHA_256, CALG_SHA_384, CALG_SHA_512

_RSA1 = 0x31415352
"""The magic number "RSA1" of a public key in CNG and CAPI blobs."""


class Scheme(NamedTuple):
    """Windows' identifiers of a signature algorithm: `capi_hash` an ALG_ID, `cng_hash` a name."""

    hash: hashes.HashAlgorithm
    capi_hash: int
    cng_hash: str
    pss: bool


_SHA256 = Scheme(hashes.SHA256(), CALG_SHA_256, "SHA256", pss=False)
_SHA384 = Scheme(hashes.SHA384(), CALG_SHA_384, "SHA384", pss=False)
_SHA512 = Scheme(hashes.SHA512(), CALG_SHA_512, "SHA512", pss=False)

SCHEMES = {
    SignatureAlgorithm.RSA_PKCS1_SHA256: _SHA256,
    SignatureAlgorithm.RSA_PKCS1_SHA384: _SHA384,
    SignatureAlgorithm.RSA_PKCS1_SHA512: _SHA512,
    SignatureAlgorithm.RSA_PSS_SHA256: _SHA256._replace(pss=True),
    SignatureAlgorithm.RSA_PSS_SHA384: _SHA384._replace(pss=True),
    SignatureAlgorithm.RSA_PSS_SHA512: _SHA512._replace(pss=True),
}


def digest(scheme: Scheme, data: bytes) -> bytes:
    """Hashes `data` in this process; the provider only ever gets the digest."""
    context = hashes.Hash(scheme.hash)
    context.update(data)
    return context.finalize()


def spki_from_cng(blob: bytes) -> bytes:
    """Converts a BCRYPT_RSAPUBLIC_BLOB (bcrypt.h: big-endian numbers) to DER SubjectPublicKeyInfo.

    Raises KEY_UNSUPPORTED if it is not an RSA key.
    """
    magic, _bits, exponent_length, modulus_length = _numbers("<4I", blob, 0)
    numbers = blob[24:]
    exponent = numbers[:exponent_length]
    modulus = numbers[exponent_length : exponent_length + modulus_length]
    return _spki(magic, int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big"))


def spki_from_capi(blob: bytes) -> bytes:
    """Converts a PUBLICKEYBLOB (wincrypt.h: RSAPUBKEY, little-endian modulus) to DER.

    Returns SubjectPublicKeyInfo. Raises KEY_UNSUPPORTED like `spki_from_cng`.
    """
    magic, bits, exponent = _numbers("<3I", blob, 8)
    return _spki(magic, exponent, int.from_bytes(blob[20 : 20 + bits // 8], "little"))


def _numbers(layout: str, blob: bytes, offset: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, blob, offset)
    except struct.error as error:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="a short key blob") from error


def _spki(magic: int, exponent: int, modulus: int) -> bytes:
    if magic != _RSA1:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="not an RSA key")
    if not exponent or not modulus:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="an RSA key without numbers")
    return rsa_spki(modulus, exponent)

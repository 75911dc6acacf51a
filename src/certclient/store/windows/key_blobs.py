"""Public keys from the key blobs of CNG and CAPI."""

from __future__ import annotations

import struct

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.public_keys import Curve, ec_spki, is_point, rsa_spki

_RSA1 = 0x31415352
"""The magic number "RSA1" of a public key in CNG and CAPI blobs."""

_CURVES = {0x31534345: Curve.P256, 0x33534345: Curve.P384}
"""BCRYPT_ECDSA_PUBLIC_P256_MAGIC "ECS1" and BCRYPT_ECDSA_PUBLIC_P384_MAGIC "ECS3"."""

_UNCOMPRESSED = b"\x04"


def spki_from_cng(blob: bytes) -> bytes:
    """Converts a BCRYPT_RSAPUBLIC_BLOB or BCRYPT_ECCPUBLIC_BLOB (bcrypt.h: big-endian numbers) to
    DER SubjectPublicKeyInfo.

    Raises KEY_UNSUPPORTED if it is neither an RSA key nor an ECDSA key on P-256 or P-384.
    """
    curve = _CURVES.get(_numbers("<I", blob, 0)[0])
    if curve is not None:
        return _ec_spki(curve, blob)
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


def _ec_spki(curve: Curve, blob: bytes) -> bytes:
    """Magic number, length of a coordinate in bytes, then both coordinates."""
    _magic, length = _numbers("<2I", blob, 0)
    point = _UNCOMPRESSED + blob[8 : 8 + 2 * length]
    if not is_point(point, curve):
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="an EC key without its point")
    return ec_spki(curve.value, point)


def _numbers(layout: str, blob: bytes, offset: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, blob, offset)
    except struct.error as error:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="a short key blob") from error


def _spki(magic: int, exponent: int, modulus: int) -> bytes:
    if magic != _RSA1:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="neither RSA nor EC (P-256, P-384)")
    if not exponent or not modulus:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="an RSA key without numbers")
    return rsa_spki(modulus, exponent)

"""ECDSA signatures at a store's edge: PKCS#11 and CNG return r and s, everything else wants DER."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def der_signature(raw: bytes) -> bytes:
    """Converts r and s, two big-endian numbers of equal length one after the other (PKCS#11 v3.1,
    6.3.1; FIPS 186-5, 6.4.1), to an Ecdsa-Sig-Value (RFC 3279, 2.2.3)."""
    half = len(raw) // 2
    r, s = int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    return encode_dss_signature(r, s)

"""The signature algorithms of CAs that certclient accepts, and the keys that they need.

Not a list of what is forbidden: SHA-1, MD5, DSA, RSA below 2048 bits and any other curve have no
name here, so no profile can allow them. All that have one are believed to be secure (NIST SP
800-131A, FIPS 186-5, FIPS 204), which makes all of them a safe default.
"""

from __future__ import annotations

import enum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.model import ber
from certclient.model.keys import MIN_RSA_BITS
from certclient.model.public_keys import key_kind


class CaSignature(enum.Enum):
    """Algorithms that sign certificates (RFC 5280, 4055, 5758, 8410, 9881) and CMP messages (RFC
    9481), by their names in a profile. PSS: one hash for both uses."""

    RSA_PKCS1_SHA256 = "rsa-pkcs1-sha256"
    RSA_PKCS1_SHA384 = "rsa-pkcs1-sha384"
    RSA_PKCS1_SHA512 = "rsa-pkcs1-sha512"
    RSA_PSS_SHA256 = "rsa-pss-sha256"
    RSA_PSS_SHA384 = "rsa-pss-sha384"
    RSA_PSS_SHA512 = "rsa-pss-sha512"
    ECDSA_SHA256 = "ecdsa-sha256"
    ECDSA_SHA384 = "ecdsa-sha384"
    ECDSA_SHA512 = "ecdsa-sha512"
    ED25519 = "ed25519"
    ED448 = "ed448"
    ML_DSA_44 = "ml-dsa-44"
    ML_DSA_65 = "ml-dsa-65"
    ML_DSA_87 = "ml-dsa-87"


ALL_CA_SIGNATURES = frozenset(CaSignature)

_RSA = frozenset(one for one in CaSignature if one.name.startswith("RSA"))
_ECDSA = frozenset(one for one in CaSignature if one.name.startswith("ECDSA"))
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_OTHERS = {
    ed25519.Ed25519PublicKey: CaSignature.ED25519,
    ed448.Ed448PublicKey: CaSignature.ED448,
    mldsa.MLDSA44PublicKey: CaSignature.ML_DSA_44,
    mldsa.MLDSA65PublicKey: CaSignature.ML_DSA_65,
    mldsa.MLDSA87PublicKey: CaSignature.ML_DSA_87,
}


def signatures_of(spki: bytes) -> frozenset[CaSignature]:
    """The algorithms that the key `spki` (SubjectPublicKeyInfo) can be accepted with.

    Empty for a key that is too weak, of another kind, or damaged.
    """
    try:
        key = load_der_public_key(spki)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return frozenset()
    if isinstance(key, rsa.RSAPublicKey):
        return _RSA if key.key_size >= MIN_RSA_BITS else frozenset()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _ECDSA if isinstance(key.curve, _CURVES) and _names_curve(spki) else frozenset()
    return frozenset(one for kind, one in _OTHERS.items() if isinstance(key, kind))


def _names_curve(spki: bytes) -> bool:
    """RFC 5480, 2.1.1: by its OID, not by its equation."""
    members = ber.children(ber.read(spki)) or ()
    algorithm = (ber.children(members[0]) if members else None) or ()
    return len(algorithm) == 2 and algorithm[1].tag == ber.OBJECT_IDENTIFIER


def key_description(spki: bytes) -> str:
    """The key's kind and size for a person: "RSA, 1024 bits", "DSA"; "?" if it is unknown."""
    name = key_kind(spki).value or "?"
    try:
        key = load_der_public_key(spki)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return name
    if isinstance(key, rsa.RSAPublicKey):
        return f"{name}, {key.key_size} bits"
    return f"{name}, {key.curve.name}" if isinstance(key, ec.EllipticCurvePublicKey) else name

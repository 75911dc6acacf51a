"""Public keys as SubjectPublicKeyInfo (RFC 5280, 4.1.2.7): read tolerantly, and written as DER."""

from __future__ import annotations

import enum

from certclient.model import ber

_RSA, _RSA_PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
_RSA_ALGORITHM = bytes.fromhex("300d06092a864886f70d0101010500")
_EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
"""The OID id-ecPublicKey."""

_UNCOMPRESSED = 0x04
"""The first octet of an uncompressed point (SEC 1, 2.3.3)."""


class KeyKind(enum.Enum):
    """The kinds of public key that a certificate can have, as they are called on screen."""

    RSA = "RSA"
    EC = "EC"
    DSA = "DSA"
    ED25519 = "Ed25519"
    ED448 = "Ed448"
    ML_DSA = "ML-DSA"
    OTHER = ""


_KEY_KINDS = {
    _RSA: KeyKind.RSA,
    _RSA_PSS: KeyKind.RSA,
    "1.2.840.10045.2.1": KeyKind.EC,
    "1.2.840.10040.4.1": KeyKind.DSA,
    "1.3.101.112": KeyKind.ED25519,
    "1.3.101.113": KeyKind.ED448,
    "2.16.840.1.101.3.4.3.17": KeyKind.ML_DSA,
    "2.16.840.1.101.3.4.3.18": KeyKind.ML_DSA,
    "2.16.840.1.101.3.4.3.19": KeyKind.ML_DSA,
}


class Curve(enum.Enum):
    """The curves of the EC keys that certclient makes, by their DER OIDs (RFC 5480, 2.1.1.1)."""

    P256 = bytes.fromhex("06082a8648ce3d030107")
    P384 = bytes.fromhex("06052b81040022")

    @property
    def bits(self) -> int:
        """The length of a coordinate and of the order, in bits."""
        return 256 if self is Curve.P256 else 384


def key_kind(spki: bytes) -> KeyKind:
    """The kind of the key in a SubjectPublicKeyInfo; OTHER if it is unknown or damaged."""
    algorithm = _algorithm(spki)
    oid = ber.object_identifier(algorithm[0]) if algorithm else None
    return _KEY_KINDS.get(oid or "", KeyKind.OTHER)


def ec_curve(spki: bytes) -> Curve | None:
    """The named curve of an EC key; None for another curve, and for any other key."""
    algorithm = _algorithm(spki)
    if key_kind(spki) is not KeyKind.EC or len(algorithm) < 2:
        return None
    return next((one for one in Curve if one.value == algorithm[1].encoding), None)


_CURVE_NAMES = {
    "1.2.840.10045.3.1.7": "P-256",
    "1.3.132.0.34": "P-384",
    "1.3.132.0.35": "P-521",
    "1.3.132.0.10": "secp256k1",
}


def kind_and_curve(spki: bytes) -> str:
    """The kind of key for a person, of an EC key with its curve: "EC (P-521)"; "" if unknown."""
    name, algorithm = key_kind(spki).value, _algorithm(spki)
    curve = ber.object_identifier(algorithm[1]) if len(algorithm) > 1 else None
    if name != KeyKind.EC.value or curve is None:
        return name
    return f"{name} ({_CURVE_NAMES.get(curve, curve)})"


def ec_spki(parameters: bytes, point: bytes) -> bytes:
    """An EC key's SubjectPublicKeyInfo in DER (RFC 5480, 2).

    `parameters`: DER, usually the OID of a curve; `point`: as SEC 1, 2.3.3 encodes it.
    """
    algorithm = ber.encoded(ber.SEQUENCE, _EC_PUBLIC_KEY + parameters)
    return ber.encoded(ber.SEQUENCE, algorithm + ber.encoded(ber.BIT_STRING, b"\x00" + point))


def ec_point(spki: bytes) -> bytes | None:
    """The point of an EC key as it is encoded; None for any other key."""
    members = ber.children(ber.read(spki)) or ()
    if key_kind(spki) is not KeyKind.EC or len(members) < 2:
        return None
    return ber.bit_string(members[1])


def is_point(value: bytes, curve: Curve) -> bool:
    """Whether `value` has the form of an uncompressed point of this curve."""
    return len(value) == 1 + curve.bits // 4 and value[0] == _UNCOMPRESSED


def rsa_spki(modulus: int, exponent: int) -> bytes:
    """An RSA key's SubjectPublicKeyInfo in DER (RFC 8017, A.1.1), of whatever strength."""
    content = ber.encoded_integer(modulus) + ber.encoded_integer(exponent)
    public_key = b"\x00" + ber.encoded(ber.SEQUENCE, content)
    return ber.encoded(ber.SEQUENCE, _RSA_ALGORITHM + ber.encoded(ber.BIT_STRING, public_key))


def rsa_numbers(spki: bytes) -> tuple[int, int] | None:
    """Modulus and exponent in an RSA key's SubjectPublicKeyInfo; None for any other key, and for a
    damaged one."""
    members = ber.children(ber.read(spki)) or ()
    if key_kind(spki) is not KeyKind.RSA or len(members) < 2:
        return None
    bits = ber.bit_string(members[1])
    numbers = ber.children(ber.read(bits)) if bits is not None else None
    if numbers is None or len(numbers) != 2:
        return None
    modulus, exponent = (ber.integer(number) or 0 for number in numbers)
    return (modulus, exponent) if modulus > 0 and exponent > 0 else None


def rsa_modulus(spki: bytes) -> int | None:
    """The modulus in an RSA key's SubjectPublicKeyInfo; None for any other key."""
    numbers = rsa_numbers(spki)
    return numbers[0] if numbers else None


def _algorithm(spki: bytes) -> tuple[ber.Tlv, ...]:
    """The members of the AlgorithmIdentifier; () if it is damaged."""
    members = ber.children(ber.read(spki)) or ()
    return (ber.children(members[0]) or ()) if members else ()

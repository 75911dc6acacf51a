"""Keys for the tests of a CA: in memory, for certificates that are never installed (ADR 26)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certclient.model.keys import PSS, KeyAlgorithm, SignatureAlgorithm, Signer
from certclient.model.public_keys import Curve

_EXPONENT = 65537
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_CURVES: dict[Curve, ec.EllipticCurve] = {Curve.P256: ec.SECP256R1(), Curve.P384: ec.SECP384R1()}


class MemoryKey:
    """A key that ends with the process; implements `model.keys.DigestSigner`."""

    def __init__(self, algorithm: KeyAlgorithm) -> None:
        self._key = _generated(algorithm)

    @property
    def spki(self) -> bytes:
        """See `Signer.spki`."""
        return self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `Signer.sign`."""
        return self._sign(data, algorithm, _HASHES[algorithm.value[-3:]])

    def sign_digest(self, digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `DigestSigner.sign_digest`."""
        return self._sign(digest, algorithm, Prehashed(_HASHES[algorithm.value[-3:]]))

    def _sign(
        self, data: bytes, algorithm: SignatureAlgorithm, hashed: hashes.HashAlgorithm | Prehashed
    ) -> bytes:
        digest = _HASHES[algorithm.value[-3:]]
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(hashed))
        if algorithm in PSS:
            pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
            return self._key.sign(data, pss, hashed)
        return self._key.sign(data, padding.PKCS1v15(), hashed)


def _generated(algorithm: KeyAlgorithm) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if algorithm.curve is None:
        return rsa.generate_private_key(_EXPONENT, algorithm.bits)
    return ec.generate_private_key(_CURVES[algorithm.curve])


@dataclass(frozen=True, slots=True)
class MismatchedKey:
    """Names one public key and signs with another one: a proof of possession that is wrong."""

    named: Signer
    signing: Signer

    @property
    def spki(self) -> bytes:
        """See `Signer.spki`."""
        return self.named.spki

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `Signer.sign`."""
        return self.signing.sign(data, algorithm)

"""Keys for the tests of a CA: in memory, for certificates that are never installed (ADR 26)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certclient.model.keys import SignatureAlgorithm, Signer

_EXPONENT = 65537
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}


class MemoryKey:
    """An RSA key that ends with the process; implements `model.keys.Signer`."""

    def __init__(self, bits: int) -> None:
        self._key = rsa.generate_private_key(_EXPONENT, bits)

    @property
    def spki(self) -> bytes:
        """See `Signer.spki`."""
        return self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `Signer.sign`."""
        digest = _HASHES[algorithm.value[-3:]]
        if "pss" in algorithm.value:
            pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
            return self._key.sign(data, pss, digest)
        return self._key.sign(data, padding.PKCS1v15(), digest)


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

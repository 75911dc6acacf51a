"""A PKCS#10 certificate request (RFC 2986) signed by a key that never leaves its store."""

from __future__ import annotations

from typing import NoReturn

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    PrivateFormat,
    load_der_public_key,
)
from cryptography.x509.oid import NameOID

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm, Signer

_PKCS1 = {
    "sha256": SignatureAlgorithm.RSA_PKCS1_SHA256,
    "sha384": SignatureAlgorithm.RSA_PKCS1_SHA384,
    "sha512": SignatureAlgorithm.RSA_PKCS1_SHA512,
}


def certificate_request(signer: Signer, subject: x509.Name | str) -> bytes:
    """Returns a PKCS#10 request for `subject` (a Name or a plain Common Name) as DER bytes.

    The request is signed with SHA-256 and PKCS#1 v1.5, which every CA accepts; the signature is
    the proof of possession. Raises CertclientError(KEY_UNSUPPORTED) for a non-RSA key, and
    anything that `Signer.sign` raises.
    """
    if isinstance(subject, str):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(SignerKey(signer), hashes.SHA256()).public_bytes(Encoding.DER)


class SignerKey(rsa.RSAPrivateKey):
    """Adapts a Signer to `cryptography`'s RSAPrivateKey. Supports nothing but signing.

    Raises CertclientError(KEY_UNSUPPORTED) if the signer's key is not RSA.
    """

    def __init__(self, signer: Signer) -> None:
        public_key = load_der_public_key(signer.spki)
        if not isinstance(public_key, rsa.RSAPublicKey):
            raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="not an RSA key")
        self._signer = signer
        self._public_key = public_key

    def public_key(self) -> rsa.RSAPublicKey:
        """Returns the key from `Signer.spki`, without accessing the store."""
        return self._public_key

    @property
    def key_size(self) -> int:
        """The modulus length in bits."""
        return self._public_key.key_size

    def sign(
        self,
        data: bytes | bytearray | memoryview,
        padding: padding.AsymmetricPadding,
        algorithm: Prehashed | hashes.HashAlgorithm | object,
    ) -> bytes:
        """Signs with PKCS#1 v1.5 and SHA-2; raises UnsupportedAlgorithm for anything else."""
        return self._signer.sign(bytes(data), _algorithm(padding, algorithm))

    def decrypt(self, ciphertext: object, padding: padding.AsymmetricPadding) -> NoReturn:
        """Not supported: always raises UnsupportedAlgorithm."""
        raise UnsupportedAlgorithm("this key only signs")

    def private_numbers(self) -> NoReturn:
        """Not supported, as the key cannot leave its store: always raises UnsupportedAlgorithm."""
        raise UnsupportedAlgorithm("this key never leaves its store")

    def private_bytes(
        self,
        encoding: Encoding,
        format: PrivateFormat,
        encryption_algorithm: KeySerializationEncryption,
    ) -> NoReturn:
        """Not supported, as the key cannot leave its store: always raises UnsupportedAlgorithm."""
        raise UnsupportedAlgorithm("this key never leaves its store")

    def __copy__(self) -> SignerKey:
        return self

    def __deepcopy__(self, memo: dict[object, object]) -> SignerKey:
        return self


def _algorithm(scheme: padding.AsymmetricPadding, algorithm: object) -> SignatureAlgorithm:
    if isinstance(scheme, padding.PKCS1v15) and isinstance(algorithm, hashes.HashAlgorithm):
        known = _PKCS1.get(algorithm.name)
        if known is not None:
            return known
    raise UnsupportedAlgorithm("this key signs with PKCS#1 v1.5 and SHA-2 here")

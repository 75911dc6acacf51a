"""Proves that a key belongs to a certificate by signing a random challenge."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import TLS_ALGORITHMS, SignatureAlgorithm, Signer

_CHALLENGE_LENGTH = 32
_SCHEMES: dict[SignatureAlgorithm, padding.AsymmetricPadding] = {
    SignatureAlgorithm.RSA_PKCS1_SHA256: padding.PKCS1v15(),
    SignatureAlgorithm.RSA_PSS_SHA256: padding.PSS(
        padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size
    ),
}


def prove(
    signer: Signer,
    certificate: Certificate,
    random_bytes: Callable[[int], bytes],
    algorithms: Sequence[SignatureAlgorithm] = TLS_ALGORITHMS,
) -> None:
    """Signs a random challenge with each of `algorithms` (SHA-256) and verifies the signatures.

    Raises CertclientError(KEY_SELF_TEST_FAILED) with data `algorithm` and `reason` if a signature
    does not verify with the certificate's public key or the store does not support the algorithm;
    with data `reason` alone if the certificate is not RSA. Other errors of the store
    (TOKEN_REMOVED) propagate unchanged.
    """
    prove_key(signer, certificate.spki, random_bytes, algorithms)


def prove_key(
    signer: Signer,
    spki: bytes,
    random_bytes: Callable[[int], bytes],
    algorithms: Sequence[SignatureAlgorithm] = TLS_ALGORITHMS,
) -> None:
    """As `prove`, with the key's own `spki` (DER SubjectPublicKeyInfo)."""
    public_key = _rsa_public_key(spki)
    challenge = random_bytes(_CHALLENGE_LENGTH)
    for algorithm in algorithms:
        scheme = _SCHEMES[algorithm]
        try:
            signature = signer.sign(challenge, algorithm)
            public_key.verify(signature, challenge, scheme, hashes.SHA256())
        except InvalidSignature as error:
            raise _failed(algorithm, "signature does not verify") from error
        except CertclientError as error:
            if error.code is not ErrorCode.KEY_UNSUPPORTED:
                raise
            raise _failed(algorithm, error.data.get("reason", "")) from error


def _rsa_public_key(spki: bytes) -> rsa.RSAPublicKey:
    try:
        public_key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        reason = str(error)[:200]
        raise CertclientError(ErrorCode.KEY_SELF_TEST_FAILED, reason=reason) from error
    if not isinstance(public_key, rsa.RSAPublicKey):
        raise CertclientError(ErrorCode.KEY_SELF_TEST_FAILED, reason="not an RSA certificate")
    return public_key


def _failed(algorithm: SignatureAlgorithm, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.KEY_SELF_TEST_FAILED, algorithm=algorithm.value, reason=reason)

"""Proves that a key belongs to a certificate by signing a random challenge."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm, Signer

_PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_CHALLENGE_LENGTH = 32
_RSA: dict[SignatureAlgorithm, padding.AsymmetricPadding] = {
    SignatureAlgorithm.RSA_PKCS1_SHA256: padding.PKCS1v15(),
    SignatureAlgorithm.RSA_PSS_SHA256: padding.PSS(
        padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size
    ),
}
_ECDSA: dict[SignatureAlgorithm, hashes.HashAlgorithm] = {
    SignatureAlgorithm.ECDSA_SHA256: hashes.SHA256(),
    SignatureAlgorithm.ECDSA_SHA384: hashes.SHA384(),
}


def prove(
    signer: Signer,
    certificate: Certificate,
    random_bytes: Callable[[int], bytes],
    algorithms: Sequence[SignatureAlgorithm],
) -> None:
    """Signs a random challenge with each of `algorithms` and verifies the signatures.

    `algorithms`: some of `model.keys.signature_algorithms`; none is a failure.

    Raises CertclientError(KEY_SELF_TEST_FAILED) with data `algorithm` and `reason` if a signature
    does not verify with the certificate's public key or the store does not support the algorithm;
    with data `reason` alone if the certificate's key is of a kind that cannot sign here. Other
    errors of the store (TOKEN_REMOVED) propagate unchanged.
    """
    prove_key(signer, certificate.spki, random_bytes, algorithms)


def prove_key(
    signer: Signer,
    spki: bytes,
    random_bytes: Callable[[int], bytes],
    algorithms: Sequence[SignatureAlgorithm],
) -> None:
    """As `prove`, with the key's own `spki` (DER SubjectPublicKeyInfo)."""
    public_key = _public_key(spki)
    if not algorithms:
        raise CertclientError(ErrorCode.KEY_SELF_TEST_FAILED, reason=_OTHER_KIND)
    challenge = random_bytes(_CHALLENGE_LENGTH)
    for algorithm in algorithms:
        try:
            _verify(public_key, signer.sign(challenge, algorithm), challenge, algorithm)
        except InvalidSignature as error:
            raise _failed(algorithm, "signature does not verify") from error
        except CertclientError as error:
            if error.code is not ErrorCode.KEY_UNSUPPORTED:
                raise
            raise _failed(algorithm, error.data.get("reason", "")) from error


def verifies(spki: bytes, signature: bytes, data: bytes, algorithm: SignatureAlgorithm) -> bool:
    """Whether the key `spki` (DER SubjectPublicKeyInfo) has signed `data`.

    Raises as `prove_key` for a key that cannot be read, and KEY_UNSUPPORTED for an algorithm of
    another kind of key.
    """
    try:
        _verify(_public_key(spki), signature, data, algorithm)
    except InvalidSignature:
        return False
    return True


def _verify(
    key: _PublicKey, signature: bytes, challenge: bytes, algorithm: SignatureAlgorithm
) -> None:
    """Raises InvalidSignature; KEY_UNSUPPORTED for an algorithm of another kind of key."""
    if isinstance(key, rsa.RSAPublicKey) and algorithm in _RSA:
        key.verify(signature, challenge, _RSA[algorithm], hashes.SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm in _ECDSA:
        key.verify(signature, challenge, ec.ECDSA(_ECDSA[algorithm]))
    else:
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason=_OTHER_KIND)


def _public_key(spki: bytes) -> _PublicKey:
    try:
        public_key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        reason = str(error)[:200]
        raise CertclientError(ErrorCode.KEY_SELF_TEST_FAILED, reason=reason) from error
    if not isinstance(public_key, _PublicKey):
        raise CertclientError(ErrorCode.KEY_SELF_TEST_FAILED, reason=_OTHER_KIND)
    return public_key


_OTHER_KIND = "a key of another kind"


def _failed(algorithm: SignatureAlgorithm, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.KEY_SELF_TEST_FAILED, algorithm=algorithm.value, reason=reason)

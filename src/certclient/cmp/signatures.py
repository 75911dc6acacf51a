"""Signatures of messages and of proofs of possession, by AlgorithmIdentifier (RFC 9481, 3)."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.cmp import syntax
from certclient.cmp.crmf import CertReqMsg, CertRequest, PopSignature
from certclient.cmp.mac import ProtectionError
from certclient.cmp.names import AlgorithmIdentifier
from certclient.model.keys import MIN_RSA_BITS, SignatureAlgorithm, Signer

RSA_SHA256 = AlgorithmIdentifier("1.2.840.113549.1.1.11", syntax.NULL)
"""sha256WithRSAEncryption; RFC 4055, 5 wants the NULL."""

_RSA: dict[str, type[hashes.HashAlgorithm]] = {
    RSA_SHA256.oid: hashes.SHA256,
    "1.2.840.113549.1.1.12": hashes.SHA384,
    "1.2.840.113549.1.1.13": hashes.SHA512,
}
_ECDSA: dict[str, type[hashes.HashAlgorithm]] = {
    "1.2.840.10045.4.3.2": hashes.SHA256,
    "1.2.840.10045.4.3.3": hashes.SHA384,
    "1.2.840.10045.4.3.4": hashes.SHA512,
}
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}
_RSA_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"
_ED25519 = "1.3.101.112"


def check_signature(
    algorithm: AlgorithmIdentifier, spki: bytes, signature: bytes, data: bytes
) -> None:
    """Verifies `signature` over `data` by the key `spki` (DER SubjectPublicKeyInfo).

    RSA (PKCS#1 v1.5 and PSS) and ECDSA with SHA-256 to SHA-512, and Ed25519. Raises
    ProtectionError: wrong signature, weak or unknown algorithm, key of another kind.
    """
    try:
        key = load_der_public_key(spki)
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
            key.verify(signature, data, *_rsa_scheme(algorithm))
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(_known(_ECDSA, algorithm.oid)))
        elif isinstance(key, ed25519.Ed25519PublicKey) and algorithm.oid == _ED25519:
            key.verify(signature, data)
        else:
            raise ProtectionError(f"key or algorithm {algorithm.oid} not accepted")
    except InvalidSignature as error:
        raise ProtectionError("the signature does not match") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ProtectionError(f"unreadable key: {error}") from error


def prove_possession(request: CertRequest, new_key: Signer) -> CertReqMsg:
    """Signs the request with the key it asks a certificate for (RFC 4211, 4.1)."""
    der = request.encode()
    signature = new_key.sign(der, SignatureAlgorithm.RSA_PKCS1_SHA256)
    return CertReqMsg(request, der, PopSignature(RSA_SHA256, signature))


def check_possession(message: CertReqMsg) -> None:
    """Verifies the proof of possession. Raises ProtectionError, also where there is none."""
    spki, pop = message.request.template.spki, message.pop
    if spki is None or pop is None or pop.separate_input:
        raise ProtectionError("no signature over the request as proof of possession")
    check_signature(pop.algorithm, spki, pop.signature, message.request_der)


def _rsa_scheme(
    algorithm: AlgorithmIdentifier,
) -> tuple[padding.AsymmetricPadding, hashes.HashAlgorithm]:
    if algorithm.oid != _RSA_PSS:
        return padding.PKCS1v15(), _known(_RSA, algorithm.oid)
    try:
        return _pss(algorithm.parameters or b"")
    except syntax.MalformedMessageError as error:
        raise ProtectionError(f"PSS parameters: {error}") from error


def _pss(parameters: bytes) -> tuple[padding.AsymmetricPadding, hashes.HashAlgorithm]:
    """RFC 4055, 3.1: one hash for both uses; the defaults mean SHA-1 and are not accepted."""
    value = syntax.decode(syntax.PSSParams, parameters)
    if value.hash is None or value.mask is None or value.trailer != 1:
        raise ProtectionError("PSS with SHA-1")
    digest = AlgorithmIdentifier.decode(syntax.encode(value.hash.value))
    mask = AlgorithmIdentifier.decode(syntax.encode(value.mask.value))
    mask_digest = AlgorithmIdentifier.decode(mask.parameters or b"")
    algorithm = _known(_HASHES, digest.oid)
    if mask.oid != _MGF1 or mask_digest.oid != digest.oid:
        raise ProtectionError("PSS with two hashes")
    if not 0 <= value.salt_length <= algorithm.digest_size:
        raise ProtectionError(f"PSS salt of {value.salt_length} bytes")
    return padding.PSS(padding.MGF1(algorithm), value.salt_length), algorithm


def _known(table: dict[str, type[hashes.HashAlgorithm]], oid: str) -> hashes.HashAlgorithm:
    if oid not in table:
        raise ProtectionError(f"signature algorithm {oid} not accepted")
    return table[oid]()

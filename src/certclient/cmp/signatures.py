"""Signatures by AlgorithmIdentifier (RFC 9481, 3): of CMP messages, certificates and proofs of
possession. The only module that knows these identifiers."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.cmp import syntax
from certclient.cmp.crmf import CertReqMsg, CertRequest, PopSignature
from certclient.cmp.mac import AlgorithmError, ProtectionError
from certclient.cmp.names import AlgorithmIdentifier
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature, signatures_of
from certclient.model.keys import SignatureAlgorithm, Signer, request_algorithm

RSA_SHA256 = AlgorithmIdentifier("1.2.840.113549.1.1.11", syntax.NULL)
"""sha256WithRSAEncryption; RFC 4055, 5 requires the NULL."""

_IDENTIFIERS = {
    SignatureAlgorithm.RSA_PKCS1_SHA256: RSA_SHA256,
    SignatureAlgorithm.ECDSA_SHA256: AlgorithmIdentifier("1.2.840.10045.4.3.2"),
    SignatureAlgorithm.ECDSA_SHA384: AlgorithmIdentifier("1.2.840.10045.4.3.3"),
}
"""Of `model.keys.request_algorithm`. ECDSA without parameters (RFC 5758, 3.2)."""

_RSA_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"

_BY_OID = {
    RSA_SHA256.oid: CaSignature.RSA_PKCS1_SHA256,
    "1.2.840.113549.1.1.12": CaSignature.RSA_PKCS1_SHA384,
    "1.2.840.113549.1.1.13": CaSignature.RSA_PKCS1_SHA512,
    "1.2.840.10045.4.3.2": CaSignature.ECDSA_SHA256,
    "1.2.840.10045.4.3.3": CaSignature.ECDSA_SHA384,
    "1.2.840.10045.4.3.4": CaSignature.ECDSA_SHA512,
    "1.3.101.112": CaSignature.ED25519,
    "1.3.101.113": CaSignature.ED448,
    "2.16.840.1.101.3.4.3.17": CaSignature.ML_DSA_44,
    "2.16.840.1.101.3.4.3.18": CaSignature.ML_DSA_65,
    "2.16.840.1.101.3.4.3.19": CaSignature.ML_DSA_87,
}
_PSS_BY_HASH = {
    "2.16.840.1.101.3.4.2.1": CaSignature.RSA_PSS_SHA256,
    "2.16.840.1.101.3.4.2.2": CaSignature.RSA_PSS_SHA384,
    "2.16.840.1.101.3.4.2.3": CaSignature.RSA_PSS_SHA512,
}
_DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class _Scheme:
    """An algorithm with its parameters. `salt_length` in bytes, for PSS only."""

    signature: CaSignature
    salt_length: int = 0

    @property
    def digest(self) -> hashes.HashAlgorithm:
        return _DIGESTS[self.signature.name.rpartition("_")[2]]()


def check_signature(
    algorithm: AlgorithmIdentifier,
    spki: bytes,
    signature: bytes,
    data: bytes,
    allowed: frozenset[CaSignature] = ALL_CA_SIGNATURES,
) -> None:
    """Verifies `signature` over `data` with the key `spki` (DER SubjectPublicKeyInfo).

    Accepts the `allowed` ones of `model.ca_signatures`. Raises ProtectionError for a wrong
    signature, a disallowed algorithm, or a key of another kind; AlgorithmError for a weak or
    unknown algorithm.
    """
    scheme = _scheme(algorithm)
    if scheme.signature not in allowed & signatures_of(spki):
        raise ProtectionError(f"key or algorithm {scheme.signature.value} not accepted")
    _check_pss_key(spki, scheme)
    try:
        _verify(scheme, spki, signature, data)
    except InvalidSignature as error:
        raise ProtectionError("the signature does not match") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ProtectionError(f"unreadable key: {error}") from error


def check_algorithm(algorithm: AlgorithmIdentifier) -> None:
    """Raises AlgorithmError unless it is the identifier of a signature that is accepted."""
    _scheme(algorithm)


def prove_possession(request: CertRequest, new_key: Signer) -> CertReqMsg:
    """Signs the request with the key to be certified (RFC 4211, 4.1). Raises as `Signer.sign`."""
    der = request.encode()
    signature = new_key.sign(der, request_algorithm(new_key.spki))
    return CertReqMsg(request, der, PopSignature(signature_identifier(new_key), signature))


def signature_identifier(signer: Signer) -> AlgorithmIdentifier:
    """The identifier of `model.keys.request_algorithm` for this key (RFC 9481, 3).

    Raises CertclientError(KEY_UNSUPPORTED).
    """
    return _IDENTIFIERS[request_algorithm(signer.spki)]


def check_possession(message: CertReqMsg) -> None:
    """Verifies the proof of possession. Raises ProtectionError, also if it is missing."""
    spki, pop = message.request.template.spki, message.pop
    if spki is None or pop is None or pop.separate_input:
        raise ProtectionError("no signature over the request as proof of possession")
    check_signature(pop.algorithm, spki, pop.signature, message.request_der)


def _verify(scheme: _Scheme, spki: bytes, signature: bytes, data: bytes) -> None:
    key = load_der_public_key(spki)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, _padding(scheme), scheme.digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(scheme.digest))
    elif isinstance(
        key,
        ed25519.Ed25519PublicKey
        | ed448.Ed448PublicKey
        | mldsa.MLDSA44PublicKey
        | mldsa.MLDSA65PublicKey
        | mldsa.MLDSA87PublicKey,
    ):
        key.verify(signature, data)
    else:
        raise ProtectionError("a key of another kind")


def _padding(scheme: _Scheme) -> padding.AsymmetricPadding:
    if scheme.signature not in _PSS_BY_HASH.values():
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(scheme.digest), scheme.salt_length)


def _scheme(algorithm: AlgorithmIdentifier) -> _Scheme:
    if algorithm.oid == _RSA_PSS:
        return _pss(algorithm.parameters or b"")
    if algorithm.oid not in _BY_OID:
        raise AlgorithmError(f"signature algorithm {algorithm.oid} not accepted")
    return _Scheme(_BY_OID[algorithm.oid])


def _pss(parameters: bytes) -> _Scheme:
    """RFC 4055, 3.1. Requires one hash for both uses; the defaults mean SHA-1 and are refused."""
    try:
        value = syntax.decode(syntax.PSSParams, parameters)
        if value.hash is None or value.mask is None or value.trailer != 1:
            raise AlgorithmError("PSS with SHA-1")
        digest = AlgorithmIdentifier.decode(syntax.encode(value.hash.value))
        mask = AlgorithmIdentifier.decode(syntax.encode(value.mask.value))
        mask_digest = AlgorithmIdentifier.decode(mask.parameters or b"")
    except syntax.MalformedMessageError as error:
        raise AlgorithmError(f"PSS parameters: {error}") from error
    if digest.oid not in _PSS_BY_HASH:
        raise AlgorithmError(f"hash algorithm {digest.oid} not accepted")
    if mask.oid != _MGF1 or mask_digest.oid != digest.oid:
        raise AlgorithmError("PSS with two hashes")
    scheme = _Scheme(_PSS_BY_HASH[digest.oid], value.salt_length)
    if scheme.salt_length < 0:
        raise ProtectionError(f"PSS salt of {scheme.salt_length} bytes")
    return scheme


def _check_pss_key(spki: bytes, scheme: _Scheme) -> None:
    """RFC 4055, 1.2 and 3.3: a key with the OID of PSS signs by PSS alone.

    With parameters, it signs with its hash and at least its salt length.
    """
    try:
        algorithm = AlgorithmIdentifier.decode(syntax.encode(syntax.items(spki)[0]))
    except (syntax.MalformedMessageError, IndexError) as error:
        raise ProtectionError(f"unreadable key: {error}") from error
    if algorithm.oid != _RSA_PSS:
        return
    if scheme.signature not in _PSS_BY_HASH.values():
        raise ProtectionError("a key for PSS")
    if algorithm.parameters is None:
        return
    required = _pss(algorithm.parameters)
    if scheme.signature != required.signature or scheme.salt_length < required.salt_length:
        raise ProtectionError("PSS with other parameters than the key's")

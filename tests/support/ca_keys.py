"""A CA's key for each signature algorithm that certclient accepts, and signatures by it."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, padding, rsa

from certclient.cmp import syntax
from certclient.cmp.names import AlgorithmIdentifier
from certclient.model.ca_signatures import CaSignature
from support.paths import IssuerKey, Signing
from support.pki import rsa_key

_S256, _S384, _S512 = Signing(hashes.SHA256()), Signing(hashes.SHA384()), Signing(hashes.SHA512())
_BARE = Signing(None)

KINDS: dict[CaSignature, tuple[IssuerKey, Signing]] = {
    CaSignature.RSA_PKCS1_SHA256: (rsa_key(1), _S256),
    CaSignature.RSA_PKCS1_SHA384: (rsa_key(1), _S384),
    CaSignature.RSA_PKCS1_SHA512: (rsa_key(1), _S512),
    CaSignature.RSA_PSS_SHA256: (rsa_key(1), Signing(hashes.SHA256(), 32)),
    CaSignature.RSA_PSS_SHA384: (rsa_key(1), Signing(hashes.SHA384(), 48)),
    CaSignature.RSA_PSS_SHA512: (rsa_key(1), Signing(hashes.SHA512(), 64)),
    CaSignature.ECDSA_SHA256: (ec.generate_private_key(ec.SECP256R1()), _S256),
    CaSignature.ECDSA_SHA384: (ec.generate_private_key(ec.SECP384R1()), _S384),
    CaSignature.ECDSA_SHA512: (ec.generate_private_key(ec.SECP521R1()), _S512),
    CaSignature.ED25519: (ed25519.Ed25519PrivateKey.generate(), _BARE),
    CaSignature.ED448: (ed448.Ed448PrivateKey.generate(), _BARE),
    CaSignature.ML_DSA_44: (mldsa.MLDSA44PrivateKey.generate(), _BARE),
    CaSignature.ML_DSA_65: (mldsa.MLDSA65PrivateKey.generate(), _BARE),
    CaSignature.ML_DSA_87: (mldsa.MLDSA87PrivateKey.generate(), _BARE),
}

_OIDS = {
    CaSignature.RSA_PKCS1_SHA256: "1.2.840.113549.1.1.11",
    CaSignature.RSA_PKCS1_SHA384: "1.2.840.113549.1.1.12",
    CaSignature.RSA_PKCS1_SHA512: "1.2.840.113549.1.1.13",
    CaSignature.ECDSA_SHA256: "1.2.840.10045.4.3.2",
    CaSignature.ECDSA_SHA384: "1.2.840.10045.4.3.3",
    CaSignature.ECDSA_SHA512: "1.2.840.10045.4.3.4",
    CaSignature.ED25519: "1.3.101.112",
    CaSignature.ED448: "1.3.101.113",
    CaSignature.ML_DSA_44: "2.16.840.1.101.3.4.3.17",
    CaSignature.ML_DSA_65: "2.16.840.1.101.3.4.3.18",
    CaSignature.ML_DSA_87: "2.16.840.1.101.3.4.3.19",
}
_SHA2 = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}


def identifier(kind: CaSignature) -> AlgorithmIdentifier:
    """The AlgorithmIdentifier of a message that is signed by `sign`."""
    _, signing = KINDS[kind]
    if signing.salt_length is None or signing.digest is None:
        null = syntax.NULL if kind.name.startswith("RSA") else None
        return AlgorithmIdentifier(_OIDS[kind], null)
    digest = AlgorithmIdentifier(_SHA2[signing.digest.name]).encode()
    mask = AlgorithmIdentifier("1.2.840.113549.1.1.8", digest).encode()
    salt = syntax.encode(signing.salt_length)
    parts = (syntax.wrap(0xA0, digest), syntax.wrap(0xA1, mask), syntax.wrap(0xA2, salt))
    return AlgorithmIdentifier("1.2.840.113549.1.1.10", syntax.wrapped_list(parts))


def sign(kind: CaSignature, data: bytes) -> bytes:
    own, signing = KINDS[kind]
    if isinstance(own, rsa.RSAPrivateKey):
        assert signing.digest is not None
        if signing.salt_length is None:
            return own.sign(data, padding.PKCS1v15(), signing.digest)
        pss = padding.PSS(padding.MGF1(signing.digest), signing.salt_length)
        return own.sign(data, pss, signing.digest)
    if isinstance(own, ec.EllipticCurvePrivateKey):
        assert signing.digest is not None
        return own.sign(data, ec.ECDSA(signing.digest))
    assert not isinstance(own, dsa.DSAPrivateKey)
    return own.sign(data)

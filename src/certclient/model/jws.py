"""Signed JSON: the subset of JWS in flattened form (RFC 7515, 7.2.2) that this project needs.

The type of the key determines the algorithm, never the message's own header (RFC 8725, 3.1):
Ed25519 EdDSA (RFC 8037), P-256 ES256, RSA PS256 (RFC 7518, 3.4 and 3.5). One signature, no
unprotected header, and a protected header of exactly `alg` and `typ`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.model.faults import FaultError, Reason
from certclient.model.stored_json import UnreadableError, from_json

PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey

MIN_RSA_BITS = 2048
COORDINATE = 32
"""Length of r and of s for P-256, in bytes."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: str
    typ: str


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    protected: str
    payload: str
    signature: str


def public_key(spki: bytes) -> PublicKey:
    """Loads a DER SubjectPublicKeyInfo. Raises FaultError for any other key type or size."""
    try:
        key = load_der_public_key(spki)
    except UnsupportedAlgorithm as error:
        raise FaultError(Reason.SIGNER_KIND) from error
    if not isinstance(key, PublicKey):
        raise FaultError(Reason.SIGNER_KIND)
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name != ec.SECP256R1.name:
        raise FaultError(Reason.SIGNER_KIND)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        raise FaultError(Reason.SIGNER_SHORT, found=str(key.key_size), least=str(MIN_RSA_BITS))
    return key


def algorithm(key: PublicKey) -> str:
    """The `alg` value (RFC 7518, RFC 8037) for a key."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "EdDSA"
    return "ES256" if isinstance(key, ec.EllipticCurvePublicKey) else "PS256"


def sign(payload: bytes, alg: str, typ: str, signature: Callable[[bytes], bytes]) -> bytes:
    """Returns the signed message as JSON.

    `signature` signs the bytes passed to it and returns the form of RFC 7518 (for ECDSA: r and s,
    32 bytes each).
    """
    protected = _encoded(msgspec.json.encode(_Header(alg, typ)))
    body = _encoded(payload)
    signed = signature(f"{protected}.{body}".encode())
    return msgspec.json.encode(_Envelope(protected, body, _encoded(signed)))


def verified_payload(message: bytes, typ: str, keys: Sequence[PublicKey]) -> bytes:
    """Returns the payload of a message of type `typ` signed by one of `keys`.

    Raises ValueError with an English reason: not a JWS of this form, wrong type or algorithm, not
    signed by any of the keys.
    """
    try:
        envelope = from_json(message, _Envelope)
        header = from_json(_decoded(envelope.protected), _Header)
    except UnreadableError as error:
        raise ValueError(f"not a signed message: {error}") from error
    if header.typ != typ:
        raise ValueError("a signed message of another kind")
    signature = _decoded(envelope.signature)
    signed = f"{envelope.protected}.{envelope.payload}".encode()
    if not any(header.alg == algorithm(key) and is_signed(key, signature, signed) for key in keys):
        raise ValueError("not signed by a key of the bank's")
    return _decoded(envelope.payload)


def is_signed(key: PublicKey, signature: bytes, signed: bytes) -> bool:
    """Whether `signature`, in the form of RFC 7518 (for ECDSA: r and s), is the key's."""
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, signed)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_der(signature), signed, ec.ECDSA(hashes.SHA256()))
        else:
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
            key.verify(signature, signed, pss, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _der(signature: bytes) -> bytes:
    if len(signature) != 2 * COORDINATE:
        raise InvalidSignature
    r, s = signature[:COORDINATE], signature[COORDINATE:]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Strict base64url: each value has exactly one encoding. Raises ValueError."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encoded(data) != text:
        raise ValueError("not base64url")
    return data

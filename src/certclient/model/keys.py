"""Key specifications, durable references to keys, and the Signer protocol."""

from __future__ import annotations

import enum
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from certclient.model.certificate import Certificate

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.public_keys import Curve, KeyKind, ec_curve, key_kind, rsa_modulus

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 4096


class Protection(enum.Enum):
    """What Windows asks the user before a key signs (the seeds' セキュリティレベル)."""

    NONE = "none"
    CONSENT = "consent"
    """「中」: OK or cancel."""
    PASSWORD = "password"
    """「高」: a password chosen when the key was created."""


class KeyAlgorithm(enum.Enum):
    """The kinds of key that this program creates. RSA: the length of the modulus; the exponent is
    65537."""

    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"
    EC_P256 = "ec-p256"
    EC_P384 = "ec-p384"

    @property
    def kind(self) -> KeyKind:
        """RSA or EC."""
        return KeyKind.RSA if self.curve is None else KeyKind.EC

    @property
    def curve(self) -> Curve | None:
        """The curve of an EC key; None for RSA."""
        return _CURVES.get(self)

    @property
    def bits(self) -> int:
        """The length of the modulus, or of the curve's order."""
        return self.curve.bits if self.curve else int(self.value.removeprefix("rsa-"))

    @classmethod
    def of(cls, spki: bytes) -> KeyAlgorithm | None:
        """The kind of an existing key (SubjectPublicKeyInfo); None if it is none of these."""
        curve, bits = ec_curve(spki), (rsa_modulus(spki) or 0).bit_length()
        for one in cls:
            if one.curve is curve and (curve is not None or one.bits == bits):
                return one
        return None


_CURVES = {KeyAlgorithm.EC_P256: Curve.P256, KeyAlgorithm.EC_P384: Curve.P384}


@dataclass(frozen=True, slots=True)
class KeySpec:
    """The key that a profile requires.

    `protection` and `prefer_tpm` apply to the Windows store only; `purpose` is a name (the bank's)
    that Windows shows in its prompt for the key. `pss`: the bank's login needs RSA-PSS signatures
    (TLS 1.3 only) of an RSA key, which some tokens cannot make.
    """

    algorithm: KeyAlgorithm = KeyAlgorithm.RSA_2048
    protection: Protection = Protection.NONE
    prefer_tpm: bool = False
    purpose: str = ""
    pss: bool = False


@dataclass(frozen=True, slots=True)
class KeyRef:
    """A durable reference to a key inside a store; holds no secret, so it may be journalled.

    `store_id` identifies the store (`CertificateStore.store_id`), `key_id` the key in it (CKA_ID
    for PKCS#11; provider and container on Windows).
    """

    store_id: str
    key_id: bytes


_OWN_LABEL = re.compile(r"certclient ([0-9a-f]{16})")


def own_label(procedure_id: str) -> str:
    """The name of a procedure's key in its store: CKA_LABEL, or the Windows key container.

    `procedure_id`: 16 hexadecimal digits.
    """
    return f"certclient {procedure_id}"


def procedure_of(label: str) -> str | None:
    """The id of the procedure that created the key `label`; None for a key of other software."""
    match = _OWN_LABEL.fullmatch(label)
    return match.group(1) if match else None


class SignatureAlgorithm(enum.Enum):
    """Signatures that a store's key must support (RFC 8017; FIPS 186-5, 6).

    For PSS, salt length and MGF1 hash follow the digest, as TLS 1.3 requires. ECDSA: with a key on
    the curve that belongs to the digest (P-256, P-384), as TLS 1.3 requires (RFC 8446, 4.2.3); the
    signature is an Ecdsa-Sig-Value in DER (RFC 3279, 2.2.3).
    """

    RSA_PKCS1_SHA256 = "rsa-pkcs1-sha256"
    RSA_PKCS1_SHA384 = "rsa-pkcs1-sha384"
    RSA_PKCS1_SHA512 = "rsa-pkcs1-sha512"
    RSA_PSS_SHA256 = "rsa-pss-sha256"
    RSA_PSS_SHA384 = "rsa-pss-sha384"
    RSA_PSS_SHA512 = "rsa-pss-sha512"
    ECDSA_SHA256 = "ecdsa-sha256"
    ECDSA_SHA384 = "ecdsa-sha384"


PSS = frozenset(one for one in SignatureAlgorithm if one.name.startswith("RSA_PSS"))
"""What TLS 1.3 needs of an RSA key, and not every store has."""


class SignaturePurpose(enum.Enum):
    """What a key signs."""

    LOGIN = "login"
    """TLS client authentication."""
    REQUEST = "request"
    """Messages to the CA (RFC 9481, 3) and certificate requests."""


_BY_CURVE = {
    Curve.P256: SignatureAlgorithm.ECDSA_SHA256,
    Curve.P384: SignatureAlgorithm.ECDSA_SHA384,
}
_RSA_LOGIN = (SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.RSA_PSS_SHA256)
"""TLS 1.2 accepts both, TLS 1.3 only PSS (RFC 8446, 4.2.3)."""


def signature_algorithms(spki: bytes, purpose: SignaturePurpose) -> tuple[SignatureAlgorithm, ...]:
    """The algorithms with which the key `spki` (SubjectPublicKeyInfo) serves this purpose.

    One for messages to the CA: RFC 9481 has others, too. Empty for a key that certclient cannot
    sign with: DSA, another curve, Ed25519.
    """
    if key_kind(spki) is KeyKind.RSA:
        return _RSA_LOGIN if purpose is SignaturePurpose.LOGIN else _RSA_LOGIN[:1]
    curve = ec_curve(spki)
    return () if curve is None else (_BY_CURVE[curve],)


def can_sign(spki: bytes, algorithm: SignatureAlgorithm) -> bool:
    """Whether a key of this kind makes these signatures."""
    curve = ec_curve(spki)
    if curve is not None:
        return algorithm is _BY_CURVE[curve]
    return key_kind(spki) is KeyKind.RSA and algorithm not in _BY_CURVE.values()


def request_algorithm(spki: bytes) -> SignatureAlgorithm:
    """The algorithm for messages to the CA. Raises CertclientError(KEY_UNSUPPORTED)."""
    for algorithm in signature_algorithms(spki, SignaturePurpose.REQUEST):
        return algorithm
    raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="neither RSA nor EC (P-256, P-384)")


class Signer(Protocol):
    """A private key that never leaves its store; signing is its only operation."""

    @property
    def spki(self) -> bytes:
        """The public key as DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7)."""
        ...

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """Signs `data` (hashed inside) and returns the signature; ECDSA as DER Ecdsa-Sig-Value.

        Raises CertclientError: TOKEN_REMOVED, PIN_…, KEY_NOT_FOUND, TOKEN_FAILED, KEY_UNSUPPORTED.
        """
        ...


@runtime_checkable
class DigestSigner(Signer, Protocol):
    """A Signer that also signs what somebody else has hashed: a TLS library."""

    def sign_digest(self, digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """As `sign`, for the digest of the data by the algorithm's hash function."""
        ...


@runtime_checkable
class SystemSigner(Signer, Protocol):
    """A Signer whose key the operating system itself can use for TLS."""

    def client_context(self, certificate: Certificate) -> AbstractContextManager[Any]:
        """Yields the system's handle of the key's certificate (Windows: a PCCERT_CONTEXT).

        Raises CertclientError(CERTIFICATE_NOT_FOUND).
        """
        ...

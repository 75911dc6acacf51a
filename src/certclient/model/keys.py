"""Key specifications, durable references to keys, and the Signer protocol."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 4096


class Protection(enum.Enum):
    """What Windows asks the user before a key signs (the seeds' セキュリティレベル)."""

    NONE = "none"
    CONSENT = "consent"
    """「中」: OK or cancel."""
    PASSWORD = "password"
    """「高」: a password chosen when the key was created."""


@dataclass(frozen=True, slots=True)
class KeySpec:
    """The key that a profile requires. `bits` is the RSA modulus length; the exponent is 65537.

    `protection` and `prefer_tpm` apply to the Windows store only; `purpose` is a name (the bank's)
    that Windows shows in its prompt for the key. `pss`: the bank's login needs RSA-PSS signatures
    (TLS 1.3 only), which some tokens cannot make.
    """

    bits: int = 2048
    protection: Protection = Protection.NONE
    prefer_tpm: bool = False
    purpose: str = ""
    pss: bool = False

    def __post_init__(self) -> None:
        if self.bits not in (2048, 3072, 4096):
            raise ValueError(f"RSA key length must be 2048, 3072 or 4096 bits, not {self.bits}")


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
    """RSA signatures that a store's key must support (RFC 8017).

    For PSS, salt length and MGF1 hash follow the digest, as TLS 1.3 requires.
    """

    RSA_PKCS1_SHA256 = "rsa-pkcs1-sha256"
    RSA_PKCS1_SHA384 = "rsa-pkcs1-sha384"
    RSA_PKCS1_SHA512 = "rsa-pkcs1-sha512"
    RSA_PSS_SHA256 = "rsa-pss-sha256"
    RSA_PSS_SHA384 = "rsa-pss-sha384"
    RSA_PSS_SHA512 = "rsa-pss-sha512"


TLS_ALGORITHMS = (SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.RSA_PSS_SHA256)
"""Algorithms for logging in: TLS 1.2 accepts both, TLS 1.3 only PSS (RFC 8446, 4.2.3)."""

REQUEST_ALGORITHMS = (SignatureAlgorithm.RSA_PKCS1_SHA256,)
"""Algorithm for messages to the CA (RFC 9481, 3.1)."""


class Signer(Protocol):
    """A private key that never leaves its store; signing is its only operation."""

    @property
    def spki(self) -> bytes:
        """The public key as DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7)."""
        ...

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """Signs `data` (hashed inside) and returns the raw signature.

        Raises CertclientError: TOKEN_REMOVED, PIN_…, KEY_NOT_FOUND, TOKEN_FAILED, KEY_UNSUPPORTED.
        """
        ...


@runtime_checkable
class DigestSigner(Signer, Protocol):
    """A Signer that also signs what somebody else has hashed: a TLS library."""

    def sign_digest(self, digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """As `sign`, for the digest of the data by the algorithm's hash function."""
        ...

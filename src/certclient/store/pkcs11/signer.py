"""A Signer for a private key on a token: hashes in software, runs RSA or ECDSA on the token."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import NamedTuple

import pkcs11
from cryptography.hazmat.primitives import hashes
from pkcs11 import MGF, Attribute, Mechanism
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm, can_sign
from certclient.store.ecdsa import der_signature
from certclient.store.pkcs11.objects import readable
from certclient.store.pkcs11.pin_octets import octets_of
from certclient.store.pkcs11.signature_pin import SignaturePin

Guard = Callable[[], AbstractContextManager[None]]
"""Returns the context manager that translates the token's errors (`errors.translated`)."""


class _Hash(NamedTuple):
    algorithm: hashes.HashAlgorithm
    digest_info: bytes
    mechanism: Mechanism
    mgf: MGF


_SHA256 = _Hash(
    hashes.SHA256(),
    bytes.fromhex("3031300d060960864801650304020105000420"),
    Mechanism.SHA256,
    MGF.SHA256,
)
_SHA384 = _Hash(
    hashes.SHA384(),
    bytes.fromhex("3041300d060960864801650304020205000430"),
    Mechanism.SHA384,
    MGF.SHA384,
)
_SHA512 = _Hash(
    hashes.SHA512(),
    bytes.fromhex("3051300d060960864801650304020305000440"),
    Mechanism.SHA512,
    MGF.SHA512,
)
"""`digest_info`: the DER that precedes the hash in a PKCS#1 v1.5 signature (RFC 8017, 9.2,
note 1)."""

_PKCS1 = {
    SignatureAlgorithm.RSA_PKCS1_SHA256: _SHA256,
    SignatureAlgorithm.RSA_PKCS1_SHA384: _SHA384,
    SignatureAlgorithm.RSA_PKCS1_SHA512: _SHA512,
}
_PSS = {
    SignatureAlgorithm.RSA_PSS_SHA256: _SHA256,
    SignatureAlgorithm.RSA_PSS_SHA384: _SHA384,
    SignatureAlgorithm.RSA_PSS_SHA512: _SHA512,
}


_ECDSA = {
    SignatureAlgorithm.ECDSA_SHA256: _SHA256,
    SignatureAlgorithm.ECDSA_SHA384: _SHA384,
}
_HASHES = {**_PKCS1, **_PSS, **_ECDSA}

_WRONG_PIN = (p11.PinIncorrect, p11.PinInvalid, p11.PinLenRange)


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """A `model.keys.Signer` for a key object; usable while its session is open.

    Uses only CKM_RSA_PKCS, CKM_RSA_PKCS_PSS and CKM_ECDSA (PKCS#11 v3.1, 6.1.5, 6.1.11, 6.3.12):
    every token with RSA has the first, TLS 1.3 needs the second, every token with EC has the third,
    and all accept a hash computed in software.
    """

    key: pkcs11.SignMixin
    spki: bytes
    guard: Guard
    pin: SignaturePin
    asks_each_time: bool
    """CKA_ALWAYS_AUTHENTICATE."""

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `model.keys.Signer.sign`. Raises KEY_UNSUPPORTED for an algorithm of another kind of
        key, too."""
        return self.sign_digest(_digest(data, _HASHES[algorithm]), algorithm)

    def sign_digest(self, digest: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `model.keys.DigestSigner.sign_digest`."""
        kind = _HASHES[algorithm]
        with self.guard():
            if not can_sign(self.spki, algorithm):
                raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="a key of another kind")
            if algorithm in _ECDSA:
                return der_signature(self._sign(digest, Mechanism.ECDSA, None))
            if algorithm in _PKCS1:
                return self._sign(kind.digest_info + digest, Mechanism.RSA_PKCS, None)
            parameters = (kind.mechanism, kind.mgf, kind.algorithm.digest_size)
            return self._sign(digest, Mechanism.RSA_PKCS_PSS, parameters)

    def _sign(self, message: bytes, mechanism: Mechanism, parameters: object) -> bytes:
        """With a C_Login of its own if the key wants one; not all modules say so before."""
        if not self.asks_each_time:
            with suppress(p11.UserNotLoggedIn):
                return bytes(
                    self.key.sign(message, mechanism=mechanism, mechanism_param=parameters)
                )
        while True:
            try:
                with octets_of(self.pin.take()) as pin:
                    return bytes(
                        self.key.sign(
                            message, mechanism=mechanism, mechanism_param=parameters, pin=pin
                        )
                    )
            except _WRONG_PIN:
                self.pin.end_signature()
                self.pin.refused()
            except pkcs11.PKCS11Error:
                self.pin.end_signature()
                raise


def _digest(data: bytes, kind: _Hash) -> bytes:
    context = hashes.Hash(kind.algorithm)
    context.update(data)
    return context.finalize()


def token_signer(
    handle: pkcs11.Object, spki: bytes, guard: Guard, pin: SignaturePin
) -> TokenSigner:
    """Returns a Signer. Raises CertclientError(KEY_UNSUPPORTED) if CKA_SIGN is false."""
    if not isinstance(handle, pkcs11.SignMixin):
        raise CertclientError(ErrorCode.KEY_UNSUPPORTED, reason="CKA_SIGN is false")
    with guard():
        values = readable(handle, (Attribute.ALWAYS_AUTHENTICATE,))
    each_time = bool(values.get(Attribute.ALWAYS_AUTHENTICATE, False))
    return TokenSigner(handle, spki, guard, pin, each_time)

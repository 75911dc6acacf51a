"""Protection of CMP messages (RFC 9810, 5.1.3): made and verified over the bytes that travel."""

from __future__ import annotations

from dataclasses import replace

from certclient.cmp import mac
from certclient.cmp.bodies import Body
from certclient.cmp.mac import ProtectionError, WrongMacError
from certclient.cmp.messages import Header, Message
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.signatures import RSA_SHA256, check_signature
from certclient.model.keys import SignatureAlgorithm, Signer
from certclient.model.profile import MacAlgorithm
from certclient.model.secret import Secret

__all__ = [
    "MacAlgorithm",
    "ProtectionError",
    "WrongMacError",
    "is_mac",
    "protect_with_mac",
    "protect_with_signature",
    "verify_mac",
    "verify_signature",
]


def protect_with_mac(
    header: Header,
    body: Body,
    secret: Secret,
    parameters: AlgorithmIdentifier,
    extra_certs: tuple[bytes, ...] = (),
) -> Message:
    """A message with a MAC; `parameters` come from `mac.new_parameters` or from the peer."""
    message = Message.build(replace(header, protection_alg=parameters), body, extra_certs)
    return message.protected(mac.make_mac(parameters, secret.reveal(), message.protected_part))


def protect_with_signature(
    header: Header, body: Body, signer: Signer, extra_certs: tuple[bytes, ...] = ()
) -> Message:
    """A message with an RSA signature (PKCS#1 v1.5, SHA-256). The signer's certificate belongs
    first into `extra_certs` (RFC 9483, 3.3)."""
    message = Message.build(replace(header, protection_alg=RSA_SHA256), body, extra_certs)
    signature = signer.sign(message.protected_part, SignatureAlgorithm.RSA_PKCS1_SHA256)
    return message.protected(signature)


def is_mac(message: Message) -> bool:
    """Whether the message claims to be protected by a MAC."""
    algorithm = message.header.protection_alg
    return algorithm is not None and algorithm.oid in (mac.PBM, mac.PBMAC1)


def verify_mac(message: Message, secret: Secret) -> None:
    """Raises WrongMacError where the MAC does not match, else ProtectionError: no protection, no
    MAC, unknown or too costly parameters."""
    algorithm, protection = _claimed(message)
    mac.check_mac(algorithm, secret.reveal(), message.protected_part, protection)


def verify_signature(message: Message, spki: bytes) -> None:
    """Verifies by the key `spki` (DER SubjectPublicKeyInfo). Raises ProtectionError.

    Whether the holder of that key may speak is another question: see `trust` for a client.
    """
    algorithm, protection = _claimed(message)
    check_signature(algorithm, spki, protection, message.protected_part)


def _claimed(message: Message) -> tuple[AlgorithmIdentifier, bytes]:
    algorithm, protection = message.header.protection_alg, message.protection
    if algorithm is None or protection is None:
        raise ProtectionError("the message is not protected")
    return algorithm, protection

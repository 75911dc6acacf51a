"""Message protection (RFC 9810, 5.1.3), created and verified over the bytes as sent."""

from __future__ import annotations

from dataclasses import replace

from certclient.cmp import mac
from certclient.cmp.bodies import Body
from certclient.cmp.mac import AlgorithmError, ProtectionError, WeakMacError, WrongMacError
from certclient.cmp.messages import Header, Message
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.signatures import check_signature, signature_identifier
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from certclient.model.keys import Signer, request_algorithm
from certclient.model.profile import MacAlgorithm, MacFloor
from certclient.model.secret import Secret
from certclient.model.wiping import overwrite

__all__ = [
    "AlgorithmError",
    "MacAlgorithm",
    "ProtectionError",
    "WeakMacError",
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
    """A message protected by a MAC; `parameters` come from `mac.new_parameters` or the peer."""
    message = Message.build(replace(header, protection_alg=parameters), body, extra_certs)
    octets = secret.copied()
    try:
        return message.protected(mac.make_mac(parameters, octets, message.protected_part))
    finally:
        overwrite(octets)


def protect_with_signature(
    header: Header, body: Body, signer: Signer, extra_certs: tuple[bytes, ...] = ()
) -> Message:
    """A message protected by a signature (`model.keys.request_algorithm`).

    The signer's certificate must come first in `extra_certs` (RFC 9483, 3.3). Raises as
    `Signer.sign`.
    """
    protection_alg = signature_identifier(signer)
    message = Message.build(replace(header, protection_alg=protection_alg), body, extra_certs)
    signature = signer.sign(message.protected_part, request_algorithm(signer.spki))
    return message.protected(signature)


def is_mac(message: Message) -> bool:
    """Whether the message claims to be protected by a MAC."""
    algorithm = message.header.protection_alg
    return algorithm is not None and algorithm.oid in (mac.PBM, mac.PBMAC1)


def verify_mac(message: Message, secret: Secret, floor: MacFloor = mac.NO_FLOOR) -> None:
    """Verifies the MAC with `secret`.

    Raises WrongMacError if the MAC does not match, WeakMacError if it is below `floor`, otherwise
    ProtectionError: no protection, no MAC, unknown or over-limit parameters.
    """
    algorithm, protection = _claimed(message)
    octets = secret.copied()
    try:
        mac.check_mac(algorithm, octets, message.protected_part, protection, floor)
    finally:
        overwrite(octets)


def verify_signature(
    message: Message, spki: bytes, allowed: frozenset[CaSignature] = ALL_CA_SIGNATURES
) -> None:
    """Verifies with the key `spki` (DER SubjectPublicKeyInfo) an `allowed` signature.

    Raises ProtectionError.

    Does not check whether the key's holder may sign for the CA: see `ca.cmp.trust`.
    """
    algorithm, protection = _claimed(message)
    check_signature(algorithm, spki, protection, message.protected_part, allowed)


def _claimed(message: Message) -> tuple[AlgorithmIdentifier, bytes]:
    algorithm, protection = message.header.protection_alg, message.protection
    if algorithm is None or protection is None:
        raise ProtectionError("the message is not protected")
    return algorithm, protection

"""Validates a certificate path to the profile's trust anchors (RFC 5280, 6).

Uses `cryptography.x509.verification` with policies for a private CA's client certificates instead
of its web-PKI rules: no subjectAltName, no fixed set of extensions. It accepts RSA (from 2048 bits)
and the NIST curves; chains with Ed25519 are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from certclient.model.certificate import Certificate

_MAX_INTERMEDIATES = 4
"""CA certificates between leaf and anchor."""


class PathError(Exception):
    """There is no valid path. The text gives the reason, for the log."""


def validate_path(
    leaf: Certificate,
    intermediates: Sequence[Certificate],
    anchors: Sequence[Certificate],
    now: datetime,
) -> tuple[Certificate, ...]:
    """Finds a path from `leaf` to one of `anchors` that is valid at `now` (aware).

    Checks signatures, the validity period of every certificate (including the anchor),
    basicConstraints, path length, keyCertSign and name constraints; refuses unknown critical
    extensions. `intermediates` are not trusted, not even a root among them. The caller checks the
    leaf's usage.

    Returns the path from leaf to anchor, both included. Raises PathError.
    """
    if not anchors:
        raise PathError("no trust anchors")
    try:
        store = Store([anchor.x509 for anchor in anchors])
        policy = PolicyBuilder().store(store).time(now).max_chain_depth(_MAX_INTERMEDIATES)
        verifier = policy.extension_policies(
            ca_policy=_CA_POLICY, ee_policy=_LEAF_POLICY
        ).build_client_verifier()
        chain = verifier.verify(leaf.x509, [c.x509 for c in intermediates]).chain
    except (VerificationError, ValueError) as error:
        raise PathError(str(error)) from error
    return tuple(Certificate.from_der(c.public_bytes(Encoding.DER)) for c in chain)


def _must_sign_certificates(
    _policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None
) -> None:
    """RFC 5280, 6.1.4 (n): if a CA certificate has a key usage, it includes keyCertSign."""
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("a CA certificate whose key must not sign certificates")


_LEAF_POLICY = ExtensionPolicy.permit_all()

_CA_POLICY = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _must_sign_certificates)
)

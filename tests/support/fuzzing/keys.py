"""A public key infrastructure of fixed EC keys: quick to make, and the same in each process."""

from __future__ import annotations

import functools
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from support.pki import EcSigner, Lab, make_root

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def fixed_key(number: int) -> ec.EllipticCurvePrivateKey:
    """The P-256 key of this number (from 1)."""
    return ec.derive_private_key(number, ec.SECP256R1())


def fixed_signer(number: int) -> EcSigner:
    """The key of this number as a Signer."""
    return EcSigner(fixed_key(number))


@functools.cache
def fixed_lab() -> Lab:
    """Root with key 1, issuing CA with key 2. Serial numbers and signatures are random."""
    root = make_root("Fuzz Root CA", fixed_key(1), NOW)
    return Lab(root, root.issue_ca("Fuzz Issuing CA", fixed_key(2)), NOW)

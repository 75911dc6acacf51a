"""Who issued the certificate: a CA below the profile's trust anchors, with secure signatures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from certclient.ca.path import PathError, validate_path
from certclient.enrollment.acceptance.requested import refused
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode
from certclient.model.profile import CaSettings

_BROKEN_HASHES = (hashes.SHA1, hashes.MD5)
_LONGEST_CHAIN = 10


def check_issuer(
    certificate: Certificate,
    received: Sequence[Certificate],
    settings: CaSettings,
    now: datetime,
) -> list[Certificate]:
    """Returns the intermediate CA certificates, the leaf's issuer first, without the root.

    Raises ISSUED_WEAK_SIGNATURE (no valid path, and SHA-1 or MD5 in what was sent),
    ISSUED_UNTRUSTED, ISSUED_OTHER_CA.
    """
    anchors = settings.trust_anchors
    # If the CA's clock is ahead (tolerated before), the leaf is not valid yet at `now`.
    moment = max(now, certificate.not_before)
    try:
        chain = validate_path(certificate, received, anchors, moment, settings.signature_algorithms)
    except PathError as error:
        issuer = certificate.issuer_common_name
        if (weak := _broken_signature(certificate, received)) is not None:
            data = {"issuer": issuer, "found": weak}
            raise refused(ErrorCode.ISSUED_WEAK_SIGNATURE, certificate, **data) from error
        raise refused(ErrorCode.ISSUED_UNTRUSTED, certificate, issuer=issuer) from error
    if settings.issuers and not certificate.issued_by_one_of(settings.issuers):
        issuer = certificate.issuer_common_name
        raise refused(ErrorCode.ISSUED_OTHER_CA, certificate, issuer=issuer)
    return [c for c in chain if c != certificate and c not in anchors]


def _broken_signature(certificate: Certificate, received: Sequence[Certificate]) -> str | None:
    """Which certificate has a signature with a broken hash, and which; None if none has.

    A root's own signature does not matter. Explains a refusal only: it verifies nothing.
    """
    for one in _up_by_name(certificate, received):
        if (broken := _broken_hash(one)) and not one.self_issued:
            return f"{broken} ({one.common_name})"
    return None


def _up_by_name(certificate: Certificate, received: Sequence[Certificate]) -> Iterator[Certificate]:
    current: Certificate | None = certificate
    for _ in range(_LONGEST_CHAIN):
        if current is None:
            return
        yield current
        child = current
        current = next(
            (one for one in received if one != child and child.issued_by_name_of(one)), None
        )


def _broken_hash(certificate: Certificate) -> str:
    """ "SHA-1" or "MD5" if its signature is made with that; otherwise ""."""
    try:
        found = certificate.x509.signature_hash_algorithm
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return ""
    if not isinstance(found, _BROKEN_HASHES):
        return ""
    return "SHA-1" if isinstance(found, hashes.SHA1) else "MD5"

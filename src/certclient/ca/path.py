"""Validates a certificate path to the profile's trust anchors (RFC 5280, 6; RFC 4158).

Takes the certificates of a private CA, without the web's rules: no subjectAltName is required, no
fixed set of extensions. Revocation is not checked: the bank refuses its own certificates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from certclient.ca.pkix.building import Path, PathBuilder
from certclient.ca.pkix.parts import CertificateParts, PathError, parts_of
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from certclient.model.certificate import Certificate

__all__ = ["PathError", "validate_path"]

_MAX_CERTIFICATES = 100
_MAX_BYTES = 1 << 18
"""Of all certificates together, without the anchors. Ours are about 2 kB, with ML-DSA 8 kB."""

_MAX_PATHS = 20
"""Paths validated for one leaf, whose names and signatures fit."""


def validate_path(
    leaf: Certificate,
    intermediates: Sequence[Certificate],
    anchors: Sequence[Certificate],
    now: datetime,
    allowed: frozenset[CaSignature] = ALL_CA_SIGNATURES,
) -> tuple[Certificate, ...]:
    """Finds a path from `leaf` to one of `anchors` that is valid at `now` (aware).

    Checks signatures (by `allowed` algorithms), the validity period of every certificate
    (including the anchor), basicConstraints, path length, keyCertSign, name constraints and
    policies; refuses unknown critical extensions. `intermediates` are not trusted, not even a root
    among them; those that cannot be read are passed over. The caller checks the leaf's usage.

    Returns the path from leaf to anchor, both included. Raises PathError, also if the certificates
    are too many or too large to answer within a second.
    """
    if not anchors:
        raise PathError("no trust anchors")
    others = list(dict.fromkeys(one for one in intermediates if one != leaf))
    _check_size([leaf, *others])
    builder = PathBuilder(_readable(others), _readable(anchors), allowed)
    reasons = []
    moment = now.replace(microsecond=0)  # validity ends with a whole second (RFC 5280, 4.1.2.5)
    for path in islice(builder.paths(parts_of(leaf)), _MAX_PATHS):
        try:
            _check(path, moment, allowed)
        except PathError as error:
            reasons.append(str(error))
        else:
            return tuple(one.certificate for one in path)
    raise PathError("; ".join([*builder.reasons, *reasons]) or "no path to a trust anchor")


def _check(path: Path, now: datetime, allowed: frozenset[CaSignature]) -> None:
    # Here, because the import takes 60 ms, and most commands and windows validate no path.
    from certclient.ca.pkix.validation import check_lone_anchor, check_path

    if len(path) == 1:
        check_lone_anchor(path[0], now)
    else:
        check_path(path, now, allowed)


def _check_size(certificates: Sequence[Certificate]) -> None:
    if len(certificates) > _MAX_CERTIFICATES:
        raise PathError(f"{len(certificates)} certificates")
    if (size := sum(len(one.der) for one in certificates)) > _MAX_BYTES:
        raise PathError(f"certificates of {size} bytes")


def _readable(certificates: Iterable[Certificate]) -> Iterator[CertificateParts]:
    for certificate in certificates:
        try:
            yield parts_of(certificate)
        except PathError:
            continue

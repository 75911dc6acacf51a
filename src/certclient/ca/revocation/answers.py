"""What an OCSP response or a CRL says about one certificate, and the checks that both need."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from certclient.ca.pkix.parts import PathError
from certclient.cmp.mac import ProtectionError
from certclient.cmp.names import AlgorithmIdentifier
from certclient.cmp.signatures import check_signature
from certclient.cmp.syntax import MalformedMessageError
from certclient.model.ca_signatures import CaSignature
from certclient.model.certificate import Certificate
from certclient.model.clock_error import CLOCK_LIMIT
from certclient.model.japan_time import later

_WITHOUT_END = timedelta(days=1)
"""How old information may be that names no time of the next."""

_MALFORMED = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
)
"""What `cryptography` raises for bytes that it cannot read."""


class AnswerError(Exception):
    """An answer that does not count. The text is for the log and tests, in English."""


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Turns whatever reading a damaged `what` raises into AnswerError, and prints no warning."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about oddities of other people's names
            yield
    except _MALFORMED as error:
        raise AnswerError(f"damaged {what}: {error}") from error


def check_fresh(begins: datetime, ends: datetime | None, now: datetime) -> None:
    """Raises AnswerError for information that is not yet, or no longer, valid at `now` (aware).

    The CA's clock may differ from ours as far as renewals tolerate with a warning.
    """
    if later(begins, -CLOCK_LIMIT) > now:
        raise AnswerError("from the future")
    if later(ends or later(begins, _WITHOUT_END), CLOCK_LIMIT) < now:
        raise AnswerError("out of date")


def check_signed(
    algorithm: bytes,
    signature: bytes,
    signed: bytes,
    signer: Certificate,
    allowed: frozenset[CaSignature],
) -> None:
    """Verifies the signature over `signed` by `signer`'s key; `algorithm` is a DER
    AlgorithmIdentifier. Raises AnswerError."""
    try:
        check_signature(
            AlgorithmIdentifier.decode(algorithm), signer.spki, signature, signed, allowed
        )
    except (ProtectionError, MalformedMessageError, PathError) as error:
        raise AnswerError(f"signature: {error}") from error

"""The issued certificate's public key: the requested one, and strong enough."""

from __future__ import annotations

from certclient.enrollment.acceptance.requested import Requested, refused
from certclient.model.ca_signatures import key_description, signatures_of
from certclient.model.certificate import Certificate
from certclient.model.errors import ErrorCode


def check_key(record: Requested, certificate: Certificate) -> None:
    """Raises ISSUED_WEAK_KEY (RSA below 2048 bits, a curve other than P-256, P-384 and P-521, a
    kind that is not known) or ISSUED_KEY_MISMATCH.

    Weakness first: of a weak key, which is never the requested one, it is what the CA must mend.
    """
    if not signatures_of(certificate.spki):
        kind = key_description(certificate.spki)
        raise refused(ErrorCode.ISSUED_WEAK_KEY, certificate, kind=kind)
    if certificate.spki != record.spki:
        raise refused(ErrorCode.ISSUED_KEY_MISMATCH, certificate)

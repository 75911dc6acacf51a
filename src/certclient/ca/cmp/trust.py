"""Decides which certificates may sign a CMP response.

Not every certificate of the CA may: other customers' certificates chain to the same anchors. A
signer is accepted if it chains to the profile's anchors and is either
- a CA certificate (which could issue anything anyway), or
- a certificate with the extended key usage id-kp-cmcCA or id-kp-cmcRA, by which a CA authorizes
  its CMP servers (RFC 9810, 4.5; RFC 9483, 3.3; RFC 6402, 2.10); anyExtendedKeyUsage is not enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from certclient.ca.path import PathError, validate_path
from certclient.cmp.messages import Message
from certclient.cmp.protection import ProtectionError, verify_signature
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import KeyUsage
from certclient.model.errors import CertclientError

_CA_USAGES = frozenset((KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_CERT_SIGN))
_CMC_CA = "1.3.6.1.5.5.7.3.27"
_CMC_RA = "1.3.6.1.5.5.7.3.28"


@dataclass(frozen=True, slots=True)
class Trust:
    """`anchors` are trusted. `known` are untrusted CA certificates for path building.

    `known` is the chain of the current certificate, for CAs that send none. `now` is aware.
    `signatures`: the algorithms by which a CA may sign responses and certificates.
    """

    anchors: Sequence[Certificate]
    known: Sequence[Certificate]
    now: datetime
    signatures: frozenset[CaSignature] = ALL_CA_SIGNATURES


def verified_signer(message: Message, trust: Trust) -> Certificate:
    """Verifies a signed message and returns the signer's certificate. Raises ProtectionError."""
    received = readable(message.extra_certs)
    others = [*received, *trust.known]
    reasons = []
    # Includes the anchors: a CA need not send its own certificate.
    for candidate in dict.fromkeys([*others, *trust.anchors]):
        try:
            verify_signature(message, candidate.spki, trust.signatures)
            _check_may_sign_responses(candidate)
            validate_path(candidate, others, trust.anchors, trust.now, trust.signatures)
        except (ProtectionError, PathError) as error:
            reasons.append(f"{candidate.common_name}: {error}")
        else:
            return candidate
    raise ProtectionError("; ".join(reasons) or "no certificate to verify the signature with")


def readable(certificates: Iterable[bytes]) -> list[Certificate]:
    """The certificates (DER) that can be parsed; skips the others."""
    found = []
    for der in certificates:
        try:
            found.append(Certificate.from_der(der))
        except CertclientError:
            continue
    return found


def _check_may_sign_responses(certificate: Certificate) -> None:
    usage, purposes = certificate.key_usage, certificate.extended_key_usage or frozenset()
    if certificate.is_ca:
        allowed = usage is None or bool(usage & _CA_USAGES)
    else:
        signs = usage is None or KeyUsage.DIGITAL_SIGNATURE in usage
        allowed = signs and bool(purposes & {_CMC_CA, _CMC_RA})
    if not allowed or certificate.unreadable:
        raise ProtectionError("signed by a certificate that does not speak for the CA")

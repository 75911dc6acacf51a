"""Decides which certificates may sign a CMP response.

Not every certificate of the CA may: other customers' certificates chain to the same anchors. A
signer is accepted if it chains to the profile's anchors and is either
- a CA certificate (which could issue anything anyway), or
- a certificate with the extended key usage id-kp-cmcCA or id-kp-cmcRA, by which the CA that issued
  it authorizes its CMP servers (RFC 9810, 4.5; RFC 9483, 3.3; RFC 6402, 2.10). anyExtendedKeyUsage
  is not enough, and id-kp-cmKGA is for other messages.
If the profile names the bank's issuing CAs, only these and the anchors may sign or authorize: below
an anchor may be CAs of others. It must be the signer that the message's header names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from certclient.ca.path import PathError, validate_path
from certclient.cmp.messages import Header, Message
from certclient.cmp.names import EMPTY_NAME, name_in
from certclient.cmp.protection import ProtectionError, verify_signature
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import CertificateReader, KeyUsage
from certclient.model.names import prepared, same_name
from certclient.model.profile import DEFAULT_MAC_FLOOR, MacFloor

_CA_USAGES = frozenset((KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_CERT_SIGN))
_CMC_CA = "1.3.6.1.5.5.7.3.27"
_CMC_RA = "1.3.6.1.5.5.7.3.28"


@dataclass(frozen=True, slots=True)
class Trust:
    """`anchors` are trusted. `known` are untrusted CA certificates for path building.

    `known` is the chain of the current certificate, for CAs that send none. `now` is aware.
    `signatures`: the algorithms by which a CA may sign responses and certificates. `issuers`: the
    Common Names of the only CAs below the anchors that are the bank's; empty for all of them.
    `mac_floor`: how weak a MAC may be.
    """

    anchors: Sequence[Certificate]
    known: Sequence[Certificate]
    now: datetime
    signatures: frozenset[CaSignature] = ALL_CA_SIGNATURES
    issuers: frozenset[str] = frozenset()
    mac_floor: MacFloor = DEFAULT_MAC_FLOOR


def verified_signer(message: Message, trust: Trust) -> Certificate:
    """Verifies a signed message and returns the signer's certificate. Raises ProtectionError."""
    received = readable(message.extra_certs)
    others = [*received, *trust.known]
    reasons = []
    # Includes the anchors: a CA need not send its own certificate.
    for candidate in dict.fromkeys([*others, *trust.anchors]):
        try:
            _check_named(message.header, candidate)
            verify_signature(message, candidate.spki, trust.signatures)
            _check_may_sign_responses(candidate)
            path = validate_path(candidate, others, trust.anchors, trust.now, trust.signatures)
            _check_authority(path, trust)
        except (ProtectionError, PathError) as error:
            reasons.append(f"{candidate.common_name}: {error}")
        else:
            return candidate
    raise ProtectionError("; ".join(reasons) or "no certificate to verify the signature with")


def readable(certificates: Iterable[bytes]) -> list[Certificate]:
    """The certificates (DER) that can be read; skips the others. Their paths judge them."""
    read = [Certificate.read(der) for der in certificates]
    return [certificate for certificate in read if not certificate.unreadable]


def _check_named(header: Header, candidate: Certificate) -> None:
    """Sender and senderKID are the signer's (RFC 9483, 3.1); NULL-DN and no senderKID name nobody.

    Raises ProtectionError.
    """
    name = name_in(header.sender)
    if name is None:
        raise ProtectionError("the sender is no directoryName")
    if name != EMPTY_NAME and not same_name(name, candidate.subject):
        raise ProtectionError("not the sender")
    key_id = CertificateReader(candidate.der).subject_key_identifier()
    if header.sender_kid is not None and header.sender_kid != key_id:
        raise ProtectionError("not the senderKID")


def _check_authority(path: Sequence[Certificate], trust: Trust) -> None:
    """Whether the signer is, or was authorized by, a CA of the bank. Raises ProtectionError.

    `path`: from the signer to the anchor.
    """
    authority = path[0] if path[0].is_ca or len(path) == 1 else path[1]
    named = {prepared(one) for one in trust.issuers}
    if named and authority not in trust.anchors and prepared(authority.common_name) not in named:
        raise ProtectionError(f"{authority.common_name} is none of the bank's CAs")


def _check_may_sign_responses(certificate: Certificate) -> None:
    usage, purposes = certificate.key_usage, certificate.extended_key_usage or frozenset()
    if certificate.is_ca:
        allowed = usage is None or bool(usage & _CA_USAGES)
    else:
        signs = usage is None or KeyUsage.DIGITAL_SIGNATURE in usage
        allowed = signs and bool(purposes & {_CMC_CA, _CMC_RA})
    if not allowed or certificate.unreadable:
        raise ProtectionError("signed by a certificate that does not speak for the CA")

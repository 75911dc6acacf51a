"""Strict checks that an issued certificate is the one that was requested."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from certclient.ca.path import PathError, validate_path
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import KeyUsage
from certclient.model.clock_error import CLOCK_LIMIT
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import later
from certclient.model.profile import Profile


class Requested(Protocol):
    """What was requested. `spki`: DER; `old`: the certificate to renew, None for 取得."""

    @property
    def user_id(self) -> str: ...

    @property
    def spki(self) -> bytes: ...

    @property
    def old(self) -> Certificate | None: ...


def check_issued(
    record: Requested,
    certificate: Certificate,
    received: Sequence[Certificate],
    profile: Profile,
    now: datetime,
) -> list[Certificate]:
    """Checks public key, subject, validity, purpose, chain and issuer, in this order.

    The issuer is any CA below the profile's trust anchors, unless `ca.issuers` names the only ones;
    `subject.issuers` says which certificates in a store are the bank's, and does not matter here.

    `received`: the CA certificates in the response; `now` is aware. Returns the intermediate CA
    certificates from the leaf's issuer upwards, without the root. Raises CertclientError:
    ISSUED_KEY_MISMATCH, ISSUED_SUBJECT_MISMATCH, ISSUED_EXPIRED, ISSUED_NO_CLIENT_AUTH,
    ISSUED_UNTRUSTED, ISSUED_OTHER_CA.
    """
    data = {"serial": certificate.serial_hex, "subject": certificate.common_name}
    if certificate.spki != record.spki:
        raise CertclientError(ErrorCode.ISSUED_KEY_MISMATCH, **data)
    if not _matches_request(record, certificate, profile):
        raise CertclientError(ErrorCode.ISSUED_SUBJECT_MISMATCH, user_id=record.user_id, **data)
    # The CA's clock may be ahead of ours by as much as preflight tolerates with a warning.
    if not later(certificate.not_before, -CLOCK_LIMIT) <= now <= certificate.not_after:
        raise CertclientError(ErrorCode.ISSUED_EXPIRED, **data)
    if certificate.is_ca or not certificate.client_auth or not _signs(certificate):
        raise CertclientError(ErrorCode.ISSUED_NO_CLIENT_AUTH, **data)
    try:
        # If the CA's clock is ahead (tolerated above), the leaf is not valid yet at `now`.
        moment = max(now, certificate.not_before)
        chain = validate_path(
            certificate,
            received,
            profile.ca.trust_anchors,
            moment,
            profile.ca.signature_algorithms,
        )
    except PathError as error:
        raise CertclientError(
            ErrorCode.ISSUED_UNTRUSTED, issuer=certificate.issuer_common_name, **data
        ) from error
    if profile.ca.issuers and not certificate.issued_by_one_of(profile.ca.issuers):
        issuer = certificate.issuer_common_name
        raise CertclientError(ErrorCode.ISSUED_OTHER_CA, issuer=issuer, **data)
    return [c for c in chain if c != certificate and c not in profile.ca.trust_anchors]


def _signs(certificate: Certificate) -> bool:
    """Logging in is a signature; a certificate without keyUsage leaves its key free for any use."""
    return certificate.key_usage is None or KeyUsage.DIGITAL_SIGNATURE in certificate.key_usage


def _matches_request(record: Requested, certificate: Certificate, profile: Profile) -> bool:
    """更新: same owner, including suffix and role. 取得: same user ID as requested."""
    owner = certificate.named_owner(profile.subject_rule, exact=True)
    if owner is None or owner.user_id != record.user_id:
        return False
    old = record.old
    return old is None or owner == old.named_owner(profile.subject_rule)

"""Strict checks that an issued certificate is the one that was requested.

Each module judges one subject; `check_issued` calls them in the order of docs/bank/ca.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from certclient.enrollment.acceptance.issuer import check_issuer
from certclient.enrollment.acceptance.key import check_key
from certclient.enrollment.acceptance.purpose import check_purpose
from certclient.enrollment.acceptance.requested import Requested
from certclient.enrollment.acceptance.subject import check_subject
from certclient.enrollment.acceptance.validity import check_validity
from certclient.model.certificate import Certificate
from certclient.model.profile import Profile

__all__ = ["Requested", "check_issued"]


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
    certificates from the leaf's issuer upwards, without the root. Raises CertclientError with one
    of the ISSUED_… codes; its data name the certificate (`serial`, `subject`) and the fault.
    """
    check_key(record, certificate)
    check_subject(record, certificate, profile.subject_rule)
    check_validity(record, certificate, profile.ca.max_validity_days, now)
    check_purpose(certificate, profile.ca)
    return check_issuer(certificate, received, profile.ca, now)

"""The issued certificate's subject: the customer's, and on renewal the same as before."""

from __future__ import annotations

from collections import Counter

from certclient.enrollment.acceptance.requested import Requested, refused
from certclient.model import names
from certclient.model.certificate import Certificate, SubjectRule
from certclient.model.errors import ErrorCode


def check_subject(record: Requested, certificate: Certificate, rule: SubjectRule) -> None:
    """The requested user ID, and the suffix of a certificate that it replaces. 更新: also the same
    subject as before, except for the attributes in `rule.may_change`.

    Raises ISSUED_TWO_NAMES (more than one Common Name: programs differ in which of them they read,
    so nothing else can be said of the subject), ISSUED_SUBJECT_MISMATCH, ISSUED_SUBJECT_CHANGED.
    """
    if len(common_names := _values(certificate, names.COMMON_NAME)) > 1:
        found = " / ".join(common_names)
        raise refused(ErrorCode.ISSUED_TWO_NAMES, certificate, found=found)
    if not _matches_request(record, certificate, rule):
        raise refused(ErrorCode.ISSUED_SUBJECT_MISMATCH, certificate, user_id=record.user_id)
    if record.renewed is not None:
        _check_unchanged(certificate, record.renewed, rule)


def _matches_request(record: Requested, certificate: Certificate, rule: SubjectRule) -> bool:
    """The requested user ID; the same suffix and role as those of the replaced certificate."""
    owner = certificate.named_owner(rule, exact=True)
    if owner is None or owner.user_id != record.user_id:
        return False
    old = record.old
    return old is None or owner == old.named_owner(rule)


def _check_unchanged(certificate: Certificate, old: Certificate, rule: SubjectRule) -> None:
    """Compares values as RFC 5280, 7.1 does, but neither the order of the attributes nor how they
    are grouped into RDNs: a CA that writes the same name in another order means the same holder."""
    new, before = names.canonical_values(certificate.subject), names.canonical_values(old.subject)
    for oid in sorted(new.keys() | before.keys()):
        if oid not in rule.may_change and new.get(oid, Counter()) != before.get(oid, Counter()):
            raise refused(
                ErrorCode.ISSUED_SUBJECT_CHANGED,
                certificate,
                attribute=names.attribute_name(oid),
                expected=" / ".join(_values(old, oid)) or "-",
                found=" / ".join(_values(certificate, oid)) or "-",
            )


def _values(certificate: Certificate, oid: str) -> list[str]:
    rdns = names.attributes(certificate.subject) or ()
    return [one.text for rdn in rdns for one in rdn if one.oid == oid]

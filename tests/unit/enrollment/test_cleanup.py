"""Which certificates may be deleted: never the last one with which the owner can log in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.cleanup import find_exact, may_delete
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef
from certclient.store.base import StoredCertificate
from support.odd_issuing import with_value
from support.pki import Lab, customer_name, make_lab, rsa_key, spki_of

NOW = datetime(2027, 3, 11, 3, 0, tzinfo=UTC)
LAB: Lab = make_lab(NOW)
SPKI = spki_of(rsa_key(0))


def stored(
    days: float = 20,
    *,
    issued: float = 0,
    user_id: str = "TKYM1408054",
    key: bool = True,
    archived: bool = False,
) -> StoredCertificate:
    """A certificate that expires in `days` days and was issued `issued` days ago."""
    certificate = LAB.intermediate.issue(
        SPKI,
        customer_name(user_id),
        days=days,
        not_before=NOW + min(timedelta(days=-issued), timedelta(days=days - 1)),
    )
    reference = KeyRef("store", b"id") if key else None
    return StoredCertificate(certificate, "store", "name", reference, archived)


def refused(target: StoredCertificate, *others: StoredCertificate) -> bool:
    try:
        may_delete(target, [target, *others], NOW, BankStatuses())
    except CertclientError as error:
        if error.code is not ErrorCode.LAST_VALID_CERTIFICATE:
            raise
        return True
    return False


def test_old_certificate_may_be_deleted_once_the_new_one_is_installed() -> None:
    old, new = stored(20, issued=345), stored(365, issued=1)
    assert not refused(old, new)
    assert refused(new, old), "the new one must not be deleted by mistake"


def test_a_successor_with_another_subject_replaces_the_old_one() -> None:
    """As after a renewal for which `subject.may_change` allows another company name."""
    old, new = stored(20, issued=345), stored(365, issued=1)
    renamed = with_value(customer_name(), NameOID.ORGANIZATION_NAME, "New Name KK")
    certificate = LAB.intermediate.issue(SPKI, renamed, days=365, not_before=NOW)
    new = replace(new, certificate=certificate)
    known = {old.certificate.fingerprint: certificate.fingerprint}
    assert refused(old, new), "nothing says that they are of one holder"
    may_delete(old, [old, new], NOW, BankStatuses(successors=known))
    with pytest.raises(CertclientError):
        may_delete(new, [old, new], NOW, BankStatuses(successors=known))


def test_only_certificate_may_not_be_deleted() -> None:
    assert refused(stored())


@pytest.mark.parametrize(
    "other",
    [
        stored(365, user_id="TKYM1408055"),
        stored(365, key=False),
        stored(365, archived=True),
        stored(-1, issued=400),
        stored(10, issued=300),
        replace(stored(365), key=None, archived=True),
    ],
    ids=["another user's", "no key", "archived", "expired", "older", "no key and archived"],
)
def test_certificate_without_a_valid_replacement_may_not_be_deleted(
    other: StoredCertificate,
) -> None:
    assert refused(stored(20, issued=200), other)


def test_not_yet_valid_certificate_is_no_replacement() -> None:
    later = stored(365, issued=-1)
    assert refused(stored(20, issued=300), later)
    assert refused(later), "but it may not be deleted, either"


def test_certificate_that_cannot_log_in_may_be_deleted() -> None:
    assert not refused(stored(-1, issued=400))
    assert not refused(stored(20, key=False))


@given(
    many=st.lists(
        st.tuples(st.integers(-30, 400), st.integers(0, 400), st.booleans(), st.booleans()),
        max_size=5,
    )
)
def test_deleting_all_that_is_allowed_leaves_the_owner_able_to_log_in(
    many: list[tuple[int, int, bool, bool]],
) -> None:
    left = [stored(d + 0.5, issued=i, key=k, archived=a) for d, i, k, a in many]

    def supports_login_test() -> bool:
        return any(s.key and s.certificate.valid_at(NOW) for s in left)

    before = supports_login_test()
    for certificate in list(left):
        others = [s for s in left if s is not certificate]
        if not refused(certificate, *others):
            left = others
    assert supports_login_test() == before


def test_find_exact_requires_the_full_serial_or_fingerprint() -> None:
    one, other = stored(), stored()
    assert find_exact(one.certificate.serial_hex, [one, other]) is one
    assert find_exact(one.certificate.fingerprint.upper(), [one, other]) is one
    digits = one.certificate.serial_hex
    written = " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
    assert find_exact(f" {written} ", [one, other]) is one
    with pytest.raises(CertclientError) as raised:
        find_exact(one.certificate.serial_hex[1:], [one, other])
    assert raised.value.code is ErrorCode.CERTIFICATE_NOT_FOUND


def test_same_serial_number_at_two_banks_is_ambiguous() -> None:
    foreign = make_lab(NOW, label="Other")
    serial = 0x1234
    pair = [
        replace(stored(), certificate=lab.intermediate.issue(SPKI, serial=serial))
        for lab in (LAB, foreign)
    ]
    with pytest.raises(CertclientError) as raised:
        find_exact("1234", pair)
    assert raised.value.code is ErrorCode.CERTIFICATE_AMBIGUOUS
    assert find_exact(pair[1].certificate.fingerprint, pair) is pair[1]

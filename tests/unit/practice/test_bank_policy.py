"""The bank's rules, tested on both sides of each limit."""

from datetime import date, datetime, time, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from certclient.cmp.status import Failure
from certclient.model.japan_time import TOKYO
from certclient.model.lifecycle import RenewalPolicy
from certclient_practice.bank.policy import (
    BankPolicy,
    check_key,
    check_obtaining,
    check_renewal,
    expiry,
)
from certclient_practice.bank.refusal import RefusedError
from support.pki import ec_key, rsa_signer, spki_of

POLICY = BankPolicy()
EXPIRY_DAY = date(2027, 3, 31)
NOT_AFTER = datetime.combine(EXPIRY_DAY, time(23, 59, 59), TOKYO)


def day(offset: int, at: time = time(12)) -> datetime:
    return datetime.combine(EXPIRY_DAY + timedelta(days=offset), at, TOKYO)


def test_renewal_31_days_before_expiry_is_refused_with_the_first_day() -> None:
    with pytest.raises(RefusedError) as caught:
        check_renewal(NOT_AFTER, day(-31, time(23, 59)), POLICY)
    assert caught.value.failure is Failure.BAD_REQUEST
    assert "2027年03月01日" in caught.value.messages.ja
    assert "2027-03-01" in caught.value.messages.en


@pytest.mark.parametrize("offset", [-30, -1, 0])
def test_renewal_is_granted_from_30_days_before_through_the_expiry_day(offset: int) -> None:
    check_renewal(NOT_AFTER, day(offset, time(0, 0)), POLICY)


def test_renewal_is_refused_one_second_after_expiry() -> None:
    check_renewal(NOT_AFTER, NOT_AFTER, POLICY)
    with pytest.raises(RefusedError) as caught:
        check_renewal(NOT_AFTER, NOT_AFTER + timedelta(seconds=1), POLICY)
    assert "取得" in caught.value.messages.ja


def test_a_bank_that_closes_renewal_at_nine_refuses_it_with_the_hour() -> None:
    nine = BankPolicy(renewal=RenewalPolicy(until=time(9)))
    check_renewal(NOT_AFTER, day(-1, time(23, 59)), nine)
    check_renewal(NOT_AFTER, day(0, time(9)), nine)
    with pytest.raises(RefusedError) as caught:
        check_renewal(NOT_AFTER, day(0, time(9, 1)), nine)
    assert "更新の受付は9:00に終了しました" in caught.value.messages.ja
    assert "9:00" in caught.value.messages.en


def test_obtaining_is_granted_through_day_90_after_expiry_and_refused_on_day_91() -> None:
    check_obtaining(NOT_AFTER, day(90, time(23, 59)), POLICY, reissue=False)
    with pytest.raises(RefusedError) as caught:
        check_obtaining(NOT_AFTER, day(91, time(0, 0)), POLICY, reissue=False)
    assert caught.value.failure is Failure.NOT_AUTHORIZED
    assert "窓口" in caught.value.messages.ja


def test_reissue_code_from_the_branch_works_on_day_91() -> None:
    check_obtaining(NOT_AFTER, day(91), POLICY, reissue=True)


def test_first_issue_has_no_deadline() -> None:
    check_obtaining(None, day(1000), POLICY, reissue=False)


@given(st.integers(min_value=-400, max_value=400), st.times())
def test_validity_ends_at_the_end_of_a_day_in_tokyo(days: int, now: time) -> None:
    end = expiry(datetime.combine(EXPIRY_DAY, now, TOKYO), days)
    assert end.astimezone(TOKYO).date() == EXPIRY_DAY + timedelta(days=days)
    assert end.astimezone(TOKYO).time() == time(23, 59, 59)


def test_suitable_rsa_key_is_accepted() -> None:
    check_key(rsa_signer(1).spki, POLICY)


@pytest.mark.parametrize(
    ("bits", "exponent"), [(1024, 65537), (2048, 3)], ids=["too short", "exponent 3"]
)
def test_weak_rsa_keys_are_refused(bits: int, exponent: int) -> None:
    spki = spki_of(rsa.generate_private_key(exponent, bits))
    with pytest.raises(RefusedError) as caught:
        check_key(spki, POLICY)
    assert caught.value.failure is Failure.BAD_CERT_TEMPLATE


@pytest.mark.parametrize(
    "spki",
    [b"", b"\x30\x00", spki_of(ec_key(ec.SECP521R1())), spki_of(Ed25519PrivateKey.generate())],
    ids=["nothing", "empty", "P-521", "Ed25519"],
)
def test_a_key_of_another_kind_is_refused(spki: bytes) -> None:
    with pytest.raises(RefusedError):
        check_key(spki, POLICY)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_an_ec_key_is_accepted_on_the_curves_of_the_policy(curve: ec.EllipticCurve) -> None:
    spki = spki_of(ec_key(curve))
    check_key(spki, POLICY)
    with pytest.raises(RefusedError):
        check_key(spki, BankPolicy(curves=frozenset()))


def test_policy_cannot_allow_weak_keys() -> None:
    with pytest.raises(ValueError, match="2048"):
        BankPolicy(min_rsa_bits=1024)

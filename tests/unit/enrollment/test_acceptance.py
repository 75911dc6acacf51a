"""Which issued certificates are installed, and which CA certificates with them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certclient.enrollment.acceptance import check_issued
from certclient.enrollment.journal import ProcedureKind, ProcedureState, Record
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from support.announcements import PROFILE
from support.ca_keys import KINDS
from support.paths import NOW, Authority, Extensions, key, usage
from support.pki import CLIENT_AUTH, customer_name

CUSTOMER = Extensions(ca=False, others=[(x509.ExtendedKeyUsage([CLIENT_AUTH]), False)])
RECORD = Record(
    id="0123456789abcdef",
    kind=ProcedureKind.OBTAIN,
    profile_id=PROFILE.id,
    user_id="TKYM1408054",
    state=ProcedureState.ISSUED,
    started=NOW,
    changed=NOW,
    store_id="shelf:pc",
    key_label="certclient 0123456789abcdef",
    spki=key(99).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
)


def profile(anchor: Certificate, signatures: frozenset[CaSignature]) -> Profile:
    settings = replace(PROFILE.ca, trust_anchors=(anchor,), signature_algorithms=signatures)
    return replace(PROFILE, ca=settings)


@pytest.mark.parametrize("kind", CaSignature)
def test_a_ca_of_every_algorithm_issues_unless_the_profile_excludes_it(kind: CaSignature) -> None:
    own, signing = KINDS[kind]
    root = Authority.root("Root", own, signing=signing)
    issuing = root.ca("Issuing", own, signing=signing)
    leaf = issuing.leaf(customer_name(), CUSTOMER)
    received = [root.certificate, issuing.certificate]
    accepted = profile(root.certificate, ALL_CA_SIGNATURES)
    assert check_issued(RECORD, leaf, received, accepted, NOW) == [issuing.certificate]
    strict = profile(root.certificate, ALL_CA_SIGNATURES - {kind})
    with pytest.raises(CertclientError) as refused:
        check_issued(RECORD, leaf, received, strict, NOW)
    assert refused.value.code is ErrorCode.ISSUED_UNTRUSTED


def test_the_certificate_of_a_key_rollover_is_installed_with_the_others() -> None:
    """Old clients need NewWithOld (RFC 9810, 4.4), and so does their browser."""
    old, new = Authority.root("Root", key(1)), Authority.root("Root", key(2))
    new_with_old = old.ca("Root", key(2))
    issuing = new.ca("Issuing", key(3))
    leaf = issuing.leaf(customer_name(), CUSTOMER)
    received = [new.certificate, new_with_old.certificate, issuing.certificate]
    bank = profile(old.certificate, ALL_CA_SIGNATURES)
    assert check_issued(RECORD, leaf, received, bank, NOW) == [
        issuing.certificate,
        new_with_old.certificate,
    ]


@pytest.mark.parametrize("signs", [True, False])
def test_a_key_that_must_not_sign_cannot_log_in(signs: bool) -> None:
    root = Authority.root("Root", key(1))
    leaf = root.leaf(customer_name(), replace(CUSTOMER, usage=usage(issues=False, signs=signs)))
    accepted = profile(root.certificate, ALL_CA_SIGNATURES)
    if signs:
        assert check_issued(RECORD, leaf, [], accepted, NOW) == []
        return
    with pytest.raises(CertclientError) as refused:
        check_issued(RECORD, leaf, [], accepted, NOW)
    assert refused.value.code is ErrorCode.ISSUED_KEY_USAGE


@pytest.mark.parametrize(
    "name", ["TKYM14\u200b08054 1403", "TKYM1408054  1403", "ＴＫＹＭ1408054 1403"]
)
def test_an_issued_name_must_match_as_it_is(name: str) -> None:
    """Such a name is read in a store; from a CA it would make a login that nobody can trace."""
    root = Authority.root("Root", key(1))
    leaf = root.leaf(customer_name(name, ""), CUSTOMER)
    accepted = profile(root.certificate, ALL_CA_SIGNATURES)
    with pytest.raises(CertclientError) as refused:
        check_issued(RECORD, leaf, [root.certificate], accepted, NOW)
    assert refused.value.code is ErrorCode.ISSUED_SUBJECT_MISMATCH


def issued_by(root: Authority, issuing: Authority, bank: Profile) -> list[Certificate]:
    """What accepts a customer's certificate from `issuing`."""
    leaf = issuing.leaf(customer_name(), CUSTOMER)
    return check_issued(RECORD, leaf, [root.certificate, issuing.certificate], bank, NOW)


def test_a_new_issuing_ca_below_the_same_anchor_is_accepted() -> None:
    """`subject.issuers` says what lies in a store, not what the bank's CA may issue."""
    root = Authority.root("Root", key(1))
    bank = profile(root.certificate, ALL_CA_SIGNATURES)
    bank = replace(bank, subject_rule=replace(bank.subject_rule, issuers=frozenset({"Issuing"})))
    new = root.ca("Issuing 2", key(3))
    assert issued_by(root, new, bank) == [new.certificate]


def test_only_the_cas_that_the_profile_names_may_issue() -> None:
    root = Authority.root("Root", key(1))
    bank = profile(root.certificate, ALL_CA_SIGNATURES)
    bank = replace(bank, ca=replace(bank.ca, issuers=frozenset({"ISSUING  1"})))
    named = root.ca("Issuing 1", key(3))
    assert issued_by(root, named, bank) == [named.certificate]
    with pytest.raises(CertclientError) as refused:
        issued_by(root, root.ca("For servers", key(4)), bank)
    assert refused.value.code is ErrorCode.ISSUED_OTHER_CA
    assert refused.value.data["issuer"] == "For servers"

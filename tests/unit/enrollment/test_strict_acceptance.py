"""What a CA may issue by mistake is refused by a code of its own; what a profile allows is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certclient.enrollment.acceptance import check_issued
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from support.announcements import PROFILE
from support.odd_certificates import UTC_TIME, OddCertificate, tlv
from support.odd_issuing import (
    ANY_PURPOSE,
    EMAIL,
    ODDITIES,
    SMART_CARD,
    Issuing,
    Template,
    with_value,
)
from support.paths import NOW, Authority, key
from support.pki import CLIENT_AUTH, SERVER_AUTH, customer_name, spki_of

DAY = timedelta(days=1)
ROOT = Authority.root("Root", key(1))
CA = Issuing(ROOT.certificate, key(1))
BANK = replace(PROFILE, ca=replace(PROFILE.ca, trust_anchors=(ROOT.certificate,)))
TEMPLATE = Template(customer_name(), spki_of(key(99)), NOW - DAY, NOW + 365 * DAY)
OLD = CA.issue(replace(TEMPLATE, not_before=NOW - 350 * DAY, not_after=NOW + 15 * DAY))


@dataclass(frozen=True)
class Request:
    """A renewal of `OLD`, or an enrollment with an issue code (`renewed` None)."""

    renewed: Certificate | None = OLD
    old: Certificate | None = OLD
    user_id: str = "TKYM1408054"
    spki: bytes = TEMPLATE.spki

    @property
    def ends_after(self) -> datetime | None:
        return self.renewed.not_after if self.renewed else None


RENEWAL, NEW = Request(), Request(None, None)


def judge(
    template: Template, request: Request = RENEWAL, profile: Profile = BANK
) -> ErrorCode | None:
    """The code of the refusal; None for a certificate that is accepted."""
    try:
        check_issued(request, CA.issue(template), [], profile, NOW)
    except CertclientError as error:
        return error.code
    return None


def allowing(**settings: object) -> Profile:
    return replace(BANK, ca=replace(BANK.ca, **settings))  # type: ignore[arg-type] # by name


@pytest.mark.parametrize("case", ODDITIES)
def test_each_fault_has_a_code_of_its_own(case: str) -> None:
    odd = ODDITIES[case]
    assert judge(odd.change(TEMPLATE)) is odd.code


def test_two_common_names_are_told_in_either_order() -> None:
    second = x509.NameAttribute(NameOID.COMMON_NAME, "SOMEBODY99 1403")
    last = replace(TEMPLATE, subject=x509.Name([*customer_name(), second]))
    pair = x509.RelativeDistinguishedName([second, *list(customer_name())[-1:]])
    together = replace(TEMPLATE, subject=x509.Name([*customer_name().rdns[:-1], pair]))
    for template in (last, together):
        assert judge(template) is ErrorCode.ISSUED_TWO_NAMES
        assert judge(template, NEW) is ErrorCode.ISSUED_TWO_NAMES


def test_an_ordinary_certificate_is_accepted() -> None:
    assert judge(TEMPLATE) is None
    assert judge(TEMPLATE, NEW) is None
    mail = replace(TEMPLATE, purposes=(CLIENT_AUTH, EMAIL, SMART_CARD))
    assert judge(mail) is None


@pytest.mark.parametrize(("seconds", "accepted"), [(-1, False), (0, False), (1, True)])
def test_a_renewal_has_to_end_later(seconds: int, accepted: bool) -> None:
    template = replace(TEMPLATE, not_after=OLD.not_after + timedelta(seconds=seconds))
    assert judge(template) is (None if accepted else ErrorCode.ISSUED_NOT_LATER)
    assert judge(template, Request(None)) is None, "取得 may end whenever the bank likes"


def test_the_longest_validity_is_the_profiles() -> None:
    three_years = replace(TEMPLATE, not_before=NOW, not_after=NOW + 1200 * DAY)
    longer = replace(three_years, not_after=three_years.not_after + timedelta(seconds=1))
    assert judge(three_years) is None
    assert judge(longer) is ErrorCode.ISSUED_TOO_LONG
    assert judge(longer, profile=allowing(max_validity_days=1201)) is None
    assert judge(TEMPLATE, profile=allowing(max_validity_days=365)) is ErrorCode.ISSUED_TOO_LONG


def test_the_allow_list_of_purposes_is_the_profiles() -> None:
    server = replace(TEMPLATE, purposes=(CLIENT_AUTH, SERVER_AUTH))
    mail = replace(TEMPLATE, purposes=(CLIENT_AUTH, EMAIL))
    only_server = allowing(extended_key_usages=frozenset({SERVER_AUTH.dotted_string}))
    assert judge(server, profile=only_server) is None
    assert judge(TEMPLATE, profile=only_server) is None, "clientAuth is always allowed"
    assert judge(mail, profile=only_server) is ErrorCode.ISSUED_EXTRA_USAGE
    anything = allowing(extended_key_usages=frozenset({ANY_PURPOSE.dotted_string}))
    assert judge(replace(TEMPLATE, purposes=(CLIENT_AUTH, ANY_PURPOSE)), profile=anything) is None


def test_nothing_of_a_ca_can_be_allowed() -> None:
    everything = frozenset(
        one.dotted_string
        for odd in ODDITIES.values()
        for one in odd.change(TEMPLATE).purposes or ()
    )
    profile = allowing(extended_key_usages=everything, require_extended_key_usage=False)
    refused = [one for one in ODDITIES.values() if one.code is ErrorCode.ISSUED_AUTHORITY]
    assert len(refused) == 8
    for odd in refused:
        assert judge(odd.change(TEMPLATE), profile=profile) is ErrorCode.ISSUED_AUTHORITY


def test_a_profile_may_take_certificates_without_a_purpose() -> None:
    """RFC 5280, 4.2.1.12: without the extension, the key may be used for any purpose."""
    bare = replace(TEMPLATE, purposes=None)
    lenient = allowing(require_extended_key_usage=False)
    assert judge(bare, profile=lenient) is None
    for_servers = replace(TEMPLATE, purposes=(SERVER_AUTH,))
    assert judge(for_servers, profile=lenient) is ErrorCode.ISSUED_NO_CLIENT_AUTH


def in_one_rdn(name: x509.Name) -> x509.Name:
    return x509.Name([x509.RelativeDistinguishedName(list(name)[:2]), *name.rdns[2:]])


def printable(name: x509.Name) -> x509.Name:
    kind = _ASN1Type.PrintableString
    return x509.Name([x509.NameAttribute(one.oid, str(one.value), kind) for one in name])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(printable(customer_name()), id="PrintableString"),
        pytest.param(x509.Name(reversed(list(customer_name()))), id="the other order"),
        pytest.param(in_one_rdn(customer_name()), id="two attributes in one RDN"),
        pytest.param(
            with_value(customer_name(), NameOID.ORGANIZATION_NAME, "EXAMPLE  Shinkin bank"),
            id="case and blanks",
        ),
    ],
)
def test_the_same_name_written_otherwise_is_the_same(name: x509.Name) -> None:
    assert judge(replace(TEMPLATE, subject=name)) is None


def without(oid: ObjectIdentifier) -> x509.Name:
    return x509.Name([one for one in customer_name() if one.oid != oid])


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        (without(NameOID.COUNTRY_NAME), "C"),
        (without(NameOID.ORGANIZATIONAL_UNIT_NAME), "OU"),
        (x509.Name([*customer_name(), x509.NameAttribute(NameOID.TITLE, "x")]), "title"),
        (
            x509.Name(
                [*customer_name(), x509.NameAttribute(ObjectIdentifier("1.3.6.1.4.1.9.9"), "x")]
            ),
            "1.3.6.1.4.1.9.9",
        ),
    ],
)
def test_every_attribute_counts_unless_it_may_change(name: x509.Name, attribute: str) -> None:
    template = replace(TEMPLATE, subject=name)
    with pytest.raises(CertclientError) as refused:
        check_issued(RENEWAL, CA.issue(template), [], BANK, NOW)
    assert refused.value.code is ErrorCode.ISSUED_SUBJECT_CHANGED
    assert refused.value.data["attribute"] == attribute
    assert judge(template, NEW) is None, "取得 has no subject to compare with"


def changing(*oids: ObjectIdentifier) -> Profile:
    names = frozenset(one.dotted_string for one in oids)
    return replace(BANK, subject_rule=replace(BANK.subject_rule, may_change=names))


def test_only_what_the_profile_names_may_change() -> None:
    company = replace(
        TEMPLATE, subject=with_value(customer_name(), NameOID.ORGANIZATION_NAME, "New Name KK")
    )
    assert judge(company, profile=changing(NameOID.ORGANIZATION_NAME)) is None
    refused = judge(company, profile=changing(NameOID.ORGANIZATIONAL_UNIT_NAME))
    assert refused is ErrorCode.ISSUED_SUBJECT_CHANGED
    other = replace(
        TEMPLATE, subject=with_value(customer_name(), NameOID.COMMON_NAME, "SOMEBODY99 1403")
    )
    whoever = changing(NameOID.COMMON_NAME)
    assert judge(other, profile=whoever) is ErrorCode.ISSUED_SUBJECT_MISMATCH


ECDSA_WITH_SHA1 = "1.2.840.10045.4.1"


def sha1_signed(subject: x509.Name) -> Certificate:
    """What an old CA issues for the requested key, below the root; nobody could verify it."""
    odd = OddCertificate(
        issuer=ROOT.certificate.subject,
        subject=subject.public_bytes(),
        not_after=tlv(UTC_TIME, b"271001000000Z"),
        spki=TEMPLATE.spki,
    )
    return Certificate.read(odd.claiming(ECDSA_WITH_SHA1))


def code_of(certificate: Certificate, received: Sequence[Certificate]) -> ErrorCode:
    with pytest.raises(CertclientError) as refused:
        check_issued(RENEWAL, certificate, received, BANK, NOW)
    return refused.value.code


def test_sha1_is_named_wherever_it_stands_in_the_path() -> None:
    assert code_of(sha1_signed(customer_name()), []) is ErrorCode.ISSUED_WEAK_SIGNATURE
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Old Issuing CA")])
    old_ca = sha1_signed(name)
    below = Issuing(old_ca, key(5)).issue(TEMPLATE)
    assert code_of(below, [old_ca]) is ErrorCode.ISSUED_WEAK_SIGNATURE
    other = Authority.root("Another Root", key(8))
    foreign = Issuing(other.certificate, key(8)).issue(TEMPLATE)
    assert code_of(foreign, [other.certificate, old_ca]) is ErrorCode.ISSUED_UNTRUSTED

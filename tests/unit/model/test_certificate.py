"""Facts read from a certificate: DN lines as in the seeds, serial, owner, validity."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from certclient.model.certificate import Certificate, Role, SubjectRule
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.japan_time import TOKYO
from support.pki import Lab, customer_name, make_lab, name, rsa_key, rsa_signer, spki_of

RULE = SubjectRule(
    re.compile(r"(?P<user_id>[A-Z0-9]{4,32})(?: (?P<suffix>[0-9]{4}))?"), frozenset({"1394"})
)


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab(datetime(2026, 6, 1, 12, 0, tzinfo=UTC))


def issue(lab: Lab, subject: x509.Name, serial: int | None = None) -> Certificate:
    return lab.intermediate.issue(spki_of(rsa_key(0)), subject, serial=serial)


def test_dn_lines_follow_the_order_of_the_seed(lab: Lab) -> None:
    """Seed S1(2), 電子証明書情報; this certificate has them in reverse order."""
    certificate = issue(
        lab,
        name(
            (NameOID.COMMON_NAME, "TKYM1408054 1403"),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, "Shinkin Internet Banking Intermediate CA"),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, "USER/PE - 2"),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, "CERT/SUEDNUM - 3"),
            (NameOID.ORGANIZATION_NAME, "The Shinkin Banks Information System Center Co.,Ltd"),
            (NameOID.COUNTRY_NAME, "JP"),
        ),
    )
    assert certificate.dn_lines == (
        ("Country", "JP"),
        ("Organization", "The Shinkin Banks Information System Center Co.,Ltd"),
        ("Organizational Unit", "Shinkin Internet Banking Intermediate CA"),
        ("Organizational Unit", "USER/PE - 2"),
        ("Organizational Unit", "CERT/SUEDNUM - 3"),
        ("Common Name", "TKYM1408054 1403"),
    )
    assert certificate.common_name == "TKYM1408054 1403"
    assert certificate.issuer_common_name == "Example Issuing CA"


def test_unknown_attributes_are_shown_last_under_their_oid(lab: Lab) -> None:
    subject = name((NameOID.TITLE, "部長"), (NameOID.COMMON_NAME, "AB12"))
    lines = issue(lab, subject).dn_lines
    assert lines == (("Common Name", "AB12"), (NameOID.TITLE.dotted_string, "部長"))


@pytest.mark.parametrize(
    ("serial", "shown"),
    [
        (0x60345F5605E87A853A2E85271AE8724E, "60345f5605e87a853a2e85271ae8724e"),
        (0x0A, "0a"),
        (0x0123, "0123"),
    ],
)
def test_the_serial_is_shown_in_whole_bytes(lab: Lab, serial: int, shown: str) -> None:
    assert issue(lab, customer_name(), serial).serial_hex == shown


@given(serial=st.integers(1, 2**159 - 1))
def test_serial_hex_converts_back_to_the_serial_number(serial: int) -> None:
    certificate = issue(make_lab(datetime(2026, 6, 1, tzinfo=UTC)), customer_name(), serial)
    assert int(certificate.serial_hex, 16) == serial
    assert len(certificate.serial_hex) % 2 == 0


@pytest.mark.parametrize(
    ("common_name", "user_id", "suffix", "role"),
    [
        ("TKYM1408054 1403", "TKYM1408054", "1403", Role.USER),
        ("TKYM1408054 1394", "TKYM1408054", "1394", Role.ADMINISTRATOR),  # S2
        ("TKYM1408054", "TKYM1408054", "", Role.USER),
        (" TKYM1408054  1403 ", "TKYM1408054", "1403", Role.USER),
        ("TKYM1408054\u200b 1403", "TKYM1408054", "1403", Role.USER),
    ],
)
def test_owner_is_read_from_the_common_name(
    lab: Lab, common_name: str, user_id: str, suffix: str, role: Role
) -> None:
    owner = issue(lab, name((NameOID.COMMON_NAME, common_name))).owner(RULE)
    assert owner is not None
    assert (owner.user_id, owner.suffix, owner.role) == (user_id, suffix, role)


@pytest.mark.parametrize("common_name", ["tkym1408054 1403", "TKYM1408054 13949", "x", "AB 1394"])
def test_name_that_does_not_match_the_rule_has_no_owner(lab: Lab, common_name: str) -> None:
    assert issue(lab, name((NameOID.COMMON_NAME, common_name))).owner(RULE) is None


def test_certificate_of_another_issuer_has_no_owner(lab: Lab) -> None:
    ours = SubjectRule(RULE.pattern, RULE.administrator_suffixes, frozenset({"Example Issuing CA"}))
    assert issue(lab, customer_name()).owner(ours) is not None
    assert issue(make_lab(label="Other"), customer_name()).owner(ours) is None


def test_validity_includes_both_ends(lab: Lab) -> None:
    certificate = issue(lab, customer_name())
    second = timedelta(seconds=1)
    assert certificate.valid_at(certificate.not_before)
    assert certificate.valid_at(certificate.not_after)
    assert not certificate.valid_at(certificate.not_before - second)
    assert not certificate.valid_at(certificate.not_after + second)


def test_expiry_is_shown_in_japan_time_to_the_minute(lab: Lab) -> None:
    certificate = lab.intermediate.issue(spki_of(rsa_key(0)), days=30.9999)
    shown = certificate.not_after_tokyo
    assert shown.tzinfo is TOKYO
    assert shown == certificate.not_after.replace(second=0)
    assert certificate.not_after.second != 0, "otherwise this test proves nothing"


def test_permitted_usage_is_recognized(lab: Lab) -> None:
    client = issue(lab, customer_name())
    assert client.client_auth
    assert not client.is_ca
    assert not lab.intermediate.issue(rsa_signer(0).spki, usages=()).client_auth
    assert lab.root.certificate.is_ca


def test_equal_bytes_are_equal_certificates(lab: Lab) -> None:
    certificate = issue(lab, customer_name())
    again = Certificate.from_der(certificate.der)
    assert again == certificate
    assert hash(again) == hash(certificate)
    assert issue(lab, customer_name()) != certificate


@given(data=st.binary(max_size=200))
def test_random_bytes_are_unreadable(data: bytes) -> None:
    with pytest.raises(CertclientError) as raised:
        Certificate.from_der(data)
    assert raised.value.code is ErrorCode.CERTIFICATE_UNREADABLE


@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
@given(position=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_damaged_certificate_raises_no_other_error(position: int, bit: int) -> None:
    der = bytearray(DAMAGED.der)
    der[position % len(der)] ^= 1 << bit
    with contextlib.suppress(CertclientError):
        assert Certificate.from_der(bytes(der)) != DAMAGED


# The certificate that the test above damages, one bit at a time.
DAMAGED = issue(make_lab(datetime(2026, 6, 1, tzinfo=UTC)), customer_name())

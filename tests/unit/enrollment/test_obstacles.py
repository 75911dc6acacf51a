"""What stands in the way of a renewal, whatever the date; the most fundamental comes first."""

from __future__ import annotations

import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from certclient.enrollment.obstacles import check_renewable, obstacle
from certclient.model import ber
from certclient.model.certificate import Certificate, SubjectRule
from certclient.model.errors import CertclientError, ErrorCode
from support.odd_certificates import (
    CLIENT_AUTH,
    ODDITIES,
    UTC_TIME,
    OddCertificate,
    extension,
    simple_name,
    tlv,
)
from support.pki import spki_of

RULE = SubjectRule(
    re.compile(r"(?P<user_id>[A-Z0-9]+) (?P<suffix>[0-9]{4})"),
    issuers=frozenset({"ODD  issuing ca"}),
)
CA = extension("2.5.29.19", bytes.fromhex("30030101ff"))


def in_ber(name: bytes) -> bytes:
    """The name with a length of two octets where one does."""
    found = ber.read(name)
    assert found is not None
    return bytes((found.tag, 0x81, len(found.content))) + found.content


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        (OddCertificate(not_after=tlv(UTC_TIME, b"")), ErrorCode.CERTIFICATE_DAMAGED),
        (OddCertificate(serial=tlv(2, b"")), ErrorCode.CERTIFICATE_DAMAGED),
        (OddCertificate(subject=in_ber(simple_name("A 1403"))), ErrorCode.CERTIFICATE_DAMAGED),
        (OddCertificate(extensions=(CA, CLIENT_AUTH)), ErrorCode.CERTIFICATE_OF_CA),
        (OddCertificate(issuer=simple_name("Other CA")), ErrorCode.CERTIFICATE_OTHER_ISSUER),
        (
            OddCertificate(spki=spki_of(ec.generate_private_key(ec.SECP521R1()))),
            ErrorCode.CERTIFICATE_KEY_KIND,
        ),
        (
            OddCertificate(spki=spki_of(ed25519.Ed25519PrivateKey.generate())),
            ErrorCode.CERTIFICATE_KEY_KIND,
        ),
    ],
)
def test_each_obstacle_has_its_code(odd: OddCertificate, code: ErrorCode) -> None:
    with pytest.raises(CertclientError) as raised:
        check_renewable(Certificate.read(odd.der), RULE)
    assert raised.value.code is code


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_an_ec_certificate_can_be_renewed(curve: ec.EllipticCurve) -> None:
    odd = OddCertificate(spki=spki_of(ec.generate_private_key(curve)))
    check_renewable(Certificate.read(odd.der), RULE)


def test_a_curve_that_is_not_renewed_is_named() -> None:
    odd = OddCertificate(spki=spki_of(ec.generate_private_key(ec.SECP521R1())))
    with pytest.raises(CertclientError) as raised:
        check_renewable(Certificate.read(odd.der), RULE)
    assert raised.value.data["key_kind"] == "EC (P-521)"


@pytest.mark.parametrize("oddity", ODDITIES)
def test_what_is_merely_odd_can_be_renewed(oddity: str) -> None:
    """The rule's issuer differs in case and spaces, which do not matter (RFC 5280, 7.1)."""
    assert obstacle(Certificate.read(ODDITIES[oddity].der), RULE) is None

"""Whose signature under an answer is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from certclient.ca.cmp.trust import Trust, believed_signer
from certclient.cmp.bodies import PkiConfirm
from certclient.cmp.messages import Header, Message
from certclient.cmp.names import EMPTY_NAME, directory_name
from certclient.cmp.protection import ProtectionError, protect_with_signature
from certclient.model.certificate import Certificate
from support.pki import (
    CMC_CA,
    CMC_RA,
    SERVER_AUTH,
    Lab,
    RsaSigner,
    ca_name,
    make_lab,
    rsa_key,
    rsa_signer,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HEADER = Header(directory_name(EMPTY_NAME), directory_name(EMPTY_NAME), bytes(16), bytes(16))


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab(NOW)


def signed(key: RsaSigner, *certificates: Certificate) -> Message:
    extra = tuple(certificate.der for certificate in certificates)
    return Message.decode(protect_with_signature(HEADER, PkiConfirm(), key, extra).encode())


def trust(lab: Lab, *known: Certificate, now: datetime = NOW) -> Trust:
    return Trust(lab.anchors, known, now)


def test_the_issuing_ca_speaks_for_itself(lab: Lab) -> None:
    issuing = lab.intermediate
    message = signed(issuing.signer, issuing.certificate)
    assert believed_signer(message, trust(lab)) == issuing.certificate


def test_the_anchor_needs_no_certificate_to_travel_along(lab: Lab) -> None:
    assert believed_signer(signed(lab.root.signer), trust(lab)) == lab.root.certificate


def test_a_ca_known_from_the_current_certificate_need_not_travel_along(lab: Lab) -> None:
    message = signed(lab.intermediate.signer)
    assert believed_signer(message, trust(lab, *lab.chain)) == lab.intermediate.certificate
    with pytest.raises(ProtectionError):
        believed_signer(message, trust(lab))


@pytest.mark.parametrize("usage", [CMC_CA, CMC_RA])
def test_a_server_that_the_ca_named_speaks_for_it(lab: Lab, usage: ObjectIdentifier) -> None:
    key = rsa_signer(3)
    server = lab.intermediate.issue(key.spki, ca_name("CMP"), usages=[usage])
    assert believed_signer(signed(key, server, *lab.chain), trust(lab)) == server


@pytest.mark.parametrize(
    "usages",
    [
        pytest.param([ExtendedKeyUsageOID.CLIENT_AUTH], id="another customer"),
        pytest.param([SERVER_AUTH], id="a web server"),
        pytest.param([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], id="any usage"),
        pytest.param([], id="no usage"),
    ],
)
def test_nobody_else_with_a_certificate_of_the_ca_speaks_for_it(
    lab: Lab, usages: list[ObjectIdentifier]
) -> None:
    key = rsa_signer(3)
    certificate = lab.intermediate.issue(key.spki, usages=usages)
    with pytest.raises(ProtectionError, match="does not speak for the CA"):
        believed_signer(signed(key, certificate, *lab.chain), trust(lab))


def test_the_whole_chain_of_another_ca_is_not_believed(lab: Lab) -> None:
    other = make_lab(NOW, label="Other")
    message = signed(
        other.intermediate.signer, other.intermediate.certificate, other.root.certificate
    )
    with pytest.raises(ProtectionError):
        believed_signer(message, trust(lab))


def test_an_expired_server_certificate_is_not_believed(lab: Lab) -> None:
    key = rsa_signer(3)
    server = lab.intermediate.issue(key.spki, ca_name("CMP"), usages=[CMC_CA], days=10)
    message = signed(key, server, *lab.chain)
    assert believed_signer(message, trust(lab)) == server
    with pytest.raises(ProtectionError):
        believed_signer(message, trust(lab, now=NOW + timedelta(days=11)))


def test_a_certificate_that_did_not_sign_does_not_lend_its_name(lab: Lab) -> None:
    message = signed(rsa_signer(3), lab.intermediate.certificate, lab.root.certificate)
    with pytest.raises(ProtectionError):
        believed_signer(message, trust(lab))


def test_a_ca_whose_key_usage_allows_no_signature_is_not_believed(lab: Lab) -> None:
    issues_only = lab.root.issue_ca("Issues only", rsa_key(8), may_sign=False)
    assert believed_signer(signed(issues_only.signer, issues_only.certificate), trust(lab))
    neither = lab.root.issue_ca("Neither", rsa_key(8), may_sign=False, may_issue=False)
    with pytest.raises(ProtectionError, match="does not speak for the CA"):
        believed_signer(signed(neither.signer, neither.certificate), trust(lab))


def test_unreadable_certificates_are_passed_over(lab: Lab) -> None:
    issuing = lab.intermediate
    extra = (b"\x30\x03\x02\x01\x05", issuing.certificate.der)
    message = protect_with_signature(HEADER, PkiConfirm(), issuing.signer, extra)
    assert believed_signer(Message.decode(message.encode()), trust(lab)) == issuing.certificate

"""The CMP client against a CA built on BouncyCastle."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519

from certclient.ca.client import CertificateCredential, IssueCodeCredential, Issued, Waiting
from certclient.ca.cmp.client import CmpClient
from certclient.ca.path import validate_path
from certclient.ca.transports.http import HttpTransport
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from certclient.model.certificate import SubjectRule
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import CaSettings, MacAlgorithm, MacFloor
from certclient.model.secret import Secret
from certclient.qualification.report import Check, Finding
from certclient.qualification.run import qualify
from support.customer import profile_of
from support.peers import Peer, bouncycastle_ca, compile_bouncycastle_ca
from support.pki import CaKey, Lab, make_lab, rsa_key, rsa_signer
from support.qualification import customer_of, failures, result_of

CODE = "himitsu-4711"
_OF_ROOT = CaSignature.RSA_PKCS1_SHA256

StartCa = Callable[..., AbstractContextManager[Peer]]


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_bouncycastle_ca(tmp_path_factory.mktemp("bouncycastle"))


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


@pytest.fixture
def start_ca(classes: Path, tmp_path: Path, lab: Lab) -> StartCa:
    return partial(bouncycastle_ca, classes, tmp_path, lab.intermediate, CODE)


def client_of(
    peer: Peer, lab: Lab, mac: MacAlgorithm = MacAlgorithm.PBMAC1, *, implicit: bool = False
) -> CmpClient:
    floor = MacFloor(sha1=mac is MacAlgorithm.PBM)  # BouncyCastle's default for PBM
    settings = CaSettings(
        peer.url, lab.anchors, implicit_confirm=implicit, mac=mac, mac_floor=floor
    )
    return CmpClient(settings, HttpTransport(), lambda: datetime.now(UTC), os.urandom)


def test_qualifying_it_finds_what_it_does_not_do(start_ca: StartCa, lab: Lab) -> None:
    """It keeps no register of certificates and answers no genm."""
    with start_ca() as ca:
        rule = SubjectRule(re.compile("(?P<user_id>[A-Z0-9]+)"), frozenset())
        settings = CaSettings(ca.url, lab.anchors)
        profile = replace(profile_of(lab), ca=settings, tls_anchors=(), subject_rule=rule)
        report = qualify(customer_of(profile, "TKYM1408054", Secret(CODE)))
    assert failures(report) == {
        Check.QUERY: ErrorCode.NETWORK_UNREACHABLE,
        Check.REJECT: Finding.STILL_ACCEPTED,
        Check.REVOKED: Finding.GRANTED,
    }
    assert result_of(report, Check.CLOCK).finding is Finding.NO_DATE
    assert result_of(report, Check.LOST_ANSWER).finding is Finding.TWO_CERTIFICATES
    assert not report.left


@pytest.mark.parametrize("mac", list(MacAlgorithm))
def test_first_issue_with_an_issue_code(start_ca: StartCa, lab: Lab, mac: MacAlgorithm) -> None:
    key = rsa_signer(1)
    credential = IssueCodeCredential("TKYM1408054", Secret(CODE))
    with start_ca() as ca:
        client = client_of(ca, lab, mac)
        issued = client.send(client.prepare_obtain(credential, key), credential)
        assert isinstance(issued, Issued)
        client.confirm(issued, credential)
        assert issued.certificate.spki == key.spki
        assert issued.certificate.common_name == "TKYM1408054"
        assert issued.chain[0] == lab.intermediate.certificate
        assert not issued.confirmed
        assert {"protection 0 true", "pop true", "certHash true", "accepted true"} <= set(ca.log)


@pytest.mark.parametrize(
    ("key", "algorithm", "signature"),
    [
        (lambda: rsa_key(8), "SHA256withRSAandMGF1", CaSignature.RSA_PSS_SHA256),
        (
            lambda: ec.generate_private_key(ec.SECP384R1()),
            "SHA384withECDSA",
            CaSignature.ECDSA_SHA384,
        ),
        (ed25519.Ed25519PrivateKey.generate, "Ed25519", CaSignature.ED25519),
        (ed448.Ed448PrivateKey.generate, "Ed448", CaSignature.ED448),
    ],
)
def test_a_ca_that_signs_by_another_algorithm(
    classes: Path,
    tmp_path: Path,
    lab: Lab,
    key: Callable[[], CaKey],
    algorithm: str,
    signature: CaSignature,
) -> None:
    """Messages and certificates; BouncyCastle 1.72 has no ML-DSA as RFC 9881 has it."""
    issuing = lab.root.issue_ca("Another Issuing CA", key())
    current_key, new_key = rsa_signer(1), rsa_signer(2)
    current = issuing.issue(current_key.spki)
    credential = CertificateCredential(current, current_key, (issuing.certificate,))
    with bouncycastle_ca(classes, tmp_path, issuing, CODE, algorithm=algorithm) as ca:
        client = client_of(ca, lab)
        issued = client.send(client.prepare_renew(credential, new_key), credential)
        assert isinstance(issued, Issued)
        now = datetime.now(UTC)
        assert validate_path(
            issued.certificate, issued.chain, lab.anchors, now, frozenset({signature, _OF_ROOT})
        )
        client.confirm(issued, credential)
        refused = frozenset(ALL_CA_SIGNATURES - {signature})
        strict = CaSettings(ca.url, lab.anchors, signature_algorithms=refused)
        other = CmpClient(strict, HttpTransport(), lambda: datetime.now(UTC), os.urandom)
        with pytest.raises(CertclientError) as caught:
            other.send(other.prepare_renew(credential, new_key), credential)
        assert caught.value.code is ErrorCode.CA_PROTECTION_INVALID


def test_renewal_polls_at_the_interval_of_the_ca(start_ca: StartCa, lab: Lab) -> None:
    current_key, new_key = rsa_signer(1), rsa_signer(2)
    current = lab.issue(current_key.spki)
    credential = CertificateCredential(current, current_key, lab.chain)
    with start_ca(polls=2) as ca:
        client = client_of(ca, lab)
        first = client.send(client.prepare_renew(credential, new_key), credential)
        assert isinstance(first, Waiting)
        second = client.poll(first.transaction, credential)
        assert isinstance(second, Waiting)
        assert second.check_after == 1.0
        issued = client.poll(second.transaction, credential)
        assert isinstance(issued, Issued)
        client.confirm(issued, credential)
        assert issued.certificate.spki == new_key.spki
        assert issued.certificate.subject == current.subject
        assert {"protection 7 true", "oldCertID true", "certHash true"} <= set(ca.log)


def test_implicit_confirmation_needs_no_further_message(start_ca: StartCa, lab: Lab) -> None:
    credential = IssueCodeCredential("TKYM1408054", Secret(CODE))
    with start_ca() as ca:
        client = client_of(ca, lab, implicit=True)
        issued = client.send(client.prepare_obtain(credential, rsa_signer(1)), credential)
        assert isinstance(issued, Issued)
        client.confirm(issued, credential)
        assert issued.confirmed
        assert not [line for line in ca.log if line.startswith("certHash")]


def test_rejection_of_a_certificate_is_reported_to_the_ca(start_ca: StartCa, lab: Lab) -> None:
    credential = IssueCodeCredential("TKYM1408054", Secret(CODE))
    with start_ca() as ca:
        client = client_of(ca, lab)
        issued = client.send(client.prepare_obtain(credential, rsa_signer(1)), credential)
        assert isinstance(issued, Issued)
        client.confirm(issued, credential, rejection=ErrorCode.ISSUED_SUBJECT_MISMATCH)
        assert {"certHash true", "accepted false"} <= set(ca.log)


@pytest.mark.parametrize("mac", list(MacAlgorithm))
def test_wrong_issue_code_is_reported(start_ca: StartCa, lab: Lab, mac: MacAlgorithm) -> None:
    credential = IssueCodeCredential("TKYM1408054", Secret("himitsu-4712"))
    with start_ca() as ca:
        client = client_of(ca, lab, mac)
        with pytest.raises(CertclientError) as caught:
            client.send(client.prepare_obtain(credential, rsa_signer(1)), credential)
        assert caught.value.code is ErrorCode.ISSUE_CODE_WRONG
        assert "protection 0 false" in ca.log


def test_certificate_is_revoked_with_its_own_key(start_ca: StartCa, lab: Lab) -> None:
    key = rsa_signer(1)
    certificate = lab.issue(key.spki)
    with start_ca() as ca:
        client = client_of(ca, lab)
        client.revoke(CertificateCredential(certificate, key, lab.chain), certificate)
        assert f"revoked {certificate.serial:x}" in ca.log


def test_response_of_a_ca_under_another_root_is_rejected(start_ca: StartCa, lab: Lab) -> None:
    key = rsa_signer(1)
    current = lab.issue(key.spki)
    credential = CertificateCredential(current, key, lab.chain)
    with start_ca() as ca:
        client = client_of(ca, make_lab(label="Other"))
        with pytest.raises(CertclientError) as caught:
            client.send(client.prepare_renew(credential, rsa_signer(2)), credential)
        assert caught.value.code is ErrorCode.CA_PROTECTION_INVALID

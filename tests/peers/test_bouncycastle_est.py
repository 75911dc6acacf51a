"""The EST client against a CA built on BouncyCastle."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient.ca.client import (
    CertificateCredential,
    IssueCodeCredential,
    Issued,
)
from certclient.ca.est.client import EstClient
from certclient.ca.transports.http import HttpTransport
from certclient.enrollment.acceptance import check_issued
from certclient.model.certificate import SubjectRule
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import EST, CaSettings
from certclient.model.secret import Secret
from certclient.qualification.session import Requested
from support.customer import profile_of
from support.peers import Peer, bouncycastle_est, compile_bouncycastle_est
from support.pki import Lab, make_lab, rsa_signer

USER = "TKYM1408054"
CODE = "himitsu-4711"
NEW_KEY = rsa_signer(2)


@pytest.fixture(scope="session")
def est_classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_bouncycastle_est(tmp_path_factory.mktemp("bouncycastle-est"))


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


def client_of(peer: Peer, lab: Lab) -> EstClient:
    settings = CaSettings(peer.url, lab.anchors, protocol=EST)
    transport = HttpTransport(lab.anchors)
    return EstClient(settings, transport, lambda: datetime.now(UTC), os.urandom)


def renew(client: EstClient, current: Issued) -> Issued:
    credential = CertificateCredential(current.certificate, NEW_KEY, current.chain)
    transaction = client.prepare_renew(credential, rsa_signer(3))
    answer = client.send(transaction, credential)
    assert isinstance(answer, Issued)
    return answer


WANTED = "rsa:2048,2.5.29.37,1.2.840.113549.1.1.12"


def assert_tried_once(client: EstClient, peer: Peer, wrong: IssueCodeCredential) -> None:
    transaction = client.prepare_obtain(wrong, NEW_KEY)
    with pytest.raises(CertclientError) as raised:
        client.send(transaction, wrong)
    assert raised.value.code is ErrorCode.ISSUE_CODE_WRONG
    assert raised.value.data["message"] == "user ID or password is wrong"
    assert len([line for line in peer.log if line.endswith(" false")]) == 1


def test_a_certificate_is_obtained_and_renewed(est_classes: Path, tmp_path: Path, lab: Lab) -> None:
    credential = IssueCodeCredential(USER, Secret(CODE))
    options = {"auth": "basic", "lines": "0", "attributes": WANTED}
    with bouncycastle_est(est_classes, tmp_path, lab, USER, CODE, **options) as peer:
        client = client_of(peer, lab)
        assert_tried_once(client, peer, IssueCodeCredential(USER, Secret("WRONG")))
        transaction = client.prepare_obtain(credential, NEW_KEY)
        answer = client.send(transaction, credential)
        assert isinstance(answer, Issued)
        again = client.send(answer.transaction, credential)
        assert isinstance(again, Issued)
        assert again.certificate == answer.certificate
        renewed = renew(client, answer)
    assert renewed.certificate.subject == answer.certificate.subject
    requested = Requested(USER, NEW_KEY.spki)
    rule = SubjectRule(re.compile(f"(?P<user_id>{USER})"))
    profile = replace(profile_of(lab), subject_rule=rule)
    assert check_issued(
        requested, answer.certificate, answer.chain, profile, datetime.now(UTC)
    ) == list(lab.chain)
    assert "authorization none" in peer.log
    assert peer.log.count("pop true") == 3
    assert f"client {answer.certificate.serial:x}" in peer.log

"""Renewal with keys generated on a token: a third-party CA verifies its signatures."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient.ca.client import CertificateCredential, Issued
from certclient.ca.cmp.client import CmpClient
from certclient.ca.transports.http import HttpTransport
from certclient.model.keys import KeyAlgorithm, KeySpec
from certclient.model.profile import CaSettings
from support.peers import bouncycastle_ca, compile_bouncycastle_ca
from support.pki import Lab, make_lab
from support.softhsm import SoftHsm, right_pin


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


@pytest.mark.parametrize(
    ("old", "new"),
    [(KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_P384), (KeyAlgorithm.EC_P256, KeyAlgorithm.RSA_2048)],
)
def test_bouncycastle_verifies_both_keys_of_a_token(
    softhsm: SoftHsm, lab: Lab, tmp_path: Path, old: KeyAlgorithm, new: KeyAlgorithm
) -> None:
    classes = compile_bouncycastle_ca(tmp_path)
    store = softhsm.new_token().store()
    with (
        bouncycastle_ca(classes, tmp_path, lab.intermediate, "unused") as ca,
        store.open(right_pin) as session,
    ):
        old_key = session.signer(session.create_key(KeySpec(old), "old"))
        new_ref = session.create_key(KeySpec(new), "new")
        current = lab.issue(old_key.spki, days=20)
        credential = CertificateCredential(current, old_key, lab.chain)
        settings = CaSettings(ca.url, lab.anchors)
        client = CmpClient(settings, HttpTransport(), lambda: datetime.now(UTC), os.urandom)
        request = client.prepare_renew(credential, session.signer(new_ref))
        issued = client.send(request, credential)
        assert isinstance(issued, Issued)
        session.install(new_ref, issued.certificate, "new")
        session.self_test(issued.certificate)
        client.confirm(issued, credential)
        assert {"protection 7 true", "pop true", "certHash true"} <= set(ca.log)

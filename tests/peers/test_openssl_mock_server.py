"""The CMP client against the mock server of `openssl cmp`.

The mock server hands out one prepared certificate, so the tests prepare one for the new key. It
knows no PBMAC1.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient.ca.client import (
    Credential,
    Issued,
    MacCredential,
    SignatureCredential,
    SignerStatus,
    Waiting,
)
from certclient.ca.cmp.client import CmpClient
from certclient.ca.transport import HttpTransport
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import CaSettings, MacAlgorithm
from certclient.model.secret import Secret
from support.peers import Peer, openssl_mock_server
from support.pki import (
    CMC_CA,
    SERVER_AUTH,
    Lab,
    RsaSigner,
    ca_name,
    certificate_pem,
    make_lab,
    private_key_pem,
    rsa_signer,
)

CODE = "himitsu-4711"
USER = "TKYM1408054"


@dataclass(frozen=True)
class Bank:
    """A mock server to be, with its files in `folder`, and a customer with keys old and new."""

    lab: Lab
    folder: Path
    old_key: RsaSigner
    new_key: RsaSigner
    current: Certificate

    @property
    def by_code(self) -> MacCredential:
        return MacCredential(USER, Secret(CODE))

    @property
    def by_signature(self) -> SignatureCredential:
        return SignatureCredential(self.current, self.old_key, self.lab.chain)

    def by_code_server(self, answer: Certificate, *more: str) -> AbstractContextManager[Peer]:
        """A server that shares the issue code."""
        options = ["-srv_ref", USER, "-srv_secret", f"pass:{CODE}"]
        return self._server(answer, [*options, *more])

    def signing_server(
        self, answer: Certificate, signer: Certificate, key: RsaSigner, *more: str
    ) -> AbstractContextManager[Peer]:
        """A server that signs its answers."""
        (self.folder / "server.key").write_bytes(private_key_pem(key.private_key))
        options = [
            *("-srv_cert", self._pem("server.pem", signer)),
            *("-srv_key", str(self.folder / "server.key")),
            *("-srv_untrusted", self._pem("issuing.pem", self.lab.intermediate.certificate)),
        ]
        return self._server(answer, [*options, *more])

    def client(self, peer: Peer, *, implicit: bool = False) -> CmpClient:
        settings = CaSettings(
            peer.url, self.lab.anchors, implicit_confirm=implicit, mac=MacAlgorithm.PBM
        )
        return CmpClient(settings, HttpTransport(), lambda: datetime.now(UTC), os.urandom)

    def obtain(self, peer: Peer, *, implicit: bool = False) -> tuple[CmpClient, Issued]:
        client = self.client(peer, implicit=implicit)
        answer = client.send(client.prepare_obtain(self.by_code, self.new_key), self.by_code)
        assert isinstance(answer, Issued)
        return client, answer

    def _server(self, answer: Certificate, options: list[str]) -> AbstractContextManager[Peer]:
        trusted = self._pem("root.pem", *self.lab.anchors)
        issuing = self._pem("issuing.pem", self.lab.intermediate.certificate)
        common = [
            *("-srv_trusted", trusted, "-rsp_capubs", trusted),
            *("-rsp_cert", self._pem("answer.pem", answer), "-rsp_extracerts", issuing),
        ]
        return openssl_mock_server(self.folder, [*common, *options])

    def _pem(self, name: str, *certificates: Certificate) -> str:
        path = self.folder / name
        path.write_bytes(certificate_pem(*certificates))
        return str(path)


def requests_seen(server: Peer) -> int:
    return sum("Received request" in line for line in server.log)


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


@pytest.fixture
def bank(lab: Lab, tmp_path: Path) -> Bank:
    old_key, new_key = rsa_signer(1), rsa_signer(2)
    return Bank(lab, tmp_path, old_key, new_key, lab.issue(old_key.spki, days=20))


def test_first_issue_with_an_issue_code(bank: Bank) -> None:
    answer = bank.lab.issue(bank.new_key.spki)
    with bank.by_code_server(answer) as server:
        client, issued = bank.obtain(server)
        client.confirm(issued, bank.by_code)
        assert issued.certificate == answer
        assert issued.chain[0] == bank.lab.intermediate.certificate
        assert not issued.confirmed
        assert requests_seen(server) == 2


def test_polling_until_the_certificate_is_there(bank: Bank) -> None:
    answer = bank.lab.issue(bank.new_key.spki)
    with bank.by_code_server(answer, "-poll_count", "3", "-check_after", "1") as server:
        client = bank.client(server)
        got = client.send(client.prepare_obtain(bank.by_code, bank.new_key), bank.by_code)
        waits = []
        while isinstance(got, Waiting):
            waits.append(got.check_after)
            got = client.poll(got.transaction, bank.by_code)
        client.confirm(got, bank.by_code)
        assert got.certificate == answer
        assert waits == [0.0, 1.0, 1.0]


def test_implicit_confirmation_where_the_server_grants_it(bank: Bank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki), "-grant_implicitconf") as server:
        client, issued = bank.obtain(server, implicit=True)
        client.confirm(issued, bank.by_code)
        assert issued.confirmed
        assert requests_seen(server) == 1


def test_confirmation_where_the_server_does_not_grant_to_leave_it_out(bank: Bank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki)) as server:
        client, issued = bank.obtain(server, implicit=True)
        client.confirm(issued, bank.by_code)
        assert not issued.confirmed


def test_a_rejected_certificate_is_told_to_the_server(bank: Bank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki)) as server:
        client, issued = bank.obtain(server)
        client.confirm(issued, bank.by_code, rejection=ErrorCode.ISSUED_SUBJECT_MISMATCH)
        assert "CMP info: certificate rejected by client with PKIStatus: rejection" in server.log


def test_the_refusal_of_a_server_keeps_its_words(bank: Bank) -> None:
    words = "限度を超えました"
    refusing = ("-pkistatus", "2", "-failure", "23", "-statusstring", words)
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki), *refusing) as server:
        with pytest.raises(CertclientError) as caught:
            bank.obtain(server)
        assert caught.value.code is ErrorCode.CA_REFUSED
        assert caught.value.data == {
            "message": words,
            "failure": "notAuthorized",
            "protected": "yes",
        }


def test_a_grant_with_changes_is_taken_with_the_words_that_explain_it(bank: Bank) -> None:
    granting = ("-pkistatus", "1", "-statusstring", "one year only")
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki), *granting) as server:
        _, issued = bank.obtain(server)
        assert issued.message == "one year only"


def test_a_wrong_issue_code_is_named_as_such(bank: Bank) -> None:
    wrong: Credential = replace(bank.by_code, issue_code=Secret("himitsu-4712"))
    assert isinstance(wrong, MacCredential)
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki)) as server:
        client = bank.client(server)
        with pytest.raises(CertclientError) as caught:
            client.send(client.prepare_obtain(wrong, bank.new_key), wrong)
        assert caught.value.code is ErrorCode.ISSUE_CODE_WRONG


@pytest.mark.parametrize("polls", [0, 1])
def test_renewal_by_the_current_key_answered_by_the_ca(bank: Bank, polls: int) -> None:
    """The mock server compares oldCertID with the certificate that it hands out."""
    issuer = bank.lab.intermediate
    answer = issuer.issue(bank.new_key.spki, serial=bank.current.serial)
    waiting = ("-poll_count", str(polls)) if polls else ()
    with bank.signing_server(answer, issuer.certificate, issuer.signer, *waiting) as server:
        client = bank.client(server)
        request = client.prepare_renew(bank.by_signature, bank.new_key)
        got = client.send(request, bank.by_signature)
        while isinstance(got, Waiting):
            got = client.poll(got.transaction, bank.by_signature)
        client.confirm(got, bank.by_signature)
        assert got.certificate == answer


def test_renewal_answered_by_a_server_that_the_ca_named(bank: Bank) -> None:
    issuer, server_key = bank.lab.intermediate, rsa_signer(3)
    answer = issuer.issue(bank.new_key.spki, serial=bank.current.serial)
    signer = issuer.issue(server_key.spki, ca_name("CMP server"), usages=[CMC_CA])
    with bank.signing_server(answer, signer, server_key) as server:
        client = bank.client(server)
        request = client.prepare_renew(bank.by_signature, bank.new_key)
        issued = client.send(request, bank.by_signature)
        assert isinstance(issued, Issued)
        client.confirm(issued, bank.by_signature)


def test_a_server_that_the_ca_did_not_name_is_not_believed(bank: Bank) -> None:
    issuer, server_key = bank.lab.intermediate, rsa_signer(3)
    answer = issuer.issue(bank.new_key.spki, serial=bank.current.serial)
    signer = issuer.issue(server_key.spki, ca_name("Web server"), usages=[SERVER_AUTH])
    with bank.signing_server(answer, signer, server_key) as server:
        client = bank.client(server)
        request = client.prepare_renew(bank.by_signature, bank.new_key)
        with pytest.raises(CertclientError) as caught:
            client.send(request, bank.by_signature)
        assert caught.value.code is ErrorCode.CA_PROTECTION_INVALID


def test_unprotected_answers_are_not_believed(bank: Bank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki), "-send_unprotected") as server:
        with pytest.raises(CertclientError) as caught:
            bank.obtain(server)
        assert caught.value.code is ErrorCode.CA_PROTECTION_INVALID


def test_an_unprotected_error_is_shown_but_marked(bank: Bank) -> None:
    answer = bank.lab.issue(bank.new_key.spki)
    with bank.by_code_server(answer, "-send_error", "-send_unprot_err") as server:
        with pytest.raises(CertclientError) as caught:
            bank.obtain(server)
        assert caught.value.code is ErrorCode.CA_REFUSED
        assert caught.value.data["protected"] == "no"


def test_a_certificate_is_revoked_by_its_own_key(bank: Bank) -> None:
    issuer = bank.lab.intermediate
    with bank.signing_server(bank.current, issuer.certificate, issuer.signer) as server:
        client = bank.client(server)
        client.revoke(bank.by_signature, bank.current)
        assert requests_seen(server) == 1


def test_a_server_of_another_make_answers_whether_it_accepts_a_signature(bank: Bank) -> None:
    issuer = bank.lab.intermediate
    with bank.signing_server(bank.current, issuer.certificate, issuer.signer) as server:
        assert bank.client(server).signer_status(bank.by_signature) is SignerStatus.ACCEPTED


def test_a_server_that_answers_no_questions_says_nothing(bank: Bank) -> None:
    issuer = bank.lab.intermediate
    refusing = ("-send_error",)
    with bank.signing_server(bank.current, issuer.certificate, issuer.signer, *refusing) as server:
        assert bank.client(server).signer_status(bank.by_signature) is SignerStatus.UNKNOWN


def test_the_refusal_to_revoke_another_certificate(bank: Bank) -> None:
    issuer = bank.lab.intermediate
    other = issuer.issue(bank.new_key.spki)
    with bank.signing_server(other, issuer.certificate, issuer.signer) as server:
        client = bank.client(server)
        with pytest.raises(CertclientError) as caught:
            client.revoke(bank.by_signature, bank.current)
        assert caught.value.code is ErrorCode.CA_REFUSED

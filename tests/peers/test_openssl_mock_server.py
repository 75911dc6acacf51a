"""The CMP client against the mock server of `openssl cmp`.

The mock server returns one prepared certificate, so the tests prepare one for the new key. It does
not support PBMAC1.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certclient.ca.client import (
    CertificateCredential,
    Credential,
    IssueCodeCredential,
    Issued,
    SignerStatus,
    Waiting,
)
from certclient.ca.cmp.client import CmpClient
from certclient.ca.transports.http import HttpTransport
from certclient.enrollment.acceptance import check_issued
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import DEFAULT_MAC_FLOOR, CaSettings, MacAlgorithm, MacFloor
from certclient.model.secret import Secret
from certclient.qualification.report import Check, Report, Verdict
from certclient.qualification.run import qualify
from support.customer import profile_of
from support.peers import Peer, openssl_mock_server
from support.pki import (
    CMC_CA,
    SERVER_AUTH,
    CaKey,
    Lab,
    RsaSigner,
    ca_name,
    certificate_pem,
    make_lab,
    private_key_pem,
    rsa_signer,
)
from support.qualification import customer_of, failures

ITS_MAC = MacFloor(iterations=500, sha1=True)
"""PBM as OpenSSL 3.0 makes it."""
CODE = "himitsu-4711"
USER = "TKYM1408054"


@dataclass(frozen=True)
class OpenSslBank:
    """Configures mock servers with files in `folder`; the customer has an old and a new key."""

    lab: Lab
    folder: Path
    old_key: RsaSigner
    new_key: RsaSigner
    current: Certificate

    @property
    def by_code(self) -> IssueCodeCredential:
        return IssueCodeCredential(USER, Secret(CODE))

    @property
    def by_signature(self) -> CertificateCredential:
        return CertificateCredential(self.current, self.old_key, self.lab.chain)

    def by_code_server(self, answer: Certificate, *more: str) -> AbstractContextManager[Peer]:
        """A server that knows the issue code."""
        options = ["-srv_ref", USER, "-srv_secret", f"pass:{CODE}"]
        return self._server(answer, [*options, *more])

    def signing_server(
        self, answer: Certificate, signer: Certificate, key: RsaSigner | CaKey, *more: str
    ) -> AbstractContextManager[Peer]:
        """A server that signs its responses."""
        private = key.private_key if isinstance(key, RsaSigner) else key
        (self.folder / "server.key").write_bytes(private_key_pem(private))
        options = [
            *("-srv_cert", self._pem("server.pem", signer)),
            *("-srv_key", str(self.folder / "server.key")),
            *("-srv_untrusted", self._pem("issuing.pem", self.lab.intermediate.certificate)),
        ]
        return self._server(answer, [*options, *more])

    def client(
        self,
        peer: Peer,
        *,
        implicit: bool = False,
        signatures: frozenset[CaSignature] = ALL_CA_SIGNATURES,
        mac_floor: MacFloor = ITS_MAC,
    ) -> CmpClient:
        settings = CaSettings(
            peer.url,
            self.lab.anchors,
            implicit,
            MacAlgorithm.PBM,
            mac_floor,
            signature_algorithms=signatures,
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


def request_count(server: Peer) -> int:
    return sum("Received request" in line for line in server.log)


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


@pytest.fixture
def bank(lab: Lab, tmp_path: Path) -> OpenSslBank:
    old_key, new_key = rsa_signer(1), rsa_signer(2)
    return OpenSslBank(lab, tmp_path, old_key, new_key, lab.issue(old_key.spki, days=20))


def test_first_issue_with_an_issue_code(bank: OpenSslBank) -> None:
    answer = bank.lab.issue(bank.new_key.spki)
    with bank.by_code_server(answer) as server:
        client, issued = bank.obtain(server)
        client.confirm(issued, bank.by_code)
        assert issued.certificate == answer
        assert issued.chain[0] == bank.lab.intermediate.certificate
        assert not issued.confirmed
        assert request_count(server) == 2


TRIED = {Check.REACHABLE, Check.WRONG_CODE, Check.OBTAIN, Check.CERTIFICATE, Check.CONFIRM}
"""What the mock server can do with one certificate that is prepared: it cannot issue."""


def qualified(bank: OpenSslBank, server: Peer, mac: MacAlgorithm) -> Report:
    settings = CaSettings(server.url, bank.lab.anchors, mac=mac, mac_floor=ITS_MAC)
    profile = replace(profile_of(bank.lab), ca=settings, tls_anchors=())
    customer = customer_of(profile, USER, Secret(CODE), new_key=lambda: bank.new_key)
    return qualify(customer, set(Check) - TRIED)


def test_qualifying_it_as_far_as_it_goes(bank: OpenSslBank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki)) as server:
        report = qualified(bank, server, MacAlgorithm.PBM)
    assert failures(report) == {}
    assert {one.check for one in report.results if one.verdict is Verdict.PASSED} == TRIED


def test_qualifying_it_with_a_certificate_of_another_key(bank: OpenSslBank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.old_key.spki)) as server:
        report = qualified(bank, server, MacAlgorithm.PBM)
    assert failures(report)[Check.CERTIFICATE] is ErrorCode.ISSUED_KEY_MISMATCH


def test_qualifying_it_with_pbmac1_which_it_does_not_know(bank: OpenSslBank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki)) as server:
        report = qualified(bank, server, MacAlgorithm.PBMAC1)
    assert Check.OBTAIN in failures(report)
    assert not report.passed


def test_a_waiting_request_is_withdrawn(bank: OpenSslBank) -> None:
    """OpenSSL acknowledges the error message with pkiConf (RFC 9810, 5.3.21)."""
    answer = bank.lab.issue(bank.new_key.spki)
    with bank.by_code_server(answer, "-poll_count", "3", "-check_after", "1") as server:
        client = bank.client(server)
        transaction = client.prepare_obtain(bank.by_code, bank.new_key)
        got = client.send(transaction, bank.by_code)
        assert isinstance(got, Waiting)
        client.withdraw(got.transaction, bank.by_code)


def test_polls_until_the_certificate_is_issued(bank: OpenSslBank) -> None:
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


def test_implicit_confirmation_if_the_server_grants_it(bank: OpenSslBank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki), "-grant_implicitconf") as server:
        client, issued = bank.obtain(server, implicit=True)
        client.confirm(issued, bank.by_code)
        assert issued.confirmed
        assert request_count(server) == 1


def test_explicit_confirmation_if_the_server_grants_no_implicit_one(bank: OpenSslBank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki)) as server:
        client, issued = bank.obtain(server, implicit=True)
        client.confirm(issued, bank.by_code)
        assert not issued.confirmed


def test_rejection_of_a_certificate_is_reported_to_the_server(bank: OpenSslBank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki)) as server:
        client, issued = bank.obtain(server)
        client.confirm(issued, bank.by_code, rejection=ErrorCode.ISSUED_SUBJECT_MISMATCH)
        assert "CMP info: certificate rejected by client with PKIStatus: rejection" in server.log


def test_server_refusal_keeps_its_status_text(bank: OpenSslBank) -> None:
    words = "限度を超えました"
    refusing = ("-pkistatus", "2", "-failure", "23", "-statusstring", words)
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki), *refusing) as server:
        with pytest.raises(CertclientError) as caught:
            bank.obtain(server)
        assert caught.value.code is ErrorCode.CA_REFUSED
        assert caught.value.data == {
            "message": words,
            "failure": "notAuthorized",
            "refusal": "",
            "proven": "yes",
        }


def test_grant_with_modifications_keeps_its_status_text(bank: OpenSslBank) -> None:
    granting = ("-pkistatus", "1", "-statusstring", "one year only")
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki), *granting) as server:
        _, issued = bank.obtain(server)
        assert issued.message == "one year only"


def test_its_mac_is_too_weak_for_a_profile_that_does_not_allow_it(bank: OpenSslBank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki)) as server:
        client = bank.client(server, mac_floor=DEFAULT_MAC_FLOOR)
        prepared = client.prepare_obtain(bank.by_code, bank.new_key)
        with pytest.raises(CertclientError) as caught:
            client.send(prepared, bank.by_code)
    assert caught.value.code is ErrorCode.CA_PROTECTION_INVALID
    assert caught.value.data["problem"] == "weak-mac"


def test_wrong_issue_code_is_reported(bank: OpenSslBank) -> None:
    wrong: Credential = replace(bank.by_code, issue_code=Secret("himitsu-4712"))
    assert isinstance(wrong, IssueCodeCredential)
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki)) as server:
        client = bank.client(server)
        with pytest.raises(CertclientError) as caught:
            client.send(client.prepare_obtain(wrong, bank.new_key), wrong)
        assert caught.value.code is ErrorCode.ISSUE_CODE_WRONG


@pytest.mark.parametrize("polls", [0, 1])
def test_renewal_with_a_response_signed_by_the_ca(bank: OpenSslBank, polls: int) -> None:
    """The mock server compares oldCertID with the certificate that it returns."""
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


def test_renewal_with_a_response_signed_by_an_authorised_server(bank: OpenSslBank) -> None:
    issuer, server_key = bank.lab.intermediate, rsa_signer(3)
    answer = issuer.issue(bank.new_key.spki, serial=bank.current.serial)
    signer = issuer.issue(server_key.spki, ca_name("CMP server"), usages=[CMC_CA])
    with bank.signing_server(answer, signer, server_key) as server:
        client = bank.client(server)
        request = client.prepare_renew(bank.by_signature, bank.new_key)
        issued = client.send(request, bank.by_signature)
        assert isinstance(issued, Issued)
        client.confirm(issued, bank.by_signature)


def test_response_of_an_unauthorised_server_is_rejected(bank: OpenSslBank) -> None:
    issuer, server_key = bank.lab.intermediate, rsa_signer(3)
    answer = issuer.issue(bank.new_key.spki, serial=bank.current.serial)
    signer = issuer.issue(server_key.spki, ca_name("Web server"), usages=[SERVER_AUTH])
    with bank.signing_server(answer, signer, server_key) as server:
        client = bank.client(server)
        request = client.prepare_renew(bank.by_signature, bank.new_key)
        with pytest.raises(CertclientError) as caught:
            client.send(request, bank.by_signature)
        assert caught.value.code is ErrorCode.CA_PROTECTION_INVALID


@dataclass(frozen=True)
class Requested:
    """What was requested, for `check_issued`: a first certificate."""

    spki: bytes
    user_id: str = USER
    old: Certificate | None = None
    renewed: Certificate | None = None
    ends_after: datetime | None = None


def test_the_profile_decides_on_a_certificate_without_purposes(bank: OpenSslBank) -> None:
    """RFC 5280, 4.2.1.12: without extendedKeyUsage, it is good for any purpose."""
    profile, now = profile_of(bank.lab), datetime.now(UTC)
    lenient = replace(profile, ca=replace(profile.ca, require_extended_key_usage=False))
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki, usages=[])) as server:
        client, issued = bank.obtain(server)
        requested = Requested(bank.new_key.spki)
        assert check_issued(requested, issued.certificate, issued.chain, lenient, now)
        with pytest.raises(CertclientError) as refused:
            check_issued(requested, issued.certificate, issued.chain, profile, now)
        assert refused.value.code is ErrorCode.ISSUED_NO_CLIENT_AUTH
        client.confirm(issued, bank.by_code, refused.value.code)
        assert request_count(server) == 2, server.log


def test_unprotected_response_is_rejected(bank: OpenSslBank) -> None:
    with bank.by_code_server(bank.lab.issue(bank.new_key.spki), "-send_unprotected") as server:
        with pytest.raises(CertclientError) as caught:
            bank.obtain(server)
        assert caught.value.code is ErrorCode.CA_PROTECTION_INVALID


def test_unprotected_error_is_reported_as_unprotected(bank: OpenSslBank) -> None:
    answer = bank.lab.issue(bank.new_key.spki)
    with bank.by_code_server(answer, "-send_error", "-send_unprot_err") as server:
        with pytest.raises(CertclientError) as caught:
            bank.obtain(server)
        assert caught.value.code is ErrorCode.CA_REFUSED
        assert caught.value.data["proven"] == "no"


def test_certificate_is_revoked_with_its_own_key(bank: OpenSslBank) -> None:
    issuer = bank.lab.intermediate
    with bank.signing_server(bank.current, issuer.certificate, issuer.signer) as server:
        client = bank.client(server)
        client.revoke(bank.by_signature, bank.current)
        assert request_count(server) == 1


def test_signer_status_of_a_third_party_server(bank: OpenSslBank) -> None:
    issuer = bank.lab.intermediate
    with bank.signing_server(bank.current, issuer.certificate, issuer.signer) as server:
        assert bank.client(server).signer_status(bank.by_signature) is SignerStatus.ACCEPTED


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_a_server_that_signs_with_an_elliptic_curve(
    bank: OpenSslBank, curve: ec.EllipticCurve
) -> None:
    """OpenSSL 3.0 cannot sign CMP messages with Ed25519 ("unsupported key type")."""
    key = ec.generate_private_key(curve)
    issuer = bank.lab.root.issue_ca("EC Issuing CA", key)
    with bank.signing_server(bank.current, issuer.certificate, key) as server:
        assert bank.client(server).signer_status(bank.by_signature) is SignerStatus.ACCEPTED
        allowed = ALL_CA_SIGNATURES - {CaSignature.ECDSA_SHA256}
        strict = bank.client(server, signatures=allowed)
        with pytest.raises(CertclientError) as caught:
            strict.revoke(bank.by_signature, bank.current)
        assert caught.value.code is ErrorCode.CA_PROTECTION_INVALID


def test_signer_status_is_unknown_if_the_server_refuses(bank: OpenSslBank) -> None:
    issuer = bank.lab.intermediate
    refusing = ("-send_error",)
    with bank.signing_server(bank.current, issuer.certificate, issuer.signer, *refusing) as server:
        assert bank.client(server).signer_status(bank.by_signature) is SignerStatus.UNKNOWN


def test_refusal_to_revoke_another_certificate_is_reported(bank: OpenSslBank) -> None:
    issuer = bank.lab.intermediate
    other = issuer.issue(bank.new_key.spki)
    with bank.signing_server(other, issuer.certificate, issuer.signer) as server:
        client = bank.client(server)
        with pytest.raises(CertclientError) as caught:
            client.revoke(bank.by_signature, bank.current)
        assert caught.value.code is ErrorCode.CA_REFUSED

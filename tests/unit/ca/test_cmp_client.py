"""The CMP client: the messages it sends, recovery after a crash, and polling."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from certclient.ca.client import (
    Answer,
    BankSecrets,
    CaClient,
    CertificateCredential,
    IssueCodeCredential,
    Issued,
    Transaction,
    Waiting,
)
from certclient.cmp.bodies import (
    CertificateConfirm,
    CertificateRequest,
    PkiConfirm,
    PkiStatusInfo,
    PollEntry,
    PollReply,
    PollRequest,
)
from certclient.cmp.messages import Message
from certclient.cmp.names import CertId
from certclient.cmp.protection import verify_mac, verify_signature
from certclient.cmp.signatures import check_possession
from certclient.cmp.status import PkiStatus
from certclient.model.errors import ErrorCode
from certclient.model.secret import Secret
from support.cmp_server import (
    Responder,
    ScriptedServer,
    answering,
    certificate_reply,
    client_of,
    error_of,
    issuing,
    renewed,
    signing_ca,
)
from support.pki import Lab, make_lab, rsa_signer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
USER = "TKYM1408054"
BY_CODE = IssueCodeCredential(USER, Secret("himitsu-4711"))
NEW_KEY = rsa_signer(2)


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab(NOW)


@pytest.fixture(scope="module")
def by_key(lab: Lab) -> CertificateCredential:
    """The current certificate and its key, without the issuer's certificate."""
    key = rsa_signer(1)
    return CertificateCredential(lab.issue(key.spki, days=20), key)


@pytest.fixture
def server(lab: Lab) -> ScriptedServer:
    return ScriptedServer([issuing(lab, signing_ca(lab)), confirming(lab)])


def confirming(lab: Lab) -> Responder:
    return answering(signing_ca(lab), PkiConfirm())


def test_cmp_client_implements_ca_client(server: ScriptedServer, lab: Lab) -> None:
    client: CaClient = client_of(server, lab)
    assert client.server_time() is None


def test_renewal_requests_the_same_subject_for_the_new_key(
    server: ScriptedServer, lab: Lab, by_key: CertificateCredential
) -> None:
    issued = renewed(client_of(server, lab), by_key, NEW_KEY)
    sent = server.requests[0]
    current = by_key.certificate
    assert isinstance(sent.body, CertificateRequest)
    (message,) = sent.body.requests
    assert message.request.template.subject == current.subject
    assert message.request.old_cert_id == CertId(current.issuer, current.serial)
    check_possession(message)
    verify_signature(sent, current.spki)
    assert sent.extra_certs[0] == current.der
    assert sent.header.sender_name == current.subject
    assert sent.header.message_time == NOW
    assert issued.certificate.spki == NEW_KEY.spki
    assert issued.chain == (lab.intermediate.certificate, lab.root.certificate)


def test_obtain_request_identifies_the_user_in_sender_and_sender_kid(
    server: ScriptedServer, lab: Lab
) -> None:
    client = client_of(server, lab)
    answer = client.send(client.prepare_obtain(BY_CODE, NEW_KEY), BY_CODE)
    sent = server.requests[0]
    verify_mac(sent, BY_CODE.issue_code)
    assert sent.header.sender_kid == USER.encode()
    assert isinstance(sent.body, CertificateRequest)
    assert sent.header.sender_name == sent.body.requests[0].request.template.subject
    assert isinstance(answer, Issued), "a CA may sign its response to a MAC-protected request"


def test_each_message_has_a_fresh_sender_nonce_and_echoes_the_ca_nonce(
    server: ScriptedServer, lab: Lab, by_key: CertificateCredential
) -> None:
    client = client_of(server, lab)
    client.confirm(renewed(client, by_key, NEW_KEY), by_key)
    first, second = (request.header for request in server.requests)
    assert first.transaction_id == second.transaction_id
    assert first.transaction_id is not None
    assert len(first.transaction_id) == 16
    assert first.sender_nonce != second.sender_nonce
    assert first.recip_nonce is None
    assert second.recip_nonce is not None


def test_empty_issue_code_is_reported_as_required(server: ScriptedServer, lab: Lab) -> None:
    empty = IssueCodeCredential(USER, Secret(""))
    error = error_of(lambda: client_of(server, lab).prepare_obtain(empty, NEW_KEY))
    assert error.code is ErrorCode.ISSUE_CODE_REQUIRED


def restored(transaction: Transaction) -> Transaction:
    """The transaction as the journal restores it, without the volatile part."""
    return Transaction(transaction.transaction_id, transaction.state)


def test_same_bytes_are_resent_after_a_crash(
    server: ScriptedServer, lab: Lab, by_key: CertificateCredential
) -> None:
    prepared = client_of(server, lab).prepare_renew(by_key, NEW_KEY)
    issued = client_of(server, lab).send(restored(prepared), by_key)
    server.responders = [issuing(lab, signing_ca(lab)), confirming(lab)]
    again = client_of(server, lab).send(restored(prepared), by_key)
    assert isinstance(issued, Issued)
    assert isinstance(again, Issued)
    assert server.requests[0] == server.requests[1]
    after = Issued(restored(again.transaction), again.certificate, again.chain, again.confirmed)
    client_of(server, lab).confirm(after, by_key)
    assert isinstance(server.requests[2].body, CertificateConfirm)


def test_bank_secrets_are_sent_but_not_stored(
    server: ScriptedServer, lab: Lab, by_key: CertificateCredential
) -> None:
    client = client_of(server, lab)
    secrets = BankSecrets(Secret("PIN-7777"), Secret("OTP-123456"))
    prepared = client.prepare_renew(by_key, NEW_KEY, secrets)
    assert b"PIN-7777" in prepared.volatile
    assert b"PIN-7777" not in prepared.state
    assert "PIN-7777" not in repr(prepared)
    error = error_of(lambda: client.send(restored(prepared), by_key))
    assert error.code is ErrorCode.BANK_SECRETS_REQUIRED
    answer = client.send(prepared, by_key)
    assert isinstance(answer, Issued)
    assert not answer.transaction.volatile
    body = server.requests[0].body
    assert isinstance(body, CertificateRequest)
    request = body.requests[0].request
    assert (request.authenticator, request.registration_token) == ("PIN-7777", "OTP-123456")


def test_state_of_a_first_issue_contains_no_secret(server: ScriptedServer, lab: Lab) -> None:
    prepared = client_of(server, lab).prepare_obtain(BY_CODE, NEW_KEY)
    assert prepared.volatile == b""
    assert b"himitsu" not in prepared.state


@pytest.mark.parametrize("state", [b"", b"{}", b'{"version":2}', b"\xff", b"[1]"])
def test_damaged_journal_state_is_reported(
    server: ScriptedServer, lab: Lab, by_key: CertificateCredential, state: bytes
) -> None:
    damaged = Transaction("00" * 16, state)
    error = error_of(lambda: client_of(server, lab).send(damaged, by_key))
    assert error.code is ErrorCode.JOURNAL_DAMAGED


def test_damaged_transaction_id_is_reported(
    server: ScriptedServer, lab: Lab, by_key: CertificateCredential
) -> None:
    prepared = client_of(server, lab).prepare_renew(by_key, NEW_KEY)
    damaged = replace(prepared, transaction_id="xyz")
    error = error_of(lambda: client_of(server, lab).send(damaged, by_key))
    assert error.code is ErrorCode.JOURNAL_DAMAGED


def waiting(lab: Lab) -> Responder:
    status = PkiStatusInfo(PkiStatus.WAITING, ("審査中です",))

    def respond(request: Message) -> bytes:
        return signing_ca(lab).answer(request, certificate_reply(request, None, status))

    return respond


def polled(lab: Lab, check_after: int, *reason: str) -> Responder:
    return answering(signing_ca(lab), PollReply((PollEntry(0, check_after, reason),)))


def wait_then(lab: Lab, by_key: CertificateCredential, *then: Responder) -> Answer:
    server = ScriptedServer([waiting(lab), *then])
    client = client_of(server, lab)
    first = client.send(client.prepare_renew(by_key, NEW_KEY), by_key)
    assert isinstance(first, Waiting)
    assert first.message == "審査中です"
    return client.poll(restored(first.transaction), by_key)


@pytest.mark.parametrize(
    ("requested", "waited"), [(5, 5.0), (0, 0.0), (-7, 0.0), (2**70, 30 * 24 * 3600.0)]
)
def test_check_after_is_clamped_to_sane_limits(
    lab: Lab, by_key: CertificateCredential, requested: int, waited: float
) -> None:
    answer = wait_then(lab, by_key, polled(lab, requested, "まだ"))
    assert isinstance(answer, Waiting)
    assert (answer.check_after, answer.message) == (waited, "まだ")


@pytest.mark.parametrize("delayed", [True, False])
def test_final_response_may_echo_the_nonce_of_the_poll_or_of_the_request(
    lab: Lab, by_key: CertificateCredential, *, delayed: bool
) -> None:
    server = ScriptedServer([waiting(lab)])
    client = client_of(server, lab)
    first = client.send(client.prepare_renew(by_key, NEW_KEY), by_key)

    def respond(request: Message) -> bytes:
        assert isinstance(request.body, PollRequest)
        original = server.requests[0]
        body = certificate_reply(original, lab.issue(NEW_KEY.spki))
        return signing_ca(lab).answer(original if delayed else request, body)

    server.responders = [respond]
    assert isinstance(client.poll(first.transaction, by_key), Issued)


def test_poll_response_for_another_request_is_malformed(
    lab: Lab, by_key: CertificateCredential
) -> None:
    other = answering(signing_ca(lab), PollReply((PollEntry(9, 1),)))
    assert error_of(lambda: wait_then(lab, by_key, other)).code is ErrorCode.CA_MALFORMED

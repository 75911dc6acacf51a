"""The CMP client and a CA that misbehaves, loses messages, waits or asks for secrets."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519

from certclient.ca.client import (
    Answer,
    BankSecrets,
    CaClient,
    Issued,
    MacCredential,
    SignatureCredential,
    Transaction,
    Waiting,
)
from certclient.ca.cmp.bodies import (
    Body,
    CertificateConfirm,
    CertificateRequest,
    ErrorMessage,
    PkiConfirm,
    PkiStatusInfo,
    PollEntry,
    PollReply,
    PollRequest,
    RevokeReply,
    RevokeRequest,
)
from certclient.ca.cmp.client import CmpClient
from certclient.ca.cmp.messages import CMP2000, CMP2021, Message
from certclient.ca.cmp.names import AlgorithmIdentifier, CertId
from certclient.ca.cmp.protection import verify_mac, verify_signature
from certclient.ca.cmp.signatures import check_possession
from certclient.ca.cmp.status import Failure, PkiStatus
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import CaSettings
from certclient.model.secret import Secret
from support.cmp_server import (
    Responder,
    ScriptedServer,
    Speaker,
    answering,
    certificate_reply,
    issuing,
    repeating,
    signing_ca,
)
from support.pki import Lab, make_lab, make_root, rsa_key, rsa_signer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
USER = "TKYM1408054"
BY_CODE = MacCredential(USER, Secret("himitsu-4711"))
NEW_KEY = rsa_signer(2)
REFUSED = PkiStatusInfo(PkiStatus.REJECTION, ("no",), frozenset({Failure.NOT_AUTHORIZED}))


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab(NOW)


@pytest.fixture(scope="module")
def by_key(lab: Lab) -> SignatureCredential:
    """The current certificate, its issuer not at hand."""
    key = rsa_signer(1)
    return SignatureCredential(lab.issue(key.spki, days=20), key)


@pytest.fixture
def server(lab: Lab) -> ScriptedServer:
    return ScriptedServer([issuing(lab, signing_ca(lab)), confirming(lab)])


def confirming(lab: Lab) -> Responder:
    return answering(signing_ca(lab), PkiConfirm())


def client_of(server: ScriptedServer, lab: Lab, *, implicit: bool = False) -> CmpClient:
    settings = CaSettings("https://ca.example.jp/pkix/", lab.anchors, implicit_confirm=implicit)
    return CmpClient(settings, server, lambda: NOW, os.urandom)


def renewed(client: CaClient, credential: SignatureCredential) -> Issued:
    answer = client.send(client.prepare_renew(credential, NEW_KEY), credential)
    assert isinstance(answer, Issued)
    return answer


def error_of(call: Callable[[], object]) -> CertclientError:
    with pytest.raises(CertclientError) as caught:
        call()
    return caught.value


def test_it_is_a_ca_client(server: ScriptedServer, lab: Lab) -> None:
    client: CaClient = client_of(server, lab)
    assert client.server_time() is None


def test_renewal_asks_for_the_same_subject_with_the_new_key(
    server: ScriptedServer, lab: Lab, by_key: SignatureCredential
) -> None:
    issued = renewed(client_of(server, lab), by_key)
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


def test_obtaining_names_the_user_in_sender_and_key_id(server: ScriptedServer, lab: Lab) -> None:
    client = client_of(server, lab)
    answer = client.send(client.prepare_obtain(BY_CODE, NEW_KEY), BY_CODE)
    sent = server.requests[0]
    verify_mac(sent, BY_CODE.issue_code)
    assert sent.header.sender_kid == USER.encode()
    assert isinstance(sent.body, CertificateRequest)
    assert sent.header.sender_name == sent.body.requests[0].request.template.subject
    assert isinstance(answer, Issued), "a CA may answer a code with its signature"


def test_every_message_has_a_new_nonce_and_gives_back_the_ca_s(
    server: ScriptedServer, lab: Lab, by_key: SignatureCredential
) -> None:
    client = client_of(server, lab)
    client.confirm(renewed(client, by_key), by_key)
    first, second = (request.header for request in server.requests)
    assert first.transaction_id == second.transaction_id
    assert first.transaction_id is not None
    assert len(first.transaction_id) == 16
    assert first.sender_nonce != second.sender_nonce
    assert first.recip_nonce is None
    assert second.recip_nonce is not None


def test_an_empty_issue_code_is_asked_for(server: ScriptedServer, lab: Lab) -> None:
    empty = MacCredential(USER, Secret(""))
    error = error_of(lambda: client_of(server, lab).prepare_obtain(empty, NEW_KEY))
    assert error.code is ErrorCode.ISSUE_CODE_REQUIRED


# --- After a crash -------------------------------------------------------------------------------


def restored(transaction: Transaction) -> Transaction:
    """What the journal gives back: never the volatile part."""
    return Transaction(transaction.transaction_id, transaction.state)


def test_the_same_bytes_are_sent_again_after_a_crash(
    server: ScriptedServer, lab: Lab, by_key: SignatureCredential
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


def test_the_bank_s_secrets_travel_but_are_not_kept(
    server: ScriptedServer, lab: Lab, by_key: SignatureCredential
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


def test_no_secret_is_in_the_state_of_a_first_issue(server: ScriptedServer, lab: Lab) -> None:
    prepared = client_of(server, lab).prepare_obtain(BY_CODE, NEW_KEY)
    assert prepared.volatile == b""
    assert b"himitsu" not in prepared.state


@pytest.mark.parametrize("state", [b"", b"{}", b'{"version":2}', b"\xff", b"[1]"])
def test_a_damaged_journal_is_named(
    server: ScriptedServer, lab: Lab, by_key: SignatureCredential, state: bytes
) -> None:
    damaged = Transaction("00" * 16, state)
    error = error_of(lambda: client_of(server, lab).send(damaged, by_key))
    assert error.code is ErrorCode.JOURNAL_DAMAGED


def test_a_damaged_transaction_id_is_named(
    server: ScriptedServer, lab: Lab, by_key: SignatureCredential
) -> None:
    prepared = client_of(server, lab).prepare_renew(by_key, NEW_KEY)
    damaged = replace(prepared, transaction_id="xyz")
    error = error_of(lambda: client_of(server, lab).send(damaged, by_key))
    assert error.code is ErrorCode.JOURNAL_DAMAGED


# --- Waiting -------------------------------------------------------------------------------------


def waiting(lab: Lab) -> Responder:
    status = PkiStatusInfo(PkiStatus.WAITING, ("審査中です",))

    def respond(request: Message) -> bytes:
        return signing_ca(lab).answer(request, certificate_reply(request, None, status))

    return respond


def polled(lab: Lab, check_after: int, *reason: str) -> Responder:
    return answering(signing_ca(lab), PollReply((PollEntry(0, check_after, reason),)))


def wait_then(lab: Lab, by_key: SignatureCredential, *then: Responder) -> Answer:
    server = ScriptedServer([waiting(lab), *then])
    client = client_of(server, lab)
    first = client.send(client.prepare_renew(by_key, NEW_KEY), by_key)
    assert isinstance(first, Waiting)
    assert first.message == "審査中です"
    return client.poll(restored(first.transaction), by_key)


@pytest.mark.parametrize(
    ("told", "waited"), [(5, 5.0), (0, 0.0), (-7, 0.0), (2**70, 30 * 24 * 3600.0)]
)
def test_the_time_that_the_ca_asks_for_is_kept_within_reason(
    lab: Lab, by_key: SignatureCredential, told: int, waited: float
) -> None:
    answer = wait_then(lab, by_key, polled(lab, told, "まだ"))
    assert isinstance(answer, Waiting)
    assert (answer.check_after, answer.message) == (waited, "まだ")


@pytest.mark.parametrize("delayed", [True, False])
def test_the_certificate_comes_with_the_nonce_of_the_poll_or_of_the_request(
    lab: Lab, by_key: SignatureCredential, *, delayed: bool
) -> None:
    server = ScriptedServer([waiting(lab)])
    client = client_of(server, lab)
    first = client.send(client.prepare_renew(by_key, NEW_KEY), by_key)

    def hand_out(request: Message) -> bytes:
        assert isinstance(request.body, PollRequest)
        original = server.requests[0]
        body = certificate_reply(original, lab.issue(NEW_KEY.spki))
        return signing_ca(lab).answer(original if delayed else request, body)

    server.responders = [hand_out]
    assert isinstance(client.poll(first.transaction, by_key), Issued)


def test_a_poll_reply_for_another_request_is_malformed(
    lab: Lab, by_key: SignatureCredential
) -> None:
    other = answering(signing_ca(lab), PollReply((PollEntry(9, 1),)))
    assert error_of(lambda: wait_then(lab, by_key, other)).code is ErrorCode.CA_MALFORMED


# --- Answers that must not be believed -----------------------------------------------------------


def renewal_error(lab: Lab, by_key: SignatureCredential, responder: Responder) -> CertclientError:
    server = ScriptedServer([responder])
    return error_of(lambda: renewed(client_of(server, lab), by_key))


def reply_with(lab: Lab, speaker: Speaker, **header: object) -> Responder:
    def respond(request: Message) -> bytes:
        body = certificate_reply(request, lab.issue(NEW_KEY.spki))
        return speaker.answer(request, body, **header)

    return respond


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ({"transaction_id": b"another one"}, "transactionID"),
        ({"transaction_id": None}, "transactionID"),
        ({"recip_nonce": bytes(16)}, "recipNonce"),
        ({"recip_nonce": None}, "recipNonce"),
    ],
)
def test_an_answer_to_something_else_is_refused(
    lab: Lab, by_key: SignatureCredential, header: dict[str, object], field: str
) -> None:
    error = renewal_error(lab, by_key, reply_with(lab, signing_ca(lab), **header))
    assert error.code is ErrorCode.CA_TRANSACTION_MISMATCH
    assert error.data == {"field": field}


def test_the_answer_to_an_earlier_renewal_is_refused(lab: Lab, by_key: SignatureCredential) -> None:
    recorded: list[bytes] = []

    def record(request: Message) -> bytes:
        recorded.append(issuing(lab, signing_ca(lab))(request))
        return recorded[0]

    renewed(client_of(ScriptedServer([record]), lab), by_key)
    error = renewal_error(lab, by_key, repeating(recorded[0]))
    assert error.code is ErrorCode.CA_TRANSACTION_MISMATCH


def test_the_signature_of_another_customer_is_refused(
    lab: Lab, by_key: SignatureCredential
) -> None:
    other_key = rsa_signer(5)
    other = lab.issue(other_key.spki)
    speaker = Speaker(lab.intermediate.certificate.subject, other_key, (other, *lab.chain))
    error = renewal_error(lab, by_key, reply_with(lab, speaker))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_our_own_signature_sent_back_is_refused(lab: Lab, by_key: SignatureCredential) -> None:
    own = Speaker(by_key.certificate.subject, by_key.signer, (by_key.certificate, *lab.chain))
    error = renewal_error(lab, by_key, reply_with(lab, own))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_a_root_that_travels_along_is_not_trusted(lab: Lab, by_key: SignatureCredential) -> None:
    impostor = make_root("Example Root CA", rsa_key(6), NOW)
    speaker = Speaker(lab.root.certificate.subject, impostor.signer, (impostor.certificate,))
    error = renewal_error(lab, by_key, reply_with(lab, speaker))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_a_mac_where_a_signature_is_due_is_refused(lab: Lab, by_key: SignatureCredential) -> None:
    for code in ("", "himitsu-4711"):
        speaker = Speaker(lab.root.certificate.subject, code=Secret(code))
        error = renewal_error(lab, by_key, reply_with(lab, speaker))
        assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_an_unprotected_answer_is_refused(lab: Lab, by_key: SignatureCredential) -> None:
    nobody = Speaker(lab.root.certificate.subject)
    error = renewal_error(lab, by_key, reply_with(lab, nobody))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_300_single_bit_errors_in_an_answer_are_all_refused(
    lab: Lab, by_key: SignatureCredential
) -> None:
    rng = random.Random(4711)
    issuer = lab.intermediate
    speaker = Speaker(issuer.certificate.subject, issuer.signer, (issuer.certificate,))
    server = ScriptedServer([reply_with(lab, speaker)])
    client = client_of(server, lab)
    prepared = client.prepare_renew(by_key, NEW_KEY)
    assert isinstance(client.send(prepared, by_key), Issued)
    good = reply_with(lab, speaker)(server.requests[0])
    for _ in range(300):
        damaged = bytearray(good)
        damaged[rng.randrange(len(good))] ^= 1 << rng.randrange(8)
        server.responders = [repeating(bytes(damaged))]
        error = error_of(lambda: client.send(prepared, by_key))
        assert error.code in (
            ErrorCode.CA_MALFORMED,
            ErrorCode.CA_PROTECTION_INVALID,
        )


@pytest.mark.parametrize("answer", [b"", b"<html>", bytes(300_000)])
def test_what_is_no_message_at_all_is_malformed(
    lab: Lab, by_key: SignatureCredential, answer: bytes
) -> None:
    error = renewal_error(lab, by_key, repeating(answer))
    assert error.code is ErrorCode.CA_MALFORMED


@pytest.mark.parametrize("pvno", [1, 4, -(2**80)])
def test_another_version_of_the_protocol_is_malformed(
    lab: Lab, by_key: SignatureCredential, pvno: int
) -> None:
    error = renewal_error(lab, by_key, reply_with(lab, signing_ca(lab), pvno=pvno))
    assert error.code is ErrorCode.CA_MALFORMED


# --- Answers that make no sense ------------------------------------------------------------------


@pytest.mark.parametrize("body", [PkiConfirm(), RevokeReply((PkiStatusInfo(0),))])
def test_an_answer_of_the_wrong_kind_is_malformed(
    lab: Lab, by_key: SignatureCredential, body: Body
) -> None:
    error = renewal_error(lab, by_key, answering(signing_ca(lab), body))
    assert error.code is ErrorCode.CA_MALFORMED


def replying(lab: Lab, change: Callable[[Message], Body]) -> Responder:
    return lambda request: signing_ca(lab).answer(request, change(request))


def test_a_grant_without_a_certificate_is_malformed(lab: Lab, by_key: SignatureCredential) -> None:
    error = renewal_error(lab, by_key, replying(lab, lambda r: certificate_reply(r, None)))
    assert error.code is ErrorCode.CA_MALFORMED


def test_the_answer_to_another_of_several_requests_is_malformed(
    lab: Lab, by_key: SignatureCredential
) -> None:
    certificate = lab.issue(NEW_KEY.spki)
    other = replying(lab, lambda r: certificate_reply(r, certificate, cert_req_id=7))
    assert renewal_error(lab, by_key, other).code is ErrorCode.CA_MALFORMED

    def twice(request: Message) -> Body:
        reply = certificate_reply(request, certificate)
        return replace(reply, responses=reply.responses * 2)

    error = renewal_error(lab, by_key, replying(lab, twice))
    assert error.code is ErrorCode.CA_MALFORMED


def test_a_certificate_that_cannot_be_read_is_named(lab: Lab, by_key: SignatureCredential) -> None:
    def unreadable(request: Message) -> Body:
        reply = certificate_reply(request, lab.issue(NEW_KEY.spki))
        broken = replace(reply.responses[0], certificate=b"\x30\x03\x02\x01\x05")
        return replace(reply, responses=(broken,))

    error = renewal_error(lab, by_key, replying(lab, unreadable))
    assert error.code is ErrorCode.CERTIFICATE_UNREADABLE


def test_whose_certificate_it_is_is_left_to_the_procedure(
    lab: Lab, by_key: SignatureCredential
) -> None:
    foreign = lab.issue(rsa_signer(9).spki)
    server = ScriptedServer([replying(lab, lambda r: certificate_reply(r, foreign))])
    assert renewed(client_of(server, lab), by_key).certificate == foreign


# --- Refusals ------------------------------------------------------------------------------------


def test_a_refusal_carries_the_ca_s_words(lab: Lab, by_key: SignatureCredential) -> None:
    refusal = replying(lab, lambda r: certificate_reply(r, None, REFUSED))
    error = renewal_error(lab, by_key, refusal)
    assert error.code is ErrorCode.CA_REFUSED
    assert error.data == {"message": "no", "failure": "notAuthorized", "protected": "yes"}


def test_an_error_message_carries_status_and_details(lab: Lab, by_key: SignatureCredential) -> None:
    body = ErrorMessage(REFUSED, 7, ("call us",))
    error = renewal_error(lab, by_key, answering(signing_ca(lab), body))
    assert error.code is ErrorCode.CA_REFUSED
    assert error.data["message"] == "no call us"


def test_the_ca_s_words_are_made_fit_to_be_shown(lab: Lab, by_key: SignatureCredential) -> None:
    nasty = "拒否\x1b[31m\r\n\x00‮gnp.exe" + "x" * 10_000
    status = replace(REFUSED, text=(nasty,))
    error = renewal_error(lab, by_key, answering(signing_ca(lab), ErrorMessage(status)))
    assert error.data["message"].startswith("拒否 [31m gnp.exe")
    assert len(error.data["message"]) <= 500


def test_an_unprotected_refusal_is_marked_as_such(lab: Lab, by_key: SignatureCredential) -> None:
    nobody = Speaker(lab.root.certificate.subject)
    error = renewal_error(lab, by_key, answering(nobody, ErrorMessage(REFUSED)))
    assert error.code is ErrorCode.CA_REFUSED
    assert error.data["protected"] == "no"


def test_an_error_with_a_bad_signature_is_not_even_shown(
    lab: Lab, by_key: SignatureCredential
) -> None:
    stranger = Speaker(lab.root.certificate.subject, rsa_signer(5))
    error = renewal_error(lab, by_key, answering(stranger, ErrorMessage(REFUSED)))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID
    assert "no" not in error.data.values()


@pytest.mark.parametrize(
    "speaker_of",
    [
        pytest.param(signing_ca, id="signed by the CA"),
        pytest.param(lambda lab: Speaker(lab.root.certificate.subject), id="unprotected"),
        pytest.param(
            lambda lab: Speaker(lab.root.certificate.subject, code=Secret("the right one")),
            id="by the right code",
        ),
    ],
)
def test_a_wrong_issue_code_is_named_however_the_ca_says_so(
    lab: Lab, speaker_of: Callable[[Lab], Speaker]
) -> None:
    status = replace(REFUSED, failures=frozenset({Failure.BAD_MESSAGE_CHECK}))
    server = ScriptedServer([answering(speaker_of(lab), ErrorMessage(status))])
    client = client_of(server, lab)
    prepared = client.prepare_obtain(BY_CODE, NEW_KEY)
    assert error_of(lambda: client.send(prepared, BY_CODE)).code is ErrorCode.ISSUE_CODE_WRONG


# --- Confirmation and revocation -----------------------------------------------------------------


def confirm_with(
    lab: Lab,
    by_key: SignatureCredential,
    responder: Responder,
    certificate: Certificate | None = None,
    rejection: ErrorCode | None = None,
) -> Message:
    """Confirms a renewal (of `certificate`) and returns what was sent."""
    server = ScriptedServer([issuing(lab, signing_ca(lab)), responder])
    client = client_of(server, lab)
    issued = renewed(client, by_key)
    client.confirm(
        replace(issued, certificate=certificate or issued.certificate), by_key, rejection
    )
    return server.requests[-1]


def test_the_confirmation_names_the_certificate_by_its_own_hash(
    lab: Lab, by_key: SignatureCredential
) -> None:
    certificate = lab.issue(NEW_KEY.spki)
    sent = confirm_with(lab, by_key, confirming(lab), certificate)
    assert isinstance(sent.body, CertificateConfirm)
    (status,) = sent.body.statuses
    digest = hashes.Hash(hashes.SHA256())
    digest.update(certificate.der)
    assert status.cert_hash == digest.finalize()
    assert (status.status, status.hash_algorithm) == (None, None)
    assert sent.header.pvno == CMP2000


def test_a_certificate_signed_without_a_hash_needs_the_hash_to_be_named(
    lab: Lab, by_key: SignatureCredential
) -> None:
    root = make_root("Ed25519 CA", ed25519.Ed25519PrivateKey.generate(), NOW)
    sent = confirm_with(lab, by_key, confirming(lab), root.issue(NEW_KEY.spki))
    assert isinstance(sent.body, CertificateConfirm)
    assert sent.body.statuses[0].hash_algorithm == AlgorithmIdentifier("2.16.840.1.101.3.4.2.1")
    assert sent.header.pvno == CMP2021


def test_a_rejection_says_why(lab: Lab, by_key: SignatureCredential) -> None:
    sent = confirm_with(lab, by_key, confirming(lab), rejection=ErrorCode.ISSUED_KEY_MISMATCH)
    assert isinstance(sent.body, CertificateConfirm)
    status = sent.body.statuses[0].status
    assert status == PkiStatusInfo(
        PkiStatus.REJECTION, ("CC-ISSUED-KEY",), frozenset({Failure.BAD_POP})
    )


def test_an_error_after_the_confirmation_is_told_apart(
    lab: Lab, by_key: SignatureCredential
) -> None:
    failing = answering(signing_ca(lab), ErrorMessage(REFUSED))
    error = error_of(lambda: confirm_with(lab, by_key, failing))
    assert error.code is ErrorCode.CA_CONFIRM_FAILED
    assert error.data["message"] == "no"


def test_confirmed_already_is_as_good_as_confirmed_if_the_ca_itself_says_so(
    lab: Lab, by_key: SignatureCredential
) -> None:
    already = ErrorMessage(replace(REFUSED, failures=frozenset({Failure.CERT_CONFIRMED})))
    confirm_with(lab, by_key, answering(signing_ca(lab), already))
    nobody = answering(Speaker(lab.root.certificate.subject), already)
    error = error_of(lambda: confirm_with(lab, by_key, nobody))
    assert error.code is ErrorCode.CA_CONFIRM_FAILED


def test_a_confirmation_answered_with_something_else_is_malformed(
    lab: Lab, by_key: SignatureCredential
) -> None:
    strange = answering(signing_ca(lab), PollReply((PollEntry(0, 1),)))
    error = error_of(lambda: confirm_with(lab, by_key, strange))
    assert error.code is ErrorCode.CA_MALFORMED


def test_implicit_confirmation_counts_only_if_we_asked_for_it(
    lab: Lab, by_key: SignatureCredential
) -> None:
    granted = {"general_info": (AlgorithmIdentifier("1.3.6.1.5.5.7.4.13", b"\x05\x00"),)}
    for asked in (True, False):
        server = ScriptedServer([reply_with(lab, signing_ca(lab), **granted), confirming(lab)])
        client = client_of(server, lab, implicit=asked)
        issued = renewed(client, by_key)
        client.confirm(issued, by_key)
        assert issued.confirmed is asked
        assert server.requests[0].header.implicit_confirm is asked
        assert len(server.requests) == (1 if asked else 2)


@pytest.mark.parametrize(
    "status",
    [
        PkiStatusInfo(PkiStatus.ACCEPTED),
        PkiStatusInfo(PkiStatus.REVOCATION_NOTIFICATION),
        PkiStatusInfo(PkiStatus.REJECTION, failures=frozenset({Failure.CERT_REVOKED})),
    ],
)
def test_revocation_names_issuer_serial_and_reason(
    lab: Lab, by_key: SignatureCredential, status: PkiStatusInfo
) -> None:
    server = ScriptedServer([answering(signing_ca(lab), RevokeReply((status,)))])
    client_of(server, lab).revoke(by_key, by_key.certificate)
    body = server.requests[0].body
    assert isinstance(body, RevokeRequest)
    (revocation,) = body.revocations
    assert revocation.template.serial == by_key.certificate.serial
    assert revocation.template.issuer == by_key.certificate.issuer
    assert revocation.reason == 5


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (RevokeReply((REFUSED,)), ErrorCode.CA_REFUSED),
        (RevokeReply((PkiStatusInfo(0), PkiStatusInfo(0))), ErrorCode.CA_MALFORMED),
        (PkiConfirm(), ErrorCode.CA_MALFORMED),
        (ErrorMessage(REFUSED), ErrorCode.CA_REFUSED),
    ],
)
def test_a_revocation_that_did_not_happen_is_an_error(
    lab: Lab, by_key: SignatureCredential, reply: Body, code: ErrorCode
) -> None:
    server = ScriptedServer([answering(signing_ca(lab), reply)])
    error = error_of(lambda: client_of(server, lab).revoke(by_key, by_key.certificate))
    assert error.code is code

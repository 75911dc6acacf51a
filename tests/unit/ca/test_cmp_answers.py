"""Answers of a CA that a client must not believe, cannot use, or has to explain."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from certclient.ca.client import (
    Issued,
    MacCredential,
    SignatureCredential,
)
from certclient.cmp.bodies import Body, ErrorMessage, PkiConfirm, PkiStatusInfo, RevokeReply
from certclient.cmp.messages import Message
from certclient.cmp.status import Failure, PkiStatus
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from support.cmp_server import (
    Responder,
    ScriptedServer,
    Speaker,
    answering,
    certificate_reply,
    client_of,
    error_of,
    issuing,
    renewed,
    repeating,
    reply_with,
    signing_ca,
)
from support.pki import Lab, make_lab, make_root, rsa_key, rsa_signer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BY_CODE = MacCredential("TKYM1408054", Secret("himitsu-4711"))
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


def renewal_error(lab: Lab, by_key: SignatureCredential, responder: Responder) -> CertclientError:
    server = ScriptedServer([responder])
    return error_of(lambda: renewed(client_of(server, lab), by_key, NEW_KEY))


def replying(lab: Lab, change: Callable[[Message], Body]) -> Responder:
    return lambda request: signing_ca(lab).answer(request, change(request))


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
    error = renewal_error(lab, by_key, reply_with(lab, signing_ca(lab), NEW_KEY.spki, **header))
    assert error.code is ErrorCode.CA_TRANSACTION_MISMATCH
    assert error.data == {"field": field}


def test_the_answer_to_an_earlier_renewal_is_refused(lab: Lab, by_key: SignatureCredential) -> None:
    recorded: list[bytes] = []

    def record(request: Message) -> bytes:
        recorded.append(issuing(lab, signing_ca(lab))(request))
        return recorded[0]

    renewed(client_of(ScriptedServer([record]), lab), by_key, NEW_KEY)
    error = renewal_error(lab, by_key, repeating(recorded[0]))
    assert error.code is ErrorCode.CA_TRANSACTION_MISMATCH


def test_the_signature_of_another_customer_is_refused(
    lab: Lab, by_key: SignatureCredential
) -> None:
    other_key = rsa_signer(5)
    other = lab.issue(other_key.spki)
    speaker = Speaker(lab.intermediate.certificate.subject, other_key, (other, *lab.chain))
    error = renewal_error(lab, by_key, reply_with(lab, speaker, NEW_KEY.spki))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_our_own_signature_sent_back_is_refused(lab: Lab, by_key: SignatureCredential) -> None:
    own = Speaker(by_key.certificate.subject, by_key.signer, (by_key.certificate, *lab.chain))
    error = renewal_error(lab, by_key, reply_with(lab, own, NEW_KEY.spki))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_a_root_that_travels_along_is_not_trusted(lab: Lab, by_key: SignatureCredential) -> None:
    impostor = make_root("Example Root CA", rsa_key(6), NOW)
    speaker = Speaker(lab.root.certificate.subject, impostor.signer, (impostor.certificate,))
    error = renewal_error(lab, by_key, reply_with(lab, speaker, NEW_KEY.spki))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_a_mac_where_a_signature_is_due_is_refused(lab: Lab, by_key: SignatureCredential) -> None:
    for code in ("", "himitsu-4711"):
        speaker = Speaker(lab.root.certificate.subject, code=Secret(code))
        error = renewal_error(lab, by_key, reply_with(lab, speaker, NEW_KEY.spki))
        assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_an_unprotected_answer_is_refused(lab: Lab, by_key: SignatureCredential) -> None:
    nobody = Speaker(lab.root.certificate.subject)
    error = renewal_error(lab, by_key, reply_with(lab, nobody, NEW_KEY.spki))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


@pytest.mark.filterwarnings("ignore:Parsed a serial number:Warning")  # a damaged certificate's
def test_300_single_bit_errors_in_an_answer_are_all_refused(
    lab: Lab, by_key: SignatureCredential
) -> None:
    rng = random.Random(4711)
    issuer = lab.intermediate
    speaker = Speaker(issuer.certificate.subject, issuer.signer, (issuer.certificate,))
    server = ScriptedServer([reply_with(lab, speaker, NEW_KEY.spki)])
    client = client_of(server, lab)
    prepared = client.prepare_renew(by_key, NEW_KEY)
    assert isinstance(client.send(prepared, by_key), Issued)
    good = reply_with(lab, speaker, NEW_KEY.spki)(server.requests[0])
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
    error = renewal_error(lab, by_key, reply_with(lab, signing_ca(lab), NEW_KEY.spki, pvno=pvno))
    assert error.code is ErrorCode.CA_MALFORMED


@pytest.mark.parametrize("body", [PkiConfirm(), RevokeReply((PkiStatusInfo(0),))])
def test_an_answer_of_the_wrong_kind_is_malformed(
    lab: Lab, by_key: SignatureCredential, body: Body
) -> None:
    error = renewal_error(lab, by_key, answering(signing_ca(lab), body))
    assert error.code is ErrorCode.CA_MALFORMED


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
    assert renewed(client_of(server, lab), by_key, NEW_KEY).certificate == foreign


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

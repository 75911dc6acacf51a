"""CA responses that the client must reject, cannot use, or must explain to the user."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from certclient.ca.client import (
    ALTERED,
    CertificateCredential,
    IssueCodeCredential,
    Issued,
    RefusalReason,
    is_unproven,
    may_be_altered,
    refused_because,
)
from certclient.cmp.bodies import Body, ErrorMessage, PkiConfirm, PkiStatusInfo, RevokeReply
from certclient.cmp.messages import Message
from certclient.cmp.names import EMPTY_NAME
from certclient.cmp.status import Failure, PkiStatus
from certclient.i18n.catalogue import Language, load
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from support.cmp_server import (
    Responder,
    ResponseProtection,
    ScriptedServer,
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
from support.pki import Lab, ca_name, make_lab, make_root, rsa_key, rsa_signer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BY_CODE = IssueCodeCredential("TKYM1408054", Secret("himitsu-4711"))
NEW_KEY = rsa_signer(2)
REFUSED = PkiStatusInfo(PkiStatus.REJECTION, ("no",), frozenset({Failure.NOT_AUTHORIZED}))


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab(NOW)


@pytest.fixture(scope="module")
def by_key(lab: Lab) -> CertificateCredential:
    """The current certificate and its key, without the issuer's certificate."""
    key = rsa_signer(1)
    return CertificateCredential(lab.issue(key.spki, days=20), key)


def renewal_error(lab: Lab, by_key: CertificateCredential, responder: Responder) -> CertclientError:
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
def test_response_with_mismatched_header_is_refused(
    lab: Lab, by_key: CertificateCredential, header: dict[str, object], field: str
) -> None:
    error = renewal_error(lab, by_key, reply_with(lab, signing_ca(lab), NEW_KEY.spki, **header))
    assert error.code is ErrorCode.CA_TRANSACTION_MISMATCH
    assert error.data == {"field": field}


def test_replayed_response_is_refused(lab: Lab, by_key: CertificateCredential) -> None:
    recorded: list[bytes] = []

    def record(request: Message) -> bytes:
        recorded.append(issuing(lab, signing_ca(lab))(request))
        return recorded[0]

    renewed(client_of(ScriptedServer([record]), lab), by_key, NEW_KEY)
    error = renewal_error(lab, by_key, repeating(recorded[0]))
    assert error.code is ErrorCode.CA_TRANSACTION_MISMATCH


def test_signature_by_another_customer_is_refused(lab: Lab, by_key: CertificateCredential) -> None:
    other_key = rsa_signer(5)
    other = lab.issue(other_key.spki)
    protection = ResponseProtection(
        lab.intermediate.certificate.subject, other_key, (other, *lab.chain)
    )
    error = renewal_error(lab, by_key, reply_with(lab, protection, NEW_KEY.spki))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_reflected_own_signature_is_refused(lab: Lab, by_key: CertificateCredential) -> None:
    own = ResponseProtection(
        by_key.certificate.subject, by_key.signer, (by_key.certificate, *lab.chain)
    )
    error = renewal_error(lab, by_key, reply_with(lab, own, NEW_KEY.spki))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_root_in_extra_certs_is_not_trusted(lab: Lab, by_key: CertificateCredential) -> None:
    impostor = make_root("Example Root CA", rsa_key(6), NOW)
    protection = ResponseProtection(
        lab.root.certificate.subject, impostor.signer, (impostor.certificate,)
    )
    error = renewal_error(lab, by_key, reply_with(lab, protection, NEW_KEY.spki))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_mac_instead_of_signature_is_refused(lab: Lab, by_key: CertificateCredential) -> None:
    for code in ("", "himitsu-4711"):
        protection = ResponseProtection(lab.root.certificate.subject, code=Secret(code))
        error = renewal_error(lab, by_key, reply_with(lab, protection, NEW_KEY.spki))
        assert error.code is ErrorCode.CA_PROTECTION_INVALID


def test_unprotected_response_is_refused(lab: Lab, by_key: CertificateCredential) -> None:
    unprotected = ResponseProtection(lab.root.certificate.subject)
    error = renewal_error(lab, by_key, reply_with(lab, unprotected, NEW_KEY.spki))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID


@pytest.mark.filterwarnings("ignore:Parsed a serial number:Warning")  # in a damaged certificate
def test_300_single_bit_errors_in_a_response_are_all_refused(
    lab: Lab, by_key: CertificateCredential
) -> None:
    rng = random.Random(4711)
    issuer = lab.intermediate
    protection = ResponseProtection(
        issuer.certificate.subject, issuer.signer, (issuer.certificate,)
    )
    server = ScriptedServer([reply_with(lab, protection, NEW_KEY.spki)])
    client = client_of(server, lab)
    prepared = client.prepare_renew(by_key, NEW_KEY)
    assert isinstance(client.send(prepared, by_key), Issued)
    good = reply_with(lab, protection, NEW_KEY.spki)(server.requests[0])
    for _ in range(300):
        damaged = bytearray(good)
        damaged[rng.randrange(len(good))] ^= 1 << rng.randrange(8)
        server.responders = [repeating(bytes(damaged))]
        error = error_of(lambda: client.send(prepared, by_key))
        assert error.code in (
            ErrorCode.CA_MALFORMED,
            ErrorCode.CA_PROTECTION_INVALID,
            ErrorCode.FOREIGN_ANSWER,
        )


@pytest.mark.parametrize("octet", range(5), ids=lambda octet: f"octet {octet}")
def test_a_sender_without_a_whole_name_is_no_bug(
    lab: Lab, by_key: CertificateCredential, octet: int
) -> None:
    """Bit errors in the tags and lengths of a GeneralName, which ASN.1 reads as any one TLV."""
    sound = reply_with(lab, signing_ca(lab), NEW_KEY.spki)
    for bit in range(8):

        def damaged(request: Message, bit: int = bit) -> bytes:
            answer = bytearray(sound(request))
            place = answer.index(Message.decode(bytes(answer)).header.sender)
            answer[place + octet] ^= 1 << bit
            return bytes(answer)

        error = renewal_error(lab, by_key, damaged)
        assert error.code in (ErrorCode.CA_MALFORMED, ErrorCode.CA_PROTECTION_INVALID)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        bytes(300_000),
        b"0",
        b"\x30\x80\0\0",
        b"\x30\x84",
        b"\x30\x82\x01\x00" + bytes(255),
    ],
)
def test_what_is_no_message_did_not_come_from_the_ca(
    lab: Lab, by_key: CertificateCredential, answer: bytes
) -> None:
    error = renewal_error(lab, by_key, repeating(answer))
    assert error.code is ErrorCode.FOREIGN_ANSWER
    assert error.code.retriable


def test_message_cut_off_or_with_an_appendix_did_not_come_from_the_ca(
    lab: Lab, by_key: CertificateCredential
) -> None:
    whole = reply_with(lab, signing_ca(lab), NEW_KEY.spki)
    changes: list[Callable[[bytes], bytes]] = [
        lambda der: der[:-1],
        lambda der: der[:100],
        lambda der: der + b"\r\n",
    ]
    for change in changes:
        error = renewal_error(lab, by_key, partial(_changed, whole, change))
        assert error.code is ErrorCode.FOREIGN_ANSWER


def _changed(whole: Responder, change: Callable[[bytes], bytes], request: Message) -> bytes:
    return change(whole(request))


def test_sequence_that_is_no_message_is_malformed(lab: Lab, by_key: CertificateCredential) -> None:
    error = renewal_error(lab, by_key, repeating(b"\x30\x03\x02\x01\x05"))
    assert error.code is ErrorCode.CA_MALFORMED


@pytest.mark.parametrize("pvno", [1, 4, -(2**80)])
def test_unsupported_protocol_version_is_malformed(
    lab: Lab, by_key: CertificateCredential, pvno: int
) -> None:
    error = renewal_error(lab, by_key, reply_with(lab, signing_ca(lab), NEW_KEY.spki, pvno=pvno))
    assert error.code is ErrorCode.CA_MALFORMED


@pytest.mark.parametrize("body", [PkiConfirm(), RevokeReply((PkiStatusInfo(0),))])
def test_response_with_wrong_body_type_is_malformed(
    lab: Lab, by_key: CertificateCredential, body: Body
) -> None:
    error = renewal_error(lab, by_key, answering(signing_ca(lab), body))
    assert error.code is ErrorCode.CA_MALFORMED


def test_acceptance_without_certificate_is_malformed(
    lab: Lab, by_key: CertificateCredential
) -> None:
    error = renewal_error(lab, by_key, replying(lab, lambda r: certificate_reply(r, None)))
    assert error.code is ErrorCode.CA_MALFORMED


def test_response_with_wrong_or_duplicate_cert_req_id_is_malformed(
    lab: Lab, by_key: CertificateCredential
) -> None:
    certificate = lab.issue(NEW_KEY.spki)
    other = replying(lab, lambda r: certificate_reply(r, certificate, cert_req_id=7))
    assert renewal_error(lab, by_key, other).code is ErrorCode.CA_MALFORMED

    def twice(request: Message) -> Body:
        reply = certificate_reply(request, certificate)
        return replace(reply, responses=reply.responses * 2)

    error = renewal_error(lab, by_key, replying(lab, twice))
    assert error.code is ErrorCode.CA_MALFORMED


def test_unreadable_certificate_is_reported(lab: Lab, by_key: CertificateCredential) -> None:
    def unreadable(request: Message) -> Body:
        reply = certificate_reply(request, lab.issue(NEW_KEY.spki))
        broken = replace(reply.responses[0], certificate=b"\x30\x03\x02\x01\x05")
        return replace(reply, responses=(broken,))

    error = renewal_error(lab, by_key, replying(lab, unreadable))
    assert error.code is ErrorCode.CERTIFICATE_UNREADABLE


def test_client_leaves_key_comparison_to_the_procedure(
    lab: Lab, by_key: CertificateCredential
) -> None:
    foreign = lab.issue(rsa_signer(9).spki)
    server = ScriptedServer([replying(lab, lambda r: certificate_reply(r, foreign))])
    assert renewed(client_of(server, lab), by_key, NEW_KEY).certificate == foreign


def test_refusal_carries_ca_status_text(lab: Lab, by_key: CertificateCredential) -> None:
    refusal = replying(lab, lambda r: certificate_reply(r, None, REFUSED))
    error = renewal_error(lab, by_key, refusal)
    assert error.code is ErrorCode.CA_REFUSED
    assert error.data == {
        "message": "no",
        "failure": "notAuthorized",
        "refusal": "",
        "proven": "yes",
    }


@pytest.mark.parametrize("failure", [Failure.BAD_CERT_TEMPLATE, Failure.DUPLICATE_CERT_REQ])
def test_refusal_may_be_because_of_the_key(
    lab: Lab, by_key: CertificateCredential, failure: Failure
) -> None:
    status = replace(REFUSED, failures=frozenset({failure}))
    refusal = replying(lab, lambda r: certificate_reply(r, None, status))
    error = renewal_error(lab, by_key, refusal)
    assert refused_because(error, RefusalReason.KEY_NOT_ACCEPTED)


def test_error_message_carries_status_and_details(lab: Lab, by_key: CertificateCredential) -> None:
    body = ErrorMessage(REFUSED, 7, ("call us",))
    error = renewal_error(lab, by_key, answering(signing_ca(lab), body))
    assert error.code is ErrorCode.CA_REFUSED
    assert error.data["message"] == "no call us"


def test_ca_status_text_is_limited_and_its_hidden_characters_are_shown(
    lab: Lab, by_key: CertificateCredential
) -> None:
    """JSON has the CA's words as they are; people see what is hidden in them."""
    hostile = "拒否\x1b[31m\r\n\x00\u202egnp.exe"
    status = replace(REFUSED, text=(hostile + "x" * 10_000,))
    error = renewal_error(lab, by_key, answering(signing_ca(lab), ErrorMessage(status)))
    assert error.data["message"].startswith(hostile)
    assert len(error.data["message"]) <= 500
    shown = "".join(load(Language.JAPANESE).error(error).details)
    assert "拒否<U+001B>[31m <U+0000><U+202E>gnp.exe" in shown


def test_unprotected_refusal_is_flagged(lab: Lab, by_key: CertificateCredential) -> None:
    unprotected = ResponseProtection(lab.root.certificate.subject)
    error = renewal_error(lab, by_key, answering(unprotected, ErrorMessage(REFUSED)))
    assert error.code is ErrorCode.CA_REFUSED
    assert error.data["proven"] == "no"
    assert error.data["problem"] == "unproven"


@pytest.mark.parametrize("missing", ["transaction_id", "recip_nonce", "both"])
def test_signed_error_for_no_request_in_particular_is_flagged(
    lab: Lab, by_key: CertificateCredential, missing: str
) -> None:
    """It may be a copy of what the CA sent to somebody else: its words are shown as unproven."""
    names = ("transaction_id", "recip_nonce") if missing == "both" else (missing,)
    unbound = dict.fromkeys(names)
    status = replace(REFUSED, failures=frozenset({Failure.CERT_REVOKED}))
    error = renewal_error(lab, by_key, answering(signing_ca(lab), ErrorMessage(status), **unbound))
    assert error.code is ErrorCode.CA_REFUSED
    assert error.data["proven"] == "no"
    assert not refused_because(error, RefusalReason.CERTIFICATE_REVOKED), (
        "nothing is concluded from it"
    )
    shown = load(Language.ENGLISH).error(error)
    assert "unproven" in "".join(shown.details)
    assert "no" in "".join(shown.details)
    assert "cannot verify" in shown.sentence


def test_signed_error_for_another_request_is_refused(
    lab: Lab, by_key: CertificateCredential
) -> None:
    for header in ({"transaction_id": bytes(16)}, {"recip_nonce": bytes(16)}):
        for missing in ({}, {"recip_nonce": None}, {"transaction_id": None}):
            changes = {**missing, **header}
            error = renewal_error(
                lab, by_key, answering(signing_ca(lab), ErrorMessage(REFUSED), **changes)
            )
            assert error.code is ErrorCode.CA_TRANSACTION_MISMATCH


def test_error_message_with_invalid_signature_is_not_shown(
    lab: Lab, by_key: CertificateCredential
) -> None:
    unknown_signer = ResponseProtection(lab.root.certificate.subject, rsa_signer(5))
    error = renewal_error(lab, by_key, answering(unknown_signer, ErrorMessage(REFUSED)))
    assert error.code is ErrorCode.CA_PROTECTION_INVALID
    assert "no" not in error.data.values()


@pytest.mark.parametrize(
    "protection_of",
    [
        pytest.param(signing_ca, id="signed by the CA"),
        pytest.param(
            lambda lab: ResponseProtection(lab.root.certificate.subject), id="unprotected"
        ),
        pytest.param(
            lambda lab: ResponseProtection(
                lab.root.certificate.subject, code=Secret("the right one")
            ),
            id="by the right code",
        ),
    ],
)
def test_wrong_issue_code_is_reported_whatever_protects_the_error(
    lab: Lab, protection_of: Callable[[Lab], ResponseProtection]
) -> None:
    status = replace(REFUSED, failures=frozenset({Failure.BAD_MESSAGE_CHECK}))
    server = ScriptedServer([answering(protection_of(lab), ErrorMessage(status))])
    client = client_of(server, lab)
    prepared = client.prepare_obtain(BY_CODE, NEW_KEY)
    error = error_of(lambda: client.send(prepared, BY_CODE))
    assert error.code is ErrorCode.ISSUE_CODE_WRONG
    # Only a signature for this request proves it; nobody is told otherwise.
    signed = protection_of(lab).key is not None
    assert is_unproven(error) is not signed
    for language in Language:
        unproven = load(language).error(CertclientError(error.code, **ALTERED))
        assert (load(language).error(error).sentence == unproven.sentence) is not signed
    assert may_be_altered(error) is (protection_of(lab).code is not None)


def granted(request: Message) -> Body:
    return certificate_reply(request, None, PkiStatusInfo(PkiStatus.ACCEPTED))


def refused(request: Message) -> Body:
    return certificate_reply(request, None, REFUSED)


def waits(request: Message) -> Body:
    return certificate_reply(request, None, PkiStatusInfo(PkiStatus.WAITING))


@pytest.mark.parametrize(
    ("body_of", "code"),
    [
        pytest.param(refused, ErrorCode.ISSUE_CODE_WRONG, id="ip: rejection"),
        pytest.param(lambda _: ErrorMessage(REFUSED), ErrorCode.ISSUE_CODE_WRONG, id="error"),
        pytest.param(granted, ErrorCode.CA_PROTECTION_INVALID, id="ip: accepted"),
        pytest.param(waits, ErrorCode.CA_PROTECTION_INVALID, id="ip: waiting"),
        pytest.param(lambda _: PkiConfirm(), ErrorCode.CA_PROTECTION_INVALID, id="pkiConf"),
    ],
)
def test_a_wrong_mac_blames_the_code_only_if_the_answer_refuses(
    lab: Lab, body_of: Callable[[Message], Body], code: ErrorCode
) -> None:
    """The CA's MAC is made with the right code, so a refusal that does not verify may mean a wrong
    one. To a wrong code nothing is granted: that answer cannot be trusted."""
    right = ResponseProtection(lab.root.certificate.subject, code=Secret("the right one"))
    server = ScriptedServer([lambda request: right.answer(request, body_of(request))])
    client = client_of(server, lab)
    prepared = client.prepare_obtain(BY_CODE, NEW_KEY)
    assert error_of(lambda: client.send(prepared, BY_CODE)).code is code


@pytest.mark.parametrize("sender_kid", [None, BY_CODE.user_id.encode(), b"CN=Mock CA"])
@pytest.mark.parametrize("name", ["", "Example Root CA", "anything"])
def test_an_answer_with_the_right_mac_may_name_its_sender_as_it_likes(
    lab: Lab, name: str, sender_kid: bytes | None
) -> None:
    """No one else has the code, whatever a CA writes there (RFC 9810, 5.1.1)."""
    sender = ca_name(name).public_bytes() if name else EMPTY_NAME
    protection = ResponseProtection(sender, code=BY_CODE.issue_code, extra_certs=lab.chain)
    server = ScriptedServer([reply_with(lab, protection, NEW_KEY.spki, sender_kid=sender_kid)])
    client = client_of(server, lab)
    answer = client.send(client.prepare_obtain(BY_CODE, NEW_KEY), BY_CODE)
    assert isinstance(answer, Issued)


def test_a_certificate_granted_with_changes_is_accepted(
    lab: Lab, by_key: CertificateCredential
) -> None:
    status = PkiStatusInfo(PkiStatus.GRANTED_WITH_MODS, ("登録内容の名義です",))
    certificate = lab.issue(NEW_KEY.spki)
    server = ScriptedServer([replying(lab, lambda r: certificate_reply(r, certificate, status))])
    issued = renewed(client_of(server, lab), by_key, NEW_KEY)
    assert (issued.certificate, issued.message) == (certificate, "登録内容の名義です")

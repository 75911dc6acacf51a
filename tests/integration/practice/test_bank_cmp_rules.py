"""The CMP server's rules, each broken once by a wrong message."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certclient.cmp.bodies import (
    CertificateConfirm,
    CertificateReply,
    CertificateRequest,
    CertStatus,
    ErrorMessage,
    PkiConfirm,
    PollReply,
    RequestKind,
)
from certclient.cmp.crmf import CertReqMsg, CertRequest, CertTemplate
from certclient.cmp.messages import CMP2021, IMPLICIT_CONFIRM, Message
from certclient.cmp.names import AlgorithmIdentifier, CertId
from certclient.cmp.protection import is_mac, verify_mac, verify_signature
from certclient.cmp.revocation import RevokeReply
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from certclient.model.certificate import Certificate
from certclient.model.profile import MacAlgorithm
from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.ca import customer_subject
from certclient_practice.bank.policy import BankPolicy
from certclient_practice.cmp.responder import CmpResponder
from certclient_practice.repositories.records import CertificateState, CodeState, Customer, Reason
from support.bank import USER_ID
from support.bank_customer import (
    CmpExchange,
    accept,
    by_certificate,
    by_code,
    failure,
    ir,
    issued,
    kur,
    poll,
    reject,
    revoke,
)
from support.clocks import SettableClock
from support.pki import customer_name, make_lab, rsa_signer

OLD_KEY, NEW_KEY, OTHER_KEY = rsa_signer(1), rsa_signer(2), rsa_signer(3)


class InProcessBank:
    """A bank with one customer, called directly without a network."""

    def __init__(self, folder: Path) -> None:
        self.clock = SettableClock()
        self.bank = Bank(folder, BankPolicy(), self.clock)
        self.bank.add_customer(USER_ID, "1403")
        self.handle = CmpResponder(self.bank).handle

    def policy(self, policy: BankPolicy) -> None:
        self.bank.policy = policy

    def with_code(self) -> CmpExchange:
        self.code = self.bank.issue_code(USER_ID)
        return by_code(self.handle, USER_ID, self.code)

    def with_certificate(self, expires_in_days: int = 20) -> tuple[CmpExchange, Certificate]:
        current = self.bank.issue_certificate(USER_ID, OLD_KEY.spki, expires_in_days)
        return by_certificate(self.handle, current, OLD_KEY), current

    def state(self, certificate: Certificate) -> CertificateState | None:
        return self.bank.state_of(certificate.serial_hex)

    def reasons(self) -> list[Reason]:
        return [record.reason for record in self.bank.certificates()]

    def code_state(self) -> CodeState:
        with self.bank.repositories() as repositories:
            code = repositories.codes.latest(USER_ID)
        assert code is not None
        return code.state


@pytest.fixture
def server(tmp_path: Path) -> Iterator[InProcessBank]:
    opened = InProcessBank(tmp_path)
    yield opened
    opened.bank.close()


# Obtaining


@pytest.mark.parametrize("algorithm", list(MacAlgorithm))
def test_issue_code_obtains_a_certificate(server: InProcessBank, algorithm: MacAlgorithm) -> None:
    code = server.bank.issue_code(USER_ID)
    talk = by_code(server.handle, USER_ID, code, algorithm)
    reply = talk.exchange(ir(NEW_KEY))
    certificate = issued(reply)
    verify_mac(reply, code)
    assert certificate.spki == NEW_KEY.spki
    assert server.state(certificate) is CertificateState.UNCONFIRMED
    assert isinstance(talk.exchange(accept(certificate)).body, PkiConfirm)
    assert server.state(certificate) is CertificateState.CONFIRMED
    assert server.code_state() is CodeState.SPENT


def test_wrong_code_gets_a_signed_error(server: InProcessBank) -> None:
    server.with_code()
    talk = by_code(server.handle, USER_ID, Secret("WRONGWRONGWRONG2"))
    reply = talk.exchange(ir(NEW_KEY))
    assert failure(reply) is Failure.BAD_MESSAGE_CHECK
    assert not is_mac(reply)
    verify_signature(reply, server.bank.ca.cmp_signer.certificate.spki)
    assert reply.extra_certs[0] == server.bank.ca.cmp_signer.certificate.der
    assert server.reasons() == []


def test_unknown_user_id_gets_the_same_answer_as_a_wrong_code(server: InProcessBank) -> None:
    server.with_code()
    wrong = by_code(server.handle, USER_ID, Secret("WRONG")).exchange(ir(NEW_KEY))
    unknown = by_code(server.handle, "NOBODY", Secret("WRONG")).exchange(ir(NEW_KEY))
    assert wrong.body == unknown.body


def test_five_wrong_codes_lock_the_correct_one(server: InProcessBank) -> None:
    talk = server.with_code()
    for attempt in range(1, 6):
        wrong = by_code(server.handle, USER_ID, Secret(f"WRONG{attempt}"))
        expected = Failure.NOT_AUTHORIZED if attempt == 5 else Failure.BAD_MESSAGE_CHECK
        assert failure(wrong.exchange(ir(NEW_KEY))) is expected
    assert failure(talk.exchange(ir(NEW_KEY))) is Failure.NOT_AUTHORIZED
    assert server.code_state() is CodeState.LOCKED


def test_correct_code_resets_the_failure_count(server: InProcessBank) -> None:
    talk = server.with_code()
    for _ in range(4):
        by_code(server.handle, USER_ID, Secret("WRONG")).exchange(ir(NEW_KEY))
    issued(talk.exchange(ir(NEW_KEY)))
    for _ in range(4):
        by_code(server.handle, USER_ID, Secret("WRONG")).exchange(ir(NEW_KEY))
    assert server.code_state() is CodeState.ACTIVE


def test_expired_code_is_refused(server: InProcessBank) -> None:
    talk = server.with_code()
    server.clock.advance(timedelta(days=31))
    assert failure(talk.exchange(ir(NEW_KEY))) is Failure.BAD_MESSAGE_CHECK


def test_spent_code_starts_no_new_transaction(server: InProcessBank) -> None:
    talk = server.with_code()
    talk.exchange(accept(issued(talk.exchange(ir(NEW_KEY)))))
    again = by_code(server.handle, USER_ID, server.code)
    assert failure(again.exchange(ir(OTHER_KEY))) is Failure.BAD_MESSAGE_CHECK


def test_code_works_again_after_an_interruption_and_leaves_one_certificate(
    server: InProcessBank,
) -> None:
    lost = issued(server.with_code().exchange(ir(NEW_KEY)))
    again = by_code(server.handle, USER_ID, server.code)
    second = issued(again.exchange(ir(NEW_KEY)))
    assert server.state(lost) is CertificateState.REVOKED
    assert isinstance(again.exchange(accept(second)).body, PkiConfirm)
    assert server.state(second) is CertificateState.CONFIRMED
    assert server.reasons() == [Reason.REQUESTED_AGAIN, Reason.NONE]


def test_day_91_after_expiry_requires_a_reissue_code(server: InProcessBank) -> None:
    server.bank.issue_certificate(USER_ID, OLD_KEY.spki, -91)
    assert failure(server.with_code().exchange(ir(NEW_KEY))) is Failure.NOT_AUTHORIZED
    code = server.bank.issue_code(USER_ID, reissue=True)
    issued(by_code(server.handle, USER_ID, code).exchange(ir(NEW_KEY)))


def test_day_90_after_expiry_is_accepted(server: InProcessBank) -> None:
    server.bank.issue_certificate(USER_ID, OLD_KEY.spki, -90)
    issued(server.with_code().exchange(ir(NEW_KEY)))


def test_foreign_subjects_are_refused(server: InProcessBank) -> None:
    on_file = customer_subject(Customer(USER_ID, "1403")).public_bytes()
    issued(server.with_code().exchange(ir(NEW_KEY, on_file)))
    for foreign in (customer_name(USER_ID), customer_subject(Customer("OTHER1", "1403"))):
        reply = server.with_code().exchange(ir(NEW_KEY, foreign.public_bytes()))
        assert failure(reply) is Failure.BAD_CERT_TEMPLATE


# Renewing


def test_renewal_supersedes_the_old_certificate_only_at_confirmation(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    reply = talk.exchange(kur(NEW_KEY, current))
    new = issued(reply)
    verify_signature(reply, server.bank.ca.cmp_signer.certificate.spki)
    assert server.state(current) is CertificateState.CONFIRMED
    assert server.state(new) is CertificateState.UNCONFIRMED
    assert isinstance(talk.exchange(accept(new)).body, PkiConfirm)
    assert server.state(current) is CertificateState.SUPERSEDED
    assert server.state(new) is CertificateState.CONFIRMED
    assert new.subject == current.subject


@pytest.mark.parametrize(("days", "allowed"), [(31, False), (30, True), (0, True)])
def test_renewal_days(server: InProcessBank, days: int, allowed: bool) -> None:
    talk, current = server.with_certificate(days)
    reply = talk.exchange(kur(NEW_KEY, current))
    if allowed:
        assert issued(reply).spki == NEW_KEY.spki
    else:
        assert failure(reply) is Failure.BAD_REQUEST


def test_expired_certificate_cannot_renew(server: InProcessBank) -> None:
    talk, current = server.with_certificate(-1)
    reply = talk.exchange(kur(NEW_KEY, current))
    assert failure(reply) is Failure.BAD_REQUEST
    assert isinstance(reply.body, ErrorMessage)
    assert "有効期限" in reply.body.status.text[0]


def test_rejected_certificate_is_revoked_and_the_old_one_stays_valid(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    new = issued(talk.exchange(kur(NEW_KEY, current)))
    assert isinstance(talk.exchange(reject(new)).body, PkiConfirm)
    assert server.state(new) is CertificateState.REVOKED
    assert server.state(current) is CertificateState.CONFIRMED
    assert failure(talk.exchange(accept(new))) is Failure.CERT_REVOKED
    assert isinstance(talk.exchange(reject(new)).body, PkiConfirm), (
        "a repeated rejection is not an error"
    )


def test_empty_certconf_and_error_message_reject_the_certificate(server: InProcessBank) -> None:
    for refusal in (
        CertificateConfirm(()),
        ErrorMessage(PkiStatusInfo(PkiStatus.REJECTION)),
    ):
        talk, current = server.with_certificate()
        new = issued(talk.exchange(kur(rsa_signer(), current)))
        assert isinstance(talk.exchange(refusal).body, PkiConfirm)
        assert server.state(new) is CertificateState.REVOKED


def test_confirmation_of_another_certificate_is_refused(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    new = issued(talk.exchange(kur(NEW_KEY, current)))
    assert failure(talk.exchange(accept(current))) is Failure.BAD_CERT_ID
    assert server.state(new) is CertificateState.UNCONFIRMED


def test_certconf_may_name_its_hash_algorithm(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    new = issued(talk.exchange(kur(NEW_KEY, current), pvno=CMP2021))
    sha512 = AlgorithmIdentifier("2.16.840.1.101.3.4.2.3")
    entry = CertStatus(hashlib.sha512(new.der).digest(), 0, hash_algorithm=sha512)
    assert isinstance(talk.exchange(CertificateConfirm((entry,)), pvno=CMP2021).body, PkiConfirm)


def test_late_confirmation_is_refused(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    new = issued(talk.exchange(kur(NEW_KEY, current)))
    server.clock.advance(server.bank.policy.confirm_within + timedelta(minutes=1))
    assert failure(talk.exchange(accept(new))) is Failure.CERT_REVOKED
    assert server.state(new) is CertificateState.REVOKED
    assert server.state(current) is CertificateState.CONFIRMED


def test_confirmed_certificate_cannot_be_rejected(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    new = issued(talk.exchange(kur(NEW_KEY, current)))
    talk.exchange(accept(new))
    assert failure(talk.exchange(reject(new))) is Failure.CERT_CONFIRMED
    assert server.state(new) is CertificateState.CONFIRMED


def test_repeated_confirmation_is_answered_whether_resent_or_rebuilt(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    new = issued(talk.exchange(kur(NEW_KEY, current)))
    nonce_of_kup = talk.nonce
    confirmation = talk.message(accept(new))
    first = server.handle(confirmation)
    assert server.handle(confirmation) == first
    anew = talk.exchange(accept(new), recip_nonce=nonce_of_kup)
    assert isinstance(anew.body, PkiConfirm)
    assert server.state(new) is CertificateState.CONFIRMED


def test_same_request_gets_the_same_certificate(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    request = talk.message(kur(NEW_KEY, current))
    assert server.handle(request) == server.handle(request)
    assert len(server.bank.certificates()) == 2


def test_different_request_in_the_same_transaction_is_refused(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    issued(talk.exchange(kur(NEW_KEY, current)))
    assert failure(talk.exchange(kur(OTHER_KEY, current))) is Failure.TRANSACTION_ID_IN_USE


@pytest.mark.parametrize("secret", ["pin", "one_time_password"])
def test_bank_secrets_on_file_are_required(server: InProcessBank, secret: str) -> None:
    right = {"pin": "1234", "one_time_password": "ABC"}
    server.bank.add_customer(USER_ID, "1403", pin=Secret("1234"), one_time_password=Secret("ABC"))
    talk, current = server.with_certificate()
    for wrong in (None, "9999"):
        given = {**right, secret: wrong}
        reply = talk.exchange(
            kur(NEW_KEY, current, pin=given["pin"], one_time_password=given["one_time_password"])
        )
        assert failure(reply) is Failure.NOT_AUTHORIZED
    issued(talk.exchange(kur(NEW_KEY, current, pin="1234", one_time_password="ABC")))


def test_five_wrong_bank_pins_lock_the_correct_one(server: InProcessBank) -> None:
    server.bank.add_customer(USER_ID, "1403", pin=Secret("1234"))
    talk, current = server.with_certificate()
    for guess in range(5):
        talk.exchange(kur(NEW_KEY, current, pin=f"000{guess}"))
    reply = talk.exchange(kur(NEW_KEY, current, pin="1234"))
    assert failure(reply) is Failure.NOT_AUTHORIZED
    assert len(server.bank.certificates()) == 1


# Signers


def test_certificate_cannot_renew_another_customers(server: InProcessBank) -> None:
    _, current = server.with_certificate()
    server.bank.add_customer("OTHER1", "1403")
    others = server.bank.issue_certificate("OTHER1", OTHER_KEY.spki, 20)
    talk = by_certificate(server.handle, others, OTHER_KEY)
    assert failure(talk.exchange(kur(NEW_KEY, current))) is Failure.BAD_CERT_ID
    reply = talk.exchange(kur(NEW_KEY, others, subject=current.subject))
    assert failure(reply) is Failure.BAD_CERT_TEMPLATE


def test_signature_by_another_key_is_refused(server: InProcessBank) -> None:
    _, current = server.with_certificate()
    talk = by_certificate(server.handle, current, OTHER_KEY)
    assert failure(talk.exchange(kur(NEW_KEY, current))) is Failure.BAD_MESSAGE_CHECK


def test_certificate_of_another_ca_with_the_same_names_is_refused(server: InProcessBank) -> None:
    lab = make_lab()
    foreign = lab.issue(OLD_KEY.spki, customer_subject(Customer(USER_ID, "1403")))
    talk = by_certificate(server.handle, foreign, OLD_KEY)
    assert failure(talk.exchange(kur(NEW_KEY, foreign))) is Failure.SIGNER_NOT_TRUSTED


def test_revoked_and_unconfirmed_certificates_cannot_sign(server: InProcessBank) -> None:
    talk, revoked = server.with_certificate()
    server.bank.revoke(revoked.serial_hex)
    assert failure(talk.exchange(kur(NEW_KEY, revoked))) is Failure.CERT_REVOKED
    unconfirmed = server.bank.issue_certificate(USER_ID, OTHER_KEY.spki, 20, confirmed=False)
    talk = by_certificate(server.handle, unconfirmed, OTHER_KEY)
    assert failure(talk.exchange(kur(NEW_KEY, unconfirmed))) is Failure.SIGNER_NOT_TRUSTED


def test_superseded_certificate_starts_no_new_transaction(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    talk.exchange(accept(issued(talk.exchange(kur(NEW_KEY, current)))))
    again = by_certificate(server.handle, current, OLD_KEY)
    assert failure(again.exchange(kur(OTHER_KEY, current))) is Failure.CERT_REVOKED


def test_confirmation_is_refused_after_the_signer_is_revoked(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    new = issued(talk.exchange(kur(NEW_KEY, current)))
    server.bank.revoke(current.serial_hex)
    assert failure(talk.exchange(accept(new))) is Failure.CERT_REVOKED
    assert server.state(new) is CertificateState.UNCONFIRMED


def test_confirmation_is_refused_after_the_operator_issues_another(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    new = issued(talk.exchange(kur(NEW_KEY, current)))
    by_operator = server.bank.issue_certificate(USER_ID, OTHER_KEY.spki, 365)
    assert failure(talk.exchange(accept(new))) is Failure.CERT_REVOKED
    assert server.state(by_operator) is CertificateState.CONFIRMED


def test_spent_code_cannot_join_another_transaction(server: InProcessBank) -> None:
    talk = server.with_code()
    new = issued(talk.exchange(ir(NEW_KEY)))
    talk.exchange(accept(new))
    renewal = by_certificate(server.handle, new, NEW_KEY)
    server.clock.advance(timedelta(days=350))
    issued(renewal.exchange(kur(OTHER_KEY, new)))
    attacker = by_code(server.handle, USER_ID, server.code)
    attacker.transaction_id, attacker.nonce = renewal.transaction_id, renewal.nonce
    assert failure(attacker.exchange(poll())) is Failure.BAD_MESSAGE_CHECK


def test_another_customer_cannot_join_a_transaction(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    new = issued(talk.exchange(kur(NEW_KEY, current)))
    server.bank.add_customer("OTHER1", "1403")
    others = server.bank.issue_certificate("OTHER1", OTHER_KEY.spki, 20)
    attacker = by_certificate(server.handle, others, OTHER_KEY)
    attacker.transaction_id, attacker.nonce = talk.transaction_id, talk.nonce
    assert failure(attacker.exchange(reject(new))) is Failure.BAD_REQUEST
    assert server.state(new) is CertificateState.UNCONFIRMED


def test_code_cannot_renew_and_certificate_cannot_obtain(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    assert failure(talk.exchange(ir(NEW_KEY))) is Failure.WRONG_INTEGRITY
    assert failure(server.with_code().exchange(kur(NEW_KEY, current))) is Failure.WRONG_INTEGRITY


def test_later_messages_may_leave_the_certificate_out(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    new = issued(talk.exchange(kur(NEW_KEY, current)))
    bare = replace(Message.decode(talk.message(accept(new))), extra_certs=())
    assert isinstance(talk.send(bare.encode()).body, PkiConfirm)


def test_unprotected_message_is_refused(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    bare = Message.build(talk.header(), kur(NEW_KEY, current))
    assert failure(talk.send(bare.encode())) is Failure.BAD_MESSAGE_CHECK


def test_sender_other_than_the_signer_is_refused(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    talk.sender = by_certificate(server.handle, server.bank.ca.root, OLD_KEY).sender
    assert failure(talk.exchange(kur(NEW_KEY, current))) is Failure.BAD_MESSAGE_CHECK


# Keys and proof of possession


def test_proof_of_possession_by_another_key_is_refused(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    genuine, stolen = kur(NEW_KEY, current).requests[0], kur(OTHER_KEY, current).requests[0]
    mixed = replace(genuine, pop=stolen.pop)
    reply = talk.exchange(CertificateRequest(RequestKind.KUR, (mixed,)))
    assert failure(reply) is Failure.BAD_POP


def test_missing_proof_of_possession_is_refused(server: InProcessBank) -> None:
    request = CertRequest(0, CertTemplate(spki=NEW_KEY.spki))
    bare = CertificateRequest(RequestKind.IR, (CertReqMsg.build(request),))
    assert failure(server.with_code().exchange(bare)) is Failure.BAD_POP


def test_certified_key_is_refused_again(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    assert failure(talk.exchange(kur(OLD_KEY, current))) is Failure.BAD_CERT_TEMPLATE
    server.bank.add_customer("OTHER1", "1403")
    code = server.bank.issue_code("OTHER1")
    reply = by_code(server.handle, "OTHER1", code).exchange(ir(OLD_KEY))
    assert failure(reply) is Failure.BAD_CERT_TEMPLATE


def test_two_requests_in_one_message_are_refused(server: InProcessBank) -> None:
    twice = CertificateRequest(RequestKind.IR, ir(NEW_KEY).requests * 2)
    assert failure(server.with_code().exchange(twice)) is Failure.BAD_REQUEST


# Headers


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sender_nonce": None}, Failure.BAD_SENDER_NONCE),
        ({"sender_nonce": b"short"}, Failure.BAD_SENDER_NONCE),
        ({"transaction_id": None}, Failure.BAD_DATA_FORMAT),
        ({"transaction_id": b"short"}, Failure.BAD_DATA_FORMAT),
        ({"transaction_id": secrets.token_bytes(100)}, Failure.BAD_DATA_FORMAT),
        ({"pvno": 1}, Failure.UNSUPPORTED_VERSION),
        ({"message_time": datetime.now(UTC) - timedelta(hours=1)}, Failure.BAD_TIME),
        ({"message_time": datetime.now(UTC) + timedelta(hours=1)}, Failure.BAD_TIME),
    ],
    ids=lambda value: getattr(value, "name", None) or next(iter(value)),
)
def test_invalid_headers_are_refused(
    server: InProcessBank, changes: dict[str, object], expected: Failure
) -> None:
    reply = server.with_code().exchange(ir(NEW_KEY), **changes)
    assert failure(reply) is expected
    assert server.reasons() == []


def test_reply_repeats_transaction_id_and_nonce(server: InProcessBank) -> None:
    talk = server.with_code()
    reply = talk.exchange(ir(NEW_KEY), sender_nonce=b"n" * 16)
    assert reply.header.transaction_id == talk.transaction_id
    assert reply.header.recip_nonce == b"n" * 16
    assert len(reply.header.sender_nonce or b"") >= 16
    assert reply.header.sender_kid == USER_ID.encode()


def test_confirmation_requires_the_banks_nonce(server: InProcessBank) -> None:
    talk = server.with_code()
    new = issued(talk.exchange(ir(NEW_KEY)))
    for wrong in (None, secrets.token_bytes(16)):
        assert failure(talk.exchange(accept(new), recip_nonce=wrong)) is Failure.BAD_RECIPIENT_NONCE
    assert server.state(new) is CertificateState.UNCONFIRMED


def test_refused_request_leaves_nothing_behind(server: InProcessBank) -> None:
    talk, current = server.with_certificate(100)
    talk.exchange(kur(NEW_KEY, current))
    with server.bank.repositories() as repositories:
        assert repositories.transactions.find(talk.transaction_id) is None
    assert len(server.bank.certificates()) == 1


# Waiting


def test_polling_until_the_certificate_is_issued(server: InProcessBank) -> None:
    server.policy(BankPolicy(wait_polls=3, check_after=7))
    talk, current = server.with_certificate()
    first = talk.exchange(kur(NEW_KEY, current))
    assert isinstance(first.body, CertificateReply)
    assert first.body.responses[0].status.status == PkiStatus.WAITING
    for _ in range(2):
        answer = talk.exchange(poll()).body
        assert isinstance(answer, PollReply)
        assert answer.entries[0].check_after == 7
    new = issued(talk.exchange(poll()))
    assert isinstance(talk.exchange(accept(new)).body, PkiConfirm)
    assert server.state(current) is CertificateState.SUPERSEDED


def test_polling_without_a_request_is_refused(server: InProcessBank) -> None:
    assert failure(server.with_code().exchange(poll())) is Failure.BAD_REQUEST


def test_certificate_expiring_while_waiting_can_still_finish(server: InProcessBank) -> None:
    server.policy(BankPolicy(wait_polls=1))
    talk, current = server.with_certificate(0)
    talk.exchange(kur(NEW_KEY, current))
    server.clock.advance(timedelta(days=1))
    new = issued(talk.exchange(poll()))
    assert isinstance(talk.exchange(accept(new)).body, PkiConfirm)


# Implicit confirmation


@pytest.mark.parametrize("allowed", [True, False])
def test_implicit_confirmation_depends_on_the_policy(server: InProcessBank, allowed: bool) -> None:
    server.policy(BankPolicy(allow_implicit_confirm=allowed))
    talk, current = server.with_certificate()
    implicit_confirm = (AlgorithmIdentifier(IMPLICIT_CONFIRM, b"\x05\x00"),)
    reply = talk.exchange(kur(NEW_KEY, current), general_info=implicit_confirm)
    assert reply.header.implicit_confirm is allowed
    expected = CertificateState.CONFIRMED if allowed else CertificateState.UNCONFIRMED
    assert server.state(issued(reply)) is expected


# Revoking


def test_customer_revokes_own_certificate(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    request = talk.message(revoke(current))
    reply = server.handle(request)
    body = Message.decode(reply).body
    assert isinstance(body, RevokeReply)
    assert body.certificates == (CertId(current.issuer, current.serial),)
    assert server.state(current) is CertificateState.REVOKED
    assert server.handle(request) == reply, "a lost answer is sent again"


def test_customer_cannot_revoke_other_certificates(server: InProcessBank) -> None:
    talk, current = server.with_certificate()
    server.bank.add_customer("OTHER1", "1403")
    others = server.bank.issue_certificate("OTHER1", OTHER_KEY.spki, 20)
    imitation = make_lab().issue(OTHER_KEY.spki)
    for target in (others, imitation, server.bank.ca.intermediate):
        assert failure(talk.exchange(revoke(target))) is Failure.BAD_CERT_ID
    assert server.state(others) is CertificateState.CONFIRMED
    assert server.state(current) is CertificateState.CONFIRMED


def test_issue_code_cannot_revoke(server: InProcessBank) -> None:
    _, current = server.with_certificate()
    assert failure(server.with_code().exchange(revoke(current))) is Failure.WRONG_INTEGRITY
    assert server.state(current) is CertificateState.CONFIRMED

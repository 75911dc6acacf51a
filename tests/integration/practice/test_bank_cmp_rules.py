"""The CMP server's rules, each broken once by a customer who says the wrong thing."""

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
from support.bank import USER_ID, SettableClock
from support.bank_customer import (
    Talk,
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
from support.pki import customer_name, make_lab, rsa_signer

OLD_KEY, NEW_KEY, OTHER_KEY = rsa_signer(1), rsa_signer(2), rsa_signer(3)


class Counter:
    """A bank with one customer, asked without a network between."""

    def __init__(self, folder: Path) -> None:
        self.clock = SettableClock()
        self.bank = Bank(folder, BankPolicy(), self.clock)
        self.bank.add_customer(USER_ID, "1403")
        self.handle = CmpResponder(self.bank).handle

    def policy(self, policy: BankPolicy) -> None:
        self.bank.policy = policy

    def with_code(self) -> Talk:
        self.code = self.bank.issue_code(USER_ID)
        return by_code(self.handle, USER_ID, self.code)

    def with_certificate(self, expires_in_days: int = 20) -> tuple[Talk, Certificate]:
        current = self.bank.issue_certificate(USER_ID, OLD_KEY.spki, expires_in_days)
        return by_certificate(self.handle, current, OLD_KEY), current

    def state(self, certificate: Certificate) -> CertificateState | None:
        return self.bank.state_of(certificate.serial_hex)

    def reasons(self) -> list[Reason]:
        return [record.reason for record in self.bank.certificates()]

    def code_state(self) -> CodeState:
        with self.bank.books() as books:
            code = books.codes.latest(USER_ID)
        assert code is not None
        return code.state


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    opened = Counter(tmp_path)
    yield opened
    opened.bank.close()


# Obtaining


@pytest.mark.parametrize("algorithm", list(MacAlgorithm))
def test_a_certificate_is_obtained_with_an_issue_code(
    counter: Counter, algorithm: MacAlgorithm
) -> None:
    code = counter.bank.issue_code(USER_ID)
    talk = by_code(counter.handle, USER_ID, code, algorithm)
    reply = talk.say(ir(NEW_KEY))
    certificate = issued(reply)
    verify_mac(reply, code)
    assert certificate.spki == NEW_KEY.spki
    assert counter.state(certificate) is CertificateState.UNCONFIRMED
    assert isinstance(talk.say(accept(certificate)).body, PkiConfirm)
    assert counter.state(certificate) is CertificateState.CONFIRMED
    assert counter.code_state() is CodeState.SPENT


def test_a_wrong_code_is_told_by_a_signed_error(counter: Counter) -> None:
    counter.with_code()
    talk = by_code(counter.handle, USER_ID, Secret("WRONGWRONGWRONG2"))
    reply = talk.say(ir(NEW_KEY))
    assert failure(reply) is Failure.BAD_MESSAGE_CHECK
    assert not is_mac(reply)
    verify_signature(reply, counter.bank.ca.cmp_signer.certificate.spki)
    assert reply.extra_certs[0] == counter.bank.ca.cmp_signer.certificate.der
    assert counter.reasons() == []


def test_an_unknown_user_id_gets_the_same_answer_as_a_wrong_code(counter: Counter) -> None:
    counter.with_code()
    wrong = by_code(counter.handle, USER_ID, Secret("WRONG")).say(ir(NEW_KEY))
    unknown = by_code(counter.handle, "NOBODY", Secret("WRONG")).say(ir(NEW_KEY))
    assert wrong.body == unknown.body


def test_five_wrong_codes_lock_the_right_one(counter: Counter) -> None:
    talk = counter.with_code()
    for attempt in range(1, 6):
        wrong = by_code(counter.handle, USER_ID, Secret(f"WRONG{attempt}"))
        expected = Failure.NOT_AUTHORIZED if attempt == 5 else Failure.BAD_MESSAGE_CHECK
        assert failure(wrong.say(ir(NEW_KEY))) is expected
    assert failure(talk.say(ir(NEW_KEY))) is Failure.NOT_AUTHORIZED
    assert counter.code_state() is CodeState.LOCKED


def test_a_right_code_clears_the_count(counter: Counter) -> None:
    talk = counter.with_code()
    for _ in range(4):
        by_code(counter.handle, USER_ID, Secret("WRONG")).say(ir(NEW_KEY))
    issued(talk.say(ir(NEW_KEY)))
    for _ in range(4):
        by_code(counter.handle, USER_ID, Secret("WRONG")).say(ir(NEW_KEY))
    assert counter.code_state() is CodeState.ACTIVE


def test_an_expired_code_is_refused(counter: Counter) -> None:
    talk = counter.with_code()
    counter.clock.advance(timedelta(days=31))
    assert failure(talk.say(ir(NEW_KEY))) is Failure.BAD_MESSAGE_CHECK


def test_a_spent_code_begins_nothing_new(counter: Counter) -> None:
    talk = counter.with_code()
    talk.say(accept(issued(talk.say(ir(NEW_KEY)))))
    again = by_code(counter.handle, USER_ID, counter.code)
    assert failure(again.say(ir(OTHER_KEY))) is Failure.BAD_MESSAGE_CHECK


def test_a_code_works_again_after_a_stop_half_way_and_leaves_one_certificate(
    counter: Counter,
) -> None:
    lost = issued(counter.with_code().say(ir(NEW_KEY)))
    again = by_code(counter.handle, USER_ID, counter.code)
    second = issued(again.say(ir(NEW_KEY)))
    assert counter.state(lost) is CertificateState.REVOKED
    assert isinstance(again.say(accept(second)).body, PkiConfirm)
    assert counter.state(second) is CertificateState.CONFIRMED
    assert counter.reasons() == [Reason.REQUESTED_AGAIN, Reason.NONE]


def test_the_day_after_the_last_needs_the_branch(counter: Counter) -> None:
    counter.bank.issue_certificate(USER_ID, OLD_KEY.spki, -91)
    assert failure(counter.with_code().say(ir(NEW_KEY))) is Failure.NOT_AUTHORIZED
    code = counter.bank.issue_code(USER_ID, reissue=True)
    issued(by_code(counter.handle, USER_ID, code).say(ir(NEW_KEY)))


def test_the_last_day_is_enough(counter: Counter) -> None:
    counter.bank.issue_certificate(USER_ID, OLD_KEY.spki, -90)
    issued(counter.with_code().say(ir(NEW_KEY)))


def test_subjects_of_other_people_are_refused(counter: Counter) -> None:
    on_file = customer_subject(Customer(USER_ID, "1403")).public_bytes()
    issued(counter.with_code().say(ir(NEW_KEY, on_file)))
    for foreign in (customer_name(USER_ID), customer_subject(Customer("OTHER1", "1403"))):
        reply = counter.with_code().say(ir(NEW_KEY, foreign.public_bytes()))
        assert failure(reply) is Failure.BAD_CERT_TEMPLATE


# Renewing


def test_renewal_supersedes_the_old_certificate_at_the_confirmation_and_not_before(
    counter: Counter,
) -> None:
    talk, current = counter.with_certificate()
    reply = talk.say(kur(NEW_KEY, current))
    new = issued(reply)
    verify_signature(reply, counter.bank.ca.cmp_signer.certificate.spki)
    assert counter.state(current) is CertificateState.CONFIRMED
    assert counter.state(new) is CertificateState.UNCONFIRMED
    assert isinstance(talk.say(accept(new)).body, PkiConfirm)
    assert counter.state(current) is CertificateState.SUPERSEDED
    assert counter.state(new) is CertificateState.CONFIRMED
    assert new.subject == current.subject


@pytest.mark.parametrize(("days", "allowed"), [(31, False), (30, True), (0, True)])
def test_renewal_days(counter: Counter, days: int, allowed: bool) -> None:
    talk, current = counter.with_certificate(days)
    reply = talk.say(kur(NEW_KEY, current))
    assert isinstance(reply.body, CertificateReply) is allowed
    if not allowed:
        assert failure(reply) is Failure.BAD_REQUEST


def test_an_expired_certificate_renews_nothing(counter: Counter) -> None:
    talk, current = counter.with_certificate(-1)
    reply = talk.say(kur(NEW_KEY, current))
    assert failure(reply) is Failure.BAD_REQUEST
    assert isinstance(reply.body, ErrorMessage)
    assert "有効期限" in reply.body.status.text[0]


def test_a_rejected_certificate_is_revoked_and_the_old_one_goes_on(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    new = issued(talk.say(kur(NEW_KEY, current)))
    assert isinstance(talk.say(reject(new)).body, PkiConfirm)
    assert counter.state(new) is CertificateState.REVOKED
    assert counter.state(current) is CertificateState.CONFIRMED
    assert failure(talk.say(accept(new))) is Failure.CERT_REVOKED
    assert isinstance(talk.say(reject(new)).body, PkiConfirm), "saying no twice is no error"


def test_an_empty_confirmation_and_an_error_mean_no(counter: Counter) -> None:
    for refusal in (
        CertificateConfirm(()),
        ErrorMessage(PkiStatusInfo(PkiStatus.REJECTION)),
    ):
        talk, current = counter.with_certificate()
        new = issued(talk.say(kur(rsa_signer(), current)))
        assert isinstance(talk.say(refusal).body, PkiConfirm)
        assert counter.state(new) is CertificateState.REVOKED


def test_confirming_another_certificate_is_refused(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    new = issued(talk.say(kur(NEW_KEY, current)))
    assert failure(talk.say(accept(current))) is Failure.BAD_CERT_ID
    assert counter.state(new) is CertificateState.UNCONFIRMED


def test_the_hash_may_be_named(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    new = issued(talk.say(kur(NEW_KEY, current), pvno=CMP2021))
    sha512 = AlgorithmIdentifier("2.16.840.1.101.3.4.2.3")
    entry = CertStatus(hashlib.sha512(new.der).digest(), 0, hash_algorithm=sha512)
    assert isinstance(talk.say(CertificateConfirm((entry,)), pvno=CMP2021).body, PkiConfirm)


def test_a_confirmation_that_comes_too_late_is_refused(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    new = issued(talk.say(kur(NEW_KEY, current)))
    counter.clock.advance(counter.bank.policy.confirm_within + timedelta(minutes=1))
    assert failure(talk.say(accept(new))) is Failure.CERT_REVOKED
    assert counter.state(new) is CertificateState.REVOKED
    assert counter.state(current) is CertificateState.CONFIRMED


def test_what_is_confirmed_cannot_be_rejected(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    new = issued(talk.say(kur(NEW_KEY, current)))
    talk.say(accept(new))
    assert failure(talk.say(reject(new))) is Failure.CERT_CONFIRMED
    assert counter.state(new) is CertificateState.CONFIRMED


def test_a_lost_confirmation_is_answered_again_whether_resent_or_made_anew(
    counter: Counter,
) -> None:
    talk, current = counter.with_certificate()
    new = issued(talk.say(kur(NEW_KEY, current)))
    nonce_of_kup = talk.nonce
    confirmation = talk.message(accept(new))
    first = counter.handle(confirmation)
    assert counter.handle(confirmation) == first
    anew = talk.say(accept(new), recip_nonce=nonce_of_kup)
    assert isinstance(anew.body, PkiConfirm)
    assert counter.state(new) is CertificateState.CONFIRMED


def test_the_same_request_gets_the_same_certificate(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    request = talk.message(kur(NEW_KEY, current))
    assert counter.handle(request) == counter.handle(request)
    assert len(counter.bank.certificates()) == 2


def test_another_request_in_the_same_transaction_is_refused(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    issued(talk.say(kur(NEW_KEY, current)))
    assert failure(talk.say(kur(OTHER_KEY, current))) is Failure.TRANSACTION_ID_IN_USE


@pytest.mark.parametrize("secret", ["pin", "one_time_password"])
def test_bank_secrets_are_asked_where_they_are_on_file(counter: Counter, secret: str) -> None:
    right = {"pin": "1234", "one_time_password": "ABC"}
    counter.bank.add_customer(USER_ID, "1403", pin=Secret("1234"), one_time_password=Secret("ABC"))
    talk, current = counter.with_certificate()
    for wrong in (None, "9999"):
        given = {**right, secret: wrong}
        reply = talk.say(
            kur(NEW_KEY, current, pin=given["pin"], one_time_password=given["one_time_password"])
        )
        assert failure(reply) is Failure.NOT_AUTHORIZED
    issued(talk.say(kur(NEW_KEY, current, pin="1234", one_time_password="ABC")))


def test_five_wrong_bank_pins_stop_even_the_right_one(counter: Counter) -> None:
    counter.bank.add_customer(USER_ID, "1403", pin=Secret("1234"))
    talk, current = counter.with_certificate()
    for guess in range(5):
        talk.say(kur(NEW_KEY, current, pin=f"000{guess}"))
    reply = talk.say(kur(NEW_KEY, current, pin="1234"))
    assert failure(reply) is Failure.NOT_AUTHORIZED
    assert len(counter.bank.certificates()) == 1


# Who signs


def test_another_customers_certificate_renews_only_itself(counter: Counter) -> None:
    _, current = counter.with_certificate()
    counter.bank.add_customer("OTHER1", "1403")
    others = counter.bank.issue_certificate("OTHER1", OTHER_KEY.spki, 20)
    talk = by_certificate(counter.handle, others, OTHER_KEY)
    assert failure(talk.say(kur(NEW_KEY, current))) is Failure.BAD_CERT_ID
    reply = talk.say(kur(NEW_KEY, others, subject=current.subject))
    assert failure(reply) is Failure.BAD_CERT_TEMPLATE


def test_a_key_that_does_not_belong_to_the_certificate_is_refused(counter: Counter) -> None:
    _, current = counter.with_certificate()
    talk = by_certificate(counter.handle, current, OTHER_KEY)
    assert failure(talk.say(kur(NEW_KEY, current))) is Failure.BAD_MESSAGE_CHECK


def test_a_certificate_of_another_ca_with_our_names_is_refused(counter: Counter) -> None:
    lab = make_lab()
    foreign = lab.issue(OLD_KEY.spki, customer_subject(Customer(USER_ID, "1403")))
    talk = by_certificate(counter.handle, foreign, OLD_KEY)
    assert failure(talk.say(kur(NEW_KEY, foreign))) is Failure.SIGNER_NOT_TRUSTED


def test_certificates_that_are_not_valid_cannot_sign(counter: Counter) -> None:
    talk, revoked = counter.with_certificate()
    counter.bank.revoke(revoked.serial_hex)
    assert failure(talk.say(kur(NEW_KEY, revoked))) is Failure.CERT_REVOKED
    unconfirmed = counter.bank.issue_certificate(USER_ID, OTHER_KEY.spki, 20, confirmed=False)
    talk = by_certificate(counter.handle, unconfirmed, OTHER_KEY)
    assert failure(talk.say(kur(NEW_KEY, unconfirmed))) is Failure.SIGNER_NOT_TRUSTED


def test_a_superseded_certificate_begins_nothing_new(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    talk.say(accept(issued(talk.say(kur(NEW_KEY, current)))))
    again = by_certificate(counter.handle, current, OLD_KEY)
    assert failure(again.say(kur(OTHER_KEY, current))) is Failure.CERT_REVOKED


def test_revoked_in_the_middle_means_no_confirmation(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    new = issued(talk.say(kur(NEW_KEY, current)))
    counter.bank.revoke(current.serial_hex)
    assert failure(talk.say(accept(new))) is Failure.CERT_REVOKED
    assert counter.state(new) is CertificateState.UNCONFIRMED


def test_replaced_at_the_desk_in_the_middle_means_no_confirmation(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    new = issued(talk.say(kur(NEW_KEY, current)))
    by_desk = counter.bank.issue_certificate(USER_ID, OTHER_KEY.spki, 365)
    assert failure(talk.say(accept(new))) is Failure.CERT_REVOKED
    assert counter.state(by_desk) is CertificateState.CONFIRMED


def test_a_spent_code_says_nothing_more_in_another_transaction(counter: Counter) -> None:
    talk = counter.with_code()
    new = issued(talk.say(ir(NEW_KEY)))
    talk.say(accept(new))
    renewal = by_certificate(counter.handle, new, NEW_KEY)
    counter.clock.advance(timedelta(days=350))
    issued(renewal.say(kur(OTHER_KEY, new)))
    intruder = by_code(counter.handle, USER_ID, counter.code)
    intruder.transaction_id, intruder.nonce = renewal.transaction_id, renewal.nonce
    assert failure(intruder.say(poll())) is Failure.BAD_MESSAGE_CHECK


def test_another_customer_cannot_end_a_transaction(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    new = issued(talk.say(kur(NEW_KEY, current)))
    counter.bank.add_customer("OTHER1", "1403")
    others = counter.bank.issue_certificate("OTHER1", OTHER_KEY.spki, 20)
    thief = by_certificate(counter.handle, others, OTHER_KEY)
    thief.transaction_id, thief.nonce = talk.transaction_id, talk.nonce
    assert failure(thief.say(reject(new))) is Failure.BAD_REQUEST
    assert counter.state(new) is CertificateState.UNCONFIRMED


def test_a_code_does_not_renew_and_a_certificate_does_not_obtain(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    assert failure(talk.say(ir(NEW_KEY))) is Failure.NOT_AUTHORIZED
    assert failure(counter.with_code().say(kur(NEW_KEY, current))) is Failure.NOT_AUTHORIZED


def test_later_messages_may_leave_the_certificate_out(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    new = issued(talk.say(kur(NEW_KEY, current)))
    bare = replace(Message.decode(talk.message(accept(new))), extra_certs=())
    assert isinstance(talk.send(bare.encode()).body, PkiConfirm)


def test_an_unprotected_message_is_refused(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    bare = Message.build(talk.header(), kur(NEW_KEY, current))
    assert failure(talk.send(bare.encode())) is Failure.BAD_MESSAGE_CHECK


def test_a_sender_who_is_not_the_signer_is_refused(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    talk.sender = by_certificate(counter.handle, counter.bank.ca.root, OLD_KEY).sender
    assert failure(talk.say(kur(NEW_KEY, current))) is Failure.BAD_MESSAGE_CHECK


# Keys and proof of possession


def test_a_proof_by_another_key_is_refused(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    genuine, stolen = kur(NEW_KEY, current).requests[0], kur(OTHER_KEY, current).requests[0]
    mixed = replace(genuine, pop=stolen.pop)
    reply = talk.say(CertificateRequest(RequestKind.KUR, (mixed,)))
    assert failure(reply) is Failure.BAD_POP


def test_no_proof_and_the_word_of_a_registration_authority_are_refused(counter: Counter) -> None:
    request = CertRequest(0, CertTemplate(spki=NEW_KEY.spki))
    bare = CertificateRequest(RequestKind.IR, (CertReqMsg.build(request),))
    assert failure(counter.with_code().say(bare)) is Failure.BAD_POP


def test_a_key_is_certified_once(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    assert failure(talk.say(kur(OLD_KEY, current))) is Failure.BAD_CERT_TEMPLATE
    counter.bank.add_customer("OTHER1", "1403")
    code = counter.bank.issue_code("OTHER1")
    reply = by_code(counter.handle, "OTHER1", code).say(ir(OLD_KEY))
    assert failure(reply) is Failure.BAD_CERT_TEMPLATE


def test_two_requests_in_one_message_are_refused(counter: Counter) -> None:
    twice = CertificateRequest(RequestKind.IR, ir(NEW_KEY).requests * 2)
    assert failure(counter.with_code().say(twice)) is Failure.BAD_REQUEST


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
def test_headers(counter: Counter, changes: dict[str, object], expected: Failure) -> None:
    reply = counter.with_code().say(ir(NEW_KEY), **changes)
    assert failure(reply) is expected
    assert counter.reasons() == []


def test_replies_carry_the_requests_numbers(counter: Counter) -> None:
    talk = counter.with_code()
    reply = talk.say(ir(NEW_KEY), sender_nonce=b"n" * 16)
    assert reply.header.transaction_id == talk.transaction_id
    assert reply.header.recip_nonce == b"n" * 16
    assert len(reply.header.sender_nonce or b"") >= 16
    assert reply.header.sender_kid == USER_ID.encode()


def test_a_confirmation_must_answer_the_bank(counter: Counter) -> None:
    talk = counter.with_code()
    new = issued(talk.say(ir(NEW_KEY)))
    for wrong in (None, secrets.token_bytes(16)):
        assert failure(talk.say(accept(new), recip_nonce=wrong)) is Failure.BAD_RECIPIENT_NONCE
    assert counter.state(new) is CertificateState.UNCONFIRMED


def test_a_refused_request_leaves_nothing_behind(counter: Counter) -> None:
    talk, current = counter.with_certificate(100)
    talk.say(kur(NEW_KEY, current))
    with counter.bank.books() as books:
        assert books.transactions.find(talk.transaction_id) is None
    assert len(counter.bank.certificates()) == 1


# Waiting


def test_a_customer_polls_until_it_is_issued(counter: Counter) -> None:
    counter.policy(BankPolicy(wait_polls=3, check_after=7))
    talk, current = counter.with_certificate()
    first = talk.say(kur(NEW_KEY, current))
    assert isinstance(first.body, CertificateReply)
    assert first.body.responses[0].status.status == PkiStatus.WAITING
    for _ in range(2):
        answer = talk.say(poll()).body
        assert isinstance(answer, PollReply)
        assert answer.entries[0].check_after == 7
    new = issued(talk.say(poll()))
    assert isinstance(talk.say(accept(new)).body, PkiConfirm)
    assert counter.state(current) is CertificateState.SUPERSEDED


def test_polling_for_nothing_is_refused(counter: Counter) -> None:
    assert failure(counter.with_code().say(poll())) is Failure.BAD_REQUEST


def test_a_certificate_that_expires_while_waiting_can_still_finish(counter: Counter) -> None:
    counter.policy(BankPolicy(wait_polls=1))
    talk, current = counter.with_certificate(0)
    talk.say(kur(NEW_KEY, current))
    counter.clock.advance(timedelta(days=1))
    new = issued(talk.say(poll()))
    assert isinstance(talk.say(accept(new)).body, PkiConfirm)


# Implicit confirmation


@pytest.mark.parametrize("allowed", [True, False])
def test_implicit_confirmation_is_the_policys_choice(counter: Counter, allowed: bool) -> None:
    counter.policy(BankPolicy(allow_implicit_confirm=allowed))
    talk, current = counter.with_certificate()
    wish = (AlgorithmIdentifier(IMPLICIT_CONFIRM, b"\x05\x00"),)
    reply = talk.say(kur(NEW_KEY, current), general_info=wish)
    assert reply.header.implicit_confirm is allowed
    expected = CertificateState.CONFIRMED if allowed else CertificateState.UNCONFIRMED
    assert counter.state(issued(reply)) is expected


# Revoking


def test_a_customer_revokes_the_own_certificate(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    request = talk.message(revoke(current))
    reply = counter.handle(request)
    body = Message.decode(reply).body
    assert isinstance(body, RevokeReply)
    assert body.certificates == (CertId(current.issuer, current.serial),)
    assert counter.state(current) is CertificateState.REVOKED
    assert counter.handle(request) == reply, "a lost answer comes again"


def test_other_certificates_are_not_a_customers_to_revoke(counter: Counter) -> None:
    talk, current = counter.with_certificate()
    counter.bank.add_customer("OTHER1", "1403")
    others = counter.bank.issue_certificate("OTHER1", OTHER_KEY.spki, 20)
    lookalike = make_lab().issue(OTHER_KEY.spki)
    for target in (others, lookalike, counter.bank.ca.intermediate):
        assert failure(talk.say(revoke(target))) is Failure.BAD_CERT_ID
    assert counter.state(others) is CertificateState.CONFIRMED
    assert counter.state(current) is CertificateState.CONFIRMED


def test_revoking_needs_the_certificate(counter: Counter) -> None:
    _, current = counter.with_certificate()
    assert failure(counter.with_code().say(revoke(current))) is Failure.NOT_AUTHORIZED
    assert counter.state(current) is CertificateState.CONFIRMED

"""Deep-link tickets at the CA: each replaces PIN and password once, for its owner only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from certclient.cmp.messages import Message
from certclient.cmp.status import Failure
from certclient.model.certificate import Certificate
from certclient_practice.cmp.responder import CmpResponder
from certclient_practice.repositories.records import CertificateState
from certclient_practice.web.server import PracticeServer, ServerSettings
from support.bank import USER_ID, RunningBank
from support.bank_customer import accept, by_certificate, failure, issued, kur
from support.pki import RsaSigner, rsa_signer

OLD_KEY, NEW_KEY, OTHER_KEY = rsa_signer(1), rsa_signer(2), rsa_signer(3)
OTHER_ID = "TKYM1408055"


@pytest.fixture
def current(bank: RunningBank) -> Certificate:
    """The certificate of a customer who needs a PIN and a one-time password."""
    bank.add_customer(USER_ID, "1394", pin="4711", one_time_password="83920174")
    return bank.issue_certificate(USER_ID, OLD_KEY.spki, 20)


def issue_ticket(bank: RunningBank, user_id: str = USER_ID, session: str = "s") -> str:
    with bank.bank.repositories() as repositories:
        return repositories.tickets.create(
            user_id, session, bank.bank.clock(), bank.policy.ticket_valid
        ).reveal()


def renew(
    bank: RunningBank, current: Certificate, ticket: str, key: RsaSigner = OLD_KEY
) -> Message:
    talk = by_certificate(CmpResponder(bank.bank).handle, current, key)
    return talk.exchange(kur(rsa_signer(), current, one_time_password=ticket))


def refused(reply: Message) -> str:
    assert failure(reply) is Failure.NOT_AUTHORIZED
    return str(reply.body)


def test_ticket_replaces_pin_and_password(bank: RunningBank, current: Certificate) -> None:
    talk = by_certificate(CmpResponder(bank.bank).handle, current, OLD_KEY)
    new = issued(talk.exchange(kur(NEW_KEY, current, one_time_password=issue_ticket(bank))))
    talk.exchange(accept(new))
    assert bank.state_of(new.serial_hex) is CertificateState.CONFIRMED


def test_pin_and_password_are_required_without_a_ticket(
    bank: RunningBank, current: Certificate
) -> None:
    talk = by_certificate(CmpResponder(bank.bank).handle, current, OLD_KEY)
    assert failure(talk.exchange(kur(NEW_KEY, current))) is Failure.NOT_AUTHORIZED


def test_used_ticket_is_refused(bank: RunningBank, current: Certificate) -> None:
    ticket = issue_ticket(bank)
    issued(renew(bank, current, ticket))
    assert "使用済み" in refused(renew(bank, current, ticket))


def test_repeated_message_gets_the_same_answer(bank: RunningBank, current: Certificate) -> None:
    """A lost answer does not use up the ticket."""
    handle = CmpResponder(bank.bank).handle
    message = by_certificate(handle, current, OLD_KEY).message(
        kur(NEW_KEY, current, one_time_password=issue_ticket(bank))
    )
    assert handle(message) == handle(message)


def test_expired_ticket_is_refused(bank: RunningBank, current: Certificate) -> None:
    ticket = issue_ticket(bank)
    bank.clock.advance(bank.policy.ticket_valid + timedelta(seconds=1))
    assert "期限" in refused(renew(bank, current, ticket))


def test_forged_ticket_is_refused(bank: RunningBank, current: Certificate) -> None:
    for forged in ("tk-", "tk-" + "A" * 32, issue_ticket(bank)[:-1] + "~", "tk-日本"):
        refused(renew(bank, current, forged))


def test_ticket_of_another_id_is_refused(bank: RunningBank, current: Certificate) -> None:
    bank.add_customer(OTHER_ID)
    other = bank.issue_certificate(OTHER_ID, OTHER_KEY.spki, 20)
    ticket = issue_ticket(bank)
    refused(renew(bank, other, ticket, OTHER_KEY))
    issued(renew(bank, current, ticket))


def test_bad_ticket_is_refused_even_if_no_secrets_are_required(bank: RunningBank) -> None:
    bank.add_customer(OTHER_ID)
    other = bank.issue_certificate(OTHER_ID, OTHER_KEY.spki, 20)
    refused(renew(bank, other, "tk-forged", OTHER_KEY))


def test_new_ticket_invalidates_the_previous_one(bank: RunningBank, current: Certificate) -> None:
    first, second = issue_ticket(bank), issue_ticket(bank)
    refused(renew(bank, current, first))
    issued(renew(bank, current, second))


def test_logout_invalidates_the_ticket(bank: RunningBank, current: Certificate) -> None:
    ticket = issue_ticket(bank, session="a session")
    with bank.bank.repositories() as repositories:
        repositories.tickets.withdraw("a session")
    refused(renew(bank, current, ticket))


def test_restart_invalidates_the_ticket(bank: RunningBank, current: Certificate) -> None:
    """Sessions end with a restart, and so do their tickets."""
    ticket = issue_ticket(bank)
    bank.stop()
    with PracticeServer(bank.bank, ServerSettings()):
        refused(renew(bank, current, ticket))
        issued(renew(bank, current, issue_ticket(bank)))


def test_refused_renewal_does_not_use_up_the_ticket(bank: RunningBank) -> None:
    bank.add_customer(USER_ID, "1394", pin="4711", one_time_password="83920174")
    early = bank.issue_certificate(USER_ID, OLD_KEY.spki, 31)
    bank.set_policy(ticket_valid=timedelta(days=3))
    ticket = issue_ticket(bank)
    assert failure(renew(bank, early, ticket)) is Failure.BAD_REQUEST
    bank.clock.advance(timedelta(days=1))
    issued(renew(bank, early, ticket))


def test_bad_tickets_do_not_lock_the_customer(bank: RunningBank, current: Certificate) -> None:
    for _attempt in range(bank.policy.code_attempts + 1):
        refused(renew(bank, current, "tk-forged"))
    talk = by_certificate(CmpResponder(bank.bank).handle, current, OLD_KEY)
    issued(talk.exchange(kur(NEW_KEY, current, pin="4711", one_time_password="83920174")))


def test_tickets_are_not_stored_in_plain_text(bank: RunningBank, current: Certificate) -> None:
    ticket = issue_ticket(bank)
    renew(bank, current, ticket)
    for path in bank.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            # The request itself is not stored either, only its hash and the answer.
            assert ticket.encode() not in data, path

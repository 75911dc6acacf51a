"""Tickets of deep links at the CA: they stand for PIN and password once, and for nobody else."""

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
    """Of a customer from whom PIN and one-time password are wanted."""
    bank.add_customer(USER_ID, "1394", pin="4711", one_time_password="83920174")
    return bank.issue_certificate(USER_ID, OLD_KEY.spki, 20)


def give(bank: RunningBank, user_id: str = USER_ID, session: str = "s") -> str:
    with bank.bank.books() as books:
        return books.tickets.give(
            user_id, session, bank.bank.clock(), bank.policy.ticket_valid
        ).reveal()


def renew(
    bank: RunningBank, current: Certificate, ticket: str, key: RsaSigner = OLD_KEY
) -> Message:
    talk = by_certificate(CmpResponder(bank.bank).handle, current, key)
    return talk.say(kur(rsa_signer(), current, one_time_password=ticket))


def refused(reply: Message) -> str:
    assert failure(reply) is Failure.NOT_AUTHORIZED
    return str(reply.body)


def test_a_ticket_stands_for_both(bank: RunningBank, current: Certificate) -> None:
    talk = by_certificate(CmpResponder(bank.bank).handle, current, OLD_KEY)
    new = issued(talk.say(kur(NEW_KEY, current, one_time_password=give(bank))))
    talk.say(accept(new))
    assert bank.state_of(new.serial_hex) is CertificateState.CONFIRMED


def test_without_it_they_are_wanted(bank: RunningBank, current: Certificate) -> None:
    talk = by_certificate(CmpResponder(bank.bank).handle, current, OLD_KEY)
    assert failure(talk.say(kur(NEW_KEY, current))) is Failure.NOT_AUTHORIZED


def test_replayed(bank: RunningBank, current: Certificate) -> None:
    ticket = give(bank)
    issued(renew(bank, current, ticket))
    assert "使用済み" in refused(renew(bank, current, ticket))


def test_the_same_message_again_gets_the_same_answer(
    bank: RunningBank, current: Certificate
) -> None:
    """A lost answer costs no ticket."""
    handle = CmpResponder(bank.bank).handle
    message = by_certificate(handle, current, OLD_KEY).message(
        kur(NEW_KEY, current, one_time_password=give(bank))
    )
    assert handle(message) == handle(message)


def test_expired(bank: RunningBank, current: Certificate) -> None:
    ticket = give(bank)
    bank.clock.advance(bank.policy.ticket_valid + timedelta(seconds=1))
    assert "期限" in refused(renew(bank, current, ticket))


def test_forged(bank: RunningBank, current: Certificate) -> None:
    for forged in ("tk-", "tk-" + "A" * 32, give(bank)[:-1] + "~", "tk-日本"):
        refused(renew(bank, current, forged))


def test_of_another_id(bank: RunningBank, current: Certificate) -> None:
    bank.add_customer(OTHER_ID)
    other = bank.issue_certificate(OTHER_ID, OTHER_KEY.spki, 20)
    ticket = give(bank)
    refused(renew(bank, other, ticket, OTHER_KEY))
    issued(renew(bank, current, ticket))


def test_where_nothing_is_asked_a_bad_ticket_is_refused_all_the_same(bank: RunningBank) -> None:
    bank.add_customer(OTHER_ID)
    other = bank.issue_certificate(OTHER_ID, OTHER_KEY.spki, 20)
    refused(renew(bank, other, "tk-forged", OTHER_KEY))


def test_a_new_link_ends_the_one_before(bank: RunningBank, current: Certificate) -> None:
    first, second = give(bank), give(bank)
    refused(renew(bank, current, first))
    issued(renew(bank, current, second))


def test_after_the_logout(bank: RunningBank, current: Certificate) -> None:
    ticket = give(bank, session="a session")
    with bank.bank.books() as books:
        books.tickets.withdraw("a session")
    refused(renew(bank, current, ticket))


def test_after_a_restart_of_the_bank(bank: RunningBank, current: Certificate) -> None:
    """Logins do not survive it, so what they gave out does not either."""
    ticket = give(bank)
    bank.stop()
    with PracticeServer(bank.bank, ServerSettings()):
        refused(renew(bank, current, ticket))
        issued(renew(bank, current, give(bank)))


def test_a_refused_renewal_does_not_use_it_up(bank: RunningBank) -> None:
    bank.add_customer(USER_ID, "1394", pin="4711", one_time_password="83920174")
    early = bank.issue_certificate(USER_ID, OLD_KEY.spki, 31)
    bank.set_policy(ticket_valid=timedelta(days=3))
    ticket = give(bank)
    assert failure(renew(bank, early, ticket)) is Failure.BAD_REQUEST
    bank.clock.advance(timedelta(days=1))
    issued(renew(bank, early, ticket))


def test_bad_tickets_lock_nobody_out(bank: RunningBank, current: Certificate) -> None:
    for _attempt in range(bank.policy.code_attempts + 1):
        refused(renew(bank, current, "tk-forged"))
    talk = by_certificate(CmpResponder(bank.bank).handle, current, OLD_KEY)
    issued(talk.say(kur(NEW_KEY, current, pin="4711", one_time_password="83920174")))


def test_the_books_hold_no_ticket(bank: RunningBank, current: Certificate) -> None:
    ticket = give(bank)
    renew(bank, current, ticket)
    for path in bank.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            # The request itself is not kept either: its hash and the answer are.
            assert ticket.encode() not in data, path

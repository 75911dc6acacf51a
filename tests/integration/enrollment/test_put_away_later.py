"""An old certificate that cannot be put away: told, tried again, never chosen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.procedure import Finished
from certclient.enrollment.put_away import PutAway
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import no_pin
from certclient.store.pkcs11.session import TokenSession
from support.customer import CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN, right_pin

pytestmark = pytest.mark.usefixtures("store_that_refuses_once")


@pytest.fixture
def store_that_refuses_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first certificate that is to be archived stays: as if the token had been pulled out."""
    real = TokenSession.archive
    refused: list[Certificate] = []

    def archive(session: TokenSession, certificate: Certificate) -> None:
        if not refused:
            refused.append(certificate)
            raise CertclientError(ErrorCode.TOKEN_REMOVED, token="専用USB")
        real(session, certificate)

    monkeypatch.setattr(TokenSession, "archive", archive)


@pytest.fixture
def renewed(customer: CustomerComputer) -> Finished:
    person = ScriptedUser(pins=[PIN])
    done = customer.renew(person)
    assert isinstance(done, Finished)
    assert (done.old_archived, done.old_kept) == (False, True)
    (warning,) = person.warnings
    assert warning.code is ErrorCode.OLD_NOT_ARCHIVED
    assert warning.data["serial"] == customer.current.serial_hex
    assert warning.data["cause"] == ErrorCode.TOKEN_REMOVED.code
    assert set(customer.usable()) == {customer.current, done.certificate}
    return done


def chosen(customer: CustomerComputer) -> Certificate | None:
    return read_statuses(customer.journal).newest(customer.usable(), lambda one: one)


def test_new_one_is_chosen_and_the_next_run_puts_the_old_one_away(
    customer: CustomerComputer, renewed: Finished
) -> None:
    assert chosen(customer) == renewed.certificate
    assert read_statuses(customer.journal).to_put_away == {"practice"}
    tried = customer.enrollment().put_away_left(right_pin)
    assert tried.certificates == (customer.current,)
    assert customer.usable() == [renewed.certificate]
    assert customer.enrollment().put_away_left(right_pin) == PutAway(), "once"


def test_procedure_in_the_same_store_puts_it_away(
    customer: CustomerComputer, renewed: Finished
) -> None:
    """It has the store open anyway, so that nobody is asked for a PIN again."""
    customer.time.now = renewed.certificate.not_after - timedelta(days=10)
    customer.ca.makes = customer.makes_at(customer.time.now)
    stored = customer.stored(renewed.certificate)
    person = ScriptedUser(pins=[PIN])
    again = customer.enrollment().renew(stored, customer.store, person)
    assert isinstance(again, Finished)
    assert len(person.pin_requests) <= 1
    assert customer.usable() == [again.certificate]


def test_old_one_that_its_owner_has_restored_stays(
    customer: CustomerComputer, renewed: Finished
) -> None:
    customer.enrollment().put_away_left(right_pin)
    with customer.session() as session:
        session.unarchive(customer.current)
    assert customer.enrollment().put_away_left(right_pin) == PutAway()
    assert customer.current in customer.usable()


def test_old_one_stays_while_the_new_one_is_not_there(
    customer: CustomerComputer, renewed: Finished
) -> None:
    with customer.session() as session:
        session.delete(renewed.certificate)
    assert customer.enrollment().put_away_left(right_pin) == PutAway()
    assert customer.usable() == [customer.current]


def test_without_a_pin_a_token_is_left_alone(customer: CustomerComputer, renewed: Finished) -> None:
    tried = customer.enrollment().put_away_left(no_pin)
    needs_pin = customer.store.store_id.startswith("pkcs11:")
    assert [error.code for error in tried.errors] == (
        [ErrorCode.OLD_NOT_ARCHIVED] if needs_pin else []
    )
    assert renewed.certificate in customer.usable()

"""An old certificate that cannot be put away: told, tried again, never chosen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from certclient.enrollment import put_away
from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.lock import exclusive, locks_folder
from certclient.enrollment.procedure import Finished
from certclient.enrollment.put_away import PutAway
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.store.base import no_pin
from certclient.store.pkcs11.session import TokenSession
from support.customer import USER, CustomerComputer
from support.pki import customer_name
from support.scripted import ScriptedUser, issue_as_requested
from support.softhsm import PIN, right_pin

ANOTHER = "TKYM1408055"

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


def test_restored_while_another_run_waits_for_the_lock_it_stays(
    customer: CustomerComputer, renewed: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before the lock was taken may not be so any more."""

    @contextmanager
    def after_another_run(folder: Path, profile_id: str, user_id: str) -> Iterator[None]:
        monkeypatch.setattr(put_away, "exclusive", exclusive)
        customer.enrollment().put_away_left(right_pin)
        assert customer.stored().archived
        with customer.session() as session:
            session.unarchive(customer.current)
        with exclusive(folder, profile_id, user_id):
            yield

    monkeypatch.setattr(put_away, "exclusive", after_another_run)
    assert customer.enrollment().put_away_left(right_pin) == PutAway()
    assert customer.current in customer.usable()


@pytest.mark.parametrize("busy", [True, False])
def test_procedure_of_another_user_id_takes_that_ones_lock(
    customer: CustomerComputer, renewed: Finished, busy: bool
) -> None:
    with customer.session() as session:
        key = session.create_key(KeySpec(), "another")
        another = customer.lab.issue(session.signer(key).spki, customer_name(ANOTHER), days=20)
        session.install(key, another, "another")
    customer.ca.makes = issue_as_requested(customer.lab, ANOTHER)
    lock = exclusive(locks_folder(customer.journal.path), customer.profile.id, USER)
    with lock if busy else nullcontext():
        stored, person = customer.stored(another), ScriptedUser(pins=[PIN])
        assert isinstance(customer.enrollment().renew(stored, customer.store, person), Finished)
    assert (customer.current in customer.usable()) is busy


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

"""Keys without certificate and without an open procedure: named, and removed if wanted."""

from __future__ import annotations

import pytest

from certclient.enrollment.journal import Journal
from certclient.enrollment.leftovers import Leftover, named
from certclient.enrollment.procedure import Pending
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, own_label, procedure_of
from certclient.model.progress import Step
from support.customer import Customer
from support.scripted import Person
from support.softhsm import PIN, right_pin

SPEC = KeySpec(2048)


def begun(customer: Customer) -> Pending:
    """A renewal that stopped after its key was made."""
    person = Person(pins=[PIN], stop_before=lambda steps: Step.CREATE_KEY in steps)
    outcome = customer.renew(person)
    assert isinstance(outcome, Pending)
    return outcome


def lose_the_journal(customer: Customer) -> None:
    for file in customer.journal.path.parent.glob("journal*"):
        file.unlink()
    customer.journal = Journal(customer.journal.path)


def test_nothing_is_left_over_by_a_whole_renewal(customer: Customer) -> None:
    customer.renew()
    assert customer.enrollment().leftovers(customer.stores) == []


def test_the_key_of_an_open_procedure_is_none(customer: Customer) -> None:
    outcome = begun(customer)
    enrollment = customer.enrollment()
    assert enrollment.leftovers(customer.stores) == []
    key = Leftover(customer.store, own_label(outcome.procedure_id))
    with pytest.raises(CertclientError) as refused:
        enrollment.remove_leftover(key, right_pin)
    assert refused.value.code is ErrorCode.PROCEDURE_RUNNING
    assert customer.count_keys() == 2
    enrollment.resume(outcome.procedure_id, Person(pins=[PIN]))


def test_where_the_journal_was_lost_the_key_is_named_and_removed(customer: Customer) -> None:
    outcome = begun(customer)
    lose_the_journal(customer)
    enrollment = customer.enrollment()
    (left,) = enrollment.leftovers(customer.stores)
    assert (left.name, left.store) == (outcome.procedure_id, customer.store)
    enrollment.remove_leftover(left, right_pin)
    assert enrollment.leftovers(customer.stores) == []
    enrollment.remove_leftover(left, right_pin)  # gone already
    customer.assert_old_certificate_untouched()


def test_of_two_only_the_one_that_is_meant_goes(customer: Customer) -> None:
    labels = [own_label(f"{number:016x}") for number in (1, 2)]
    with customer.session() as session:
        for label in (*labels, "somebody else's"):
            session.create_key(SPEC, label)
    enrollment = customer.enrollment()
    found = enrollment.leftovers(customer.stores)
    assert [one.label for one in found] == labels
    enrollment.remove_leftover(named(found, f"{1:016x}"), right_pin)
    assert [one.label for one in enrollment.leftovers(customer.stores)] == labels[1:]
    with customer.session() as session:
        assert session.find_key("somebody else's") is not None


def test_a_key_that_has_got_its_certificate_meanwhile_stays(customer: Customer) -> None:
    label = own_label("00000000000000aa")
    with customer.session() as session:
        key = session.create_key(SPEC, label)
    (left,) = customer.enrollment().leftovers(customer.stores)
    with customer.session() as session:
        certificate = customer.lab.issue(session.signer(key).spki)
        session.install(key, certificate, "meanwhile")
    customer.enrollment().remove_leftover(left, right_pin)
    with customer.session() as session:
        session.self_test(certificate)


def test_a_wrong_number_names_nothing(customer: Customer) -> None:
    with pytest.raises(CertclientError) as unknown:
        named([Leftover(customer.store, own_label("00000000000000aa"))], "00000000000000a")
    assert unknown.value.code is ErrorCode.LEFTOVER_NOT_FOUND
    assert procedure_of("certclient 00000000000000A") is None

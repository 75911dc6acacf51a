"""Leftover keys, with neither a certificate nor an open procedure, are listed and removable."""

from __future__ import annotations

import pytest

from certclient.enrollment.journal import Journal
from certclient.enrollment.leftovers import Leftover, named
from certclient.enrollment.procedure import Pending
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, own_label, procedure_of
from certclient.model.progress import Step
from support.customer import CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN, right_pin

SPEC = KeySpec()


def stopped_renewal(customer: CustomerComputer) -> Pending:
    """Starts a renewal that stops after creating its key."""
    person = ScriptedUser(pins=[PIN], stop_before=lambda steps: Step.CREATE_KEY in steps)
    outcome = customer.renew(person)
    assert isinstance(outcome, Pending)
    return outcome


def lose_the_journal(customer: CustomerComputer) -> None:
    for file in customer.journal.path.parent.glob("journal*"):
        file.unlink()
    customer.journal = Journal(customer.journal.path)


def test_complete_renewal_leaves_no_leftovers(customer: CustomerComputer) -> None:
    customer.renew()
    assert customer.enrollment().leftovers(customer.stores) == []


def test_key_of_an_open_procedure_is_not_a_leftover(customer: CustomerComputer) -> None:
    outcome = stopped_renewal(customer)
    enrollment = customer.enrollment()
    assert enrollment.leftovers(customer.stores) == []
    key = Leftover(customer.store, own_label(outcome.procedure_id))
    with pytest.raises(CertclientError) as raised:
        enrollment.remove_leftover(key, right_pin)
    assert raised.value.code is ErrorCode.PROCEDURE_RUNNING
    assert customer.count_keys() == 2
    enrollment.resume(outcome.procedure_id, ScriptedUser(pins=[PIN]))


def test_key_is_listed_and_removed_after_the_journal_is_lost(customer: CustomerComputer) -> None:
    outcome = stopped_renewal(customer)
    lose_the_journal(customer)
    enrollment = customer.enrollment()
    (left,) = enrollment.leftovers(customer.stores)
    assert (left.name, left.store) == (outcome.procedure_id, customer.store)
    enrollment.remove_leftover(left, right_pin)
    assert enrollment.leftovers(customer.stores) == []
    enrollment.remove_leftover(left, right_pin)  # already removed
    customer.assert_old_certificate_untouched()


def test_only_the_named_leftover_is_removed(customer: CustomerComputer) -> None:
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


def test_key_that_received_a_certificate_meanwhile_is_kept(customer: CustomerComputer) -> None:
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


def test_unknown_leftover_name_is_rejected(customer: CustomerComputer) -> None:
    with pytest.raises(CertclientError) as raised:
        named([Leftover(customer.store, own_label("00000000000000aa"))], "00000000000000a")
    assert raised.value.code is ErrorCode.LEFTOVER_NOT_FOUND
    assert procedure_of("certclient 00000000000000A") is None

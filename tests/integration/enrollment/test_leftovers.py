"""Leftover keys, with neither a certificate nor an open procedure, are listed and removable."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from certclient.enrollment.journal import Journal
from certclient.enrollment.leftovers import Leftover, named
from certclient.enrollment.procedure import Pending
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, own_label, procedure_of
from certclient.model.progress import Step
from support.customer import CustomerComputer, make_customer
from support.keyed_stores import KeyedStores
from support.nameless_keys import leave_nameless_key, nameless_halves
from support.scripted import ScriptedUser
from support.softhsm import PIN, SoftHsm, right_pin

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


@pytest.mark.skipif(sys.platform == "win32", reason="the files are those of a SoftHSM on Linux")
def test_key_that_another_program_is_making_is_left_alone(
    tmp_path: Path, keyed_stores: KeyedStores, softhsm: SoftHsm
) -> None:
    """It looks like what a killed run has left; only a run that makes its key again takes it."""
    token = keyed_stores.new_token(softhsm)
    customer = make_customer(tmp_path, token.store(), lambda: 0)
    unused = own_label("00000000000000aa")
    with customer.session() as session:
        session.create_key(SPEC, unused)
    stops_at_once = ScriptedUser(pins=[PIN], stop_before=lambda _steps: True)
    given_up = customer.renew(stops_at_once)
    leave_nameless_key(token)
    enrollment = customer.enrollment()
    assert isinstance(given_up, Pending)
    enrollment.abandon(given_up.procedure_id, ScriptedUser(pins=[PIN]))
    enrollment.remove_leftover(Leftover(customer.store, unused), right_pin)
    assert nameless_halves(token) == 2
    resumed = customer.renew(stops_at_once)
    assert isinstance(resumed, Pending)
    enrollment.resume(resumed.procedure_id, ScriptedUser(pins=[PIN]))
    assert nameless_halves(token) == 0

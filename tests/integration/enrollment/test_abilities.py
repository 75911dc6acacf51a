"""The procedure with a CA whose protocol can issue and nothing else (EST, many plug-ins)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from certclient.ca.client import BankSecrets, CaAbilities, RefusalReason, refusal_error
from certclient.enrollment.bank_holds import BankHolds
from certclient.enrollment.journal import ProcedureState
from certclient.enrollment.procedure import Finished, Pending
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Step
from certclient.model.secret import Secret
from support.customer import USER, CustomerComputer
from support.pki import customer_name
from support.scripted import ScriptedUser
from support.softhsm import PIN


@pytest.fixture
def customer(customer: CustomerComputer) -> CustomerComputer:
    customer.ca.abilities = CaAbilities()
    return customer


def called(customer: CustomerComputer) -> set[str]:
    return {call for call, _ in customer.ca.calls}


def test_a_certificate_is_confirmed_by_its_proof(customer: CustomerComputer) -> None:
    """Nothing but the request is sent, even if the client forgets to say "confirmed"."""
    verified = ScriptedUser(pins=[PIN], stop_before=lambda steps: Step.INSTALL in steps)
    assert isinstance(customer.renew(verified), Pending)
    assert customer.current in customer.usable(), "until the new one is proven"
    done = customer.renew()
    assert isinstance(done, Finished)
    assert done.old_archived
    assert customer.usable() == [done.certificate]
    assert called(customer) <= {"probe", "prepare", "send"}


def test_giving_up_a_waiting_request_tells_nobody(customer: CustomerComputer) -> None:
    customer.ca.waits, customer.max_wait = 9, 0.0
    waiting = customer.renew()
    assert isinstance(waiting, Pending)
    person = ScriptedUser(pins=[PIN])
    customer.enrollment().abandon(waiting.procedure_id, person)
    assert "withdraw" not in called(customer)
    assert [warning.code for warning in person.warnings] == [ErrorCode.CA_NOT_INFORMED]
    customer.assert_old_certificate_untouched()


def test_a_certificate_that_is_refused_here_sends_the_customer_to_the_bank(
    customer: CustomerComputer,
) -> None:
    customer.ca.makes = lambda spki: customer.lab.issue(spki, customer_name("TKYM9999999"))
    with pytest.raises(CertclientError) as stopped:
        customer.renew()
    assert stopped.value.code is ErrorCode.ISSUED_SUBJECT_MISMATCH
    assert stopped.value.data["bank_holds"] == BankHolds.NEW_ASK_BANK.value
    assert called(customer).isdisjoint({"confirm", "revoke", "signer_status"})
    customer.assert_old_certificate_untouched()
    assert customer.enrollment().pending() == []


def test_a_lost_answer_is_asked_for_with_the_same_request(customer: CustomerComputer) -> None:
    """Also by a later run: no second request, so that no second certificate is issued."""
    lost = CertclientError(ErrorCode.NETWORK_TIMEOUT)
    customer.ca.faults["send"], customer.max_wait = [lost], 0.0
    with pytest.raises(CertclientError):
        customer.renew()
    (open_one,) = customer.enrollment().pending()
    assert open_one.state is ProcedureState.REQUESTED
    done = customer.enrollment().resume(open_one.id, ScriptedUser(pins=[PIN]))
    assert isinstance(done, Finished)
    assert [call for call, _ in customer.ca.calls].count("prepare") == 1


def test_of_two_certificates_the_one_that_arrives_is_taken(customer: CustomerComputer) -> None:
    """A CA that does not know a request again issues twice; both are for the one key."""
    made: list[Certificate] = []

    def issue(spki: bytes) -> Certificate:
        made.append(customer.lab.issue(spki, customer_name(USER)))
        return made[-1]

    def lose_answer() -> None:
        issue(customer.journal.open_procedures()[0].spki)
        raise CertclientError(ErrorCode.NETWORK_TIMEOUT)

    customer.ca.makes = issue
    customer.ca.faults["send"] = [lose_answer]
    done = customer.renew()
    assert isinstance(done, Finished)
    assert len(made) == 2
    assert customer.usable() == [made[1]]
    assert customer.count_keys() == 2, "the old one's and the new one's"


def test_a_ca_that_refuses_the_old_certificate_ends_the_renewal(customer: CustomerComputer) -> None:
    customer.ca.faults["send"] = [refusal_error("", RefusalReason.SIGNER_NOT_TRUSTED)]
    with pytest.raises(CertclientError) as stopped:
        customer.renew()
    assert stopped.value.code is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    assert customer.enrollment().pending() == []


def test_a_links_ticket_has_no_place_in_the_request(customer: CustomerComputer) -> None:
    done = customer.enrollment().renew(
        customer.stored(), customer.store, ScriptedUser(pins=[PIN]), Secret("ticket-1")
    )
    assert isinstance(done, Finished)
    assert customer.ca.seen_secrets == [BankSecrets()]


def test_waiting_is_polled(customer: CustomerComputer) -> None:
    customer.ca.waits, customer.ca.check_after = 2, 5.0
    started = customer.time.now
    assert isinstance(customer.renew(), Finished)
    assert customer.time.now - started >= timedelta(seconds=10)

"""In a batch, the next renewal's key is made while the CA works on the present one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from certclient.enrollment.interaction import ConsentRequest
from certclient.enrollment.journal import ProcedureState, Rejection, RejectionSource
from certclient.enrollment.key_ahead import NextRenewal
from certclient.enrollment.procedure import Enrollment, Finished, Outcome
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.model.progress import Step
from certclient.store.base import StoredCertificate
from support.customer import (
    USER,
    CustomerComputer,
    make_customer,
    nss_private_keys,
    token_private_keys,
)
from support.nss import NssDatabase
from support.pkcs11_faults import CKR_DEVICE_ERROR, CKR_DEVICE_MEMORY, Faults
from support.pki import customer_name
from support.scripted import ScriptedUser
from support.softhsm import MODULE, PIN, SoftHsm, right_pin

SECOND = "TKYM1408055"
PATIENCE = 300.0
"""Seconds after which a test that would otherwise hang fails."""


def add_user(customer: CustomerComputer, user_id: str) -> StoredCertificate:
    with customer.store.open(right_pin) as session:
        key = session.create_key(KeySpec(), f"last year {user_id}")
        certificate = customer.lab.issue(session.signer(key).spki, customer_name(user_id), days=20)
        session.install(key, certificate, "old")
    return customer.stored(certificate)


@dataclass
class Batch:
    """Renews all certificates of a customer's computer, as the command line and the window do."""

    customer: CustomerComputer
    due: list[StoredCertificate]
    enrollment: Enrollment

    def renew(self, number: int, person: ScriptedUser | None = None) -> Outcome:
        self.customer.ca.makes = self._issue(self.due[number])
        following = None
        if number + 1 < len(self.due):
            following = NextRenewal(
                self.due[number + 1], self.customer.store, lambda _request: True
            )
        person = person or ScriptedUser(pins=[PIN])
        return self.enrollment.renew(
            self.due[number], self.customer.store, person, following=following
        )

    def _issue(self, due: StoredCertificate) -> Callable[[bytes], Certificate]:
        owner = due.certificate.common_name.split()
        return lambda spki: self.customer.lab.issue(spki, customer_name(*owner))

    def states(self) -> dict[str, ProcedureState]:
        """Of the open procedures, by user ID."""
        return {one.user_id: one.state for one in self.customer.journal.open_procedures()}


def batch_of(customer: CustomerComputer) -> Batch:
    due = [customer.stored(), add_user(customer, SECOND)]
    return Batch(customer, due, customer.enrollment())


@pytest.fixture
def batch(tmp_path: Path, nss: NssDatabase) -> Batch:
    return batch_of(make_customer(tmp_path, nss.store(), lambda: nss_private_keys(nss)))


def holds_answer_until(customer: CustomerComputer, wanted: Callable[[], bool]) -> None:
    """The CA answers the next request once `wanted` is true."""

    def hold() -> None:
        pause, waited = threading.Event(), 0.0
        while not wanted() and waited < PATIENCE:
            pause.wait(0.02)
            waited += 0.02
        assert wanted(), "the CA has waited in vain"

    customer.ca.faults["send"] = [hold]


def test_the_next_key_is_made_before_the_answer_has_come(customer: CustomerComputer) -> None:
    batch = batch_of(customer)
    made = ProcedureState.KEY_CREATED
    holds_answer_until(batch.customer, lambda: batch.states().get(SECOND) is made)
    assert isinstance(batch.renew(0), Finished)
    assert batch.states() == {SECOND: made}
    person = ScriptedUser(pins=[PIN])
    done = batch.renew(1, person)
    assert isinstance(done, Finished)
    assert person.finished[:3] == [Step.PREFLIGHT, Step.CREATE_KEY, Step.REQUEST]
    assert person.consents == [], "agreed to before its key was made"
    assert batch.states() == {}
    assert batch.customer.count_keys() == 4, "two certificates, and two that were archived"
    names = {one.common_name.split()[0] for one in batch.customer.usable()}
    assert names == {USER, SECOND}


def test_a_failure_leaves_the_next_one_its_turn(batch: Batch) -> None:
    batch.customer.ca.faults["send"] = [CertclientError(ErrorCode.CA_REFUSED)]
    with pytest.raises(CertclientError) as stopped:
        batch.renew(0)
    assert stopped.value.code is ErrorCode.CA_REFUSED
    assert isinstance(batch.renew(1), Finished)
    assert batch.states() == {}
    assert batch.customer.count_keys() == 3, "nothing is left of the one that failed"


def test_a_bug_that_is_met_ahead_costs_no_answer_of_the_ca(batch: Batch) -> None:
    def fails(_request: ConsentRequest) -> bool:
        raise ZeroDivisionError

    customer = batch.customer
    following = NextRenewal(batch.due[1], customer.store, fails)
    with pytest.raises(ZeroDivisionError):
        batch.enrollment.renew(
            batch.due[0], customer.store, ScriptedUser(pins=[PIN]), following=following
        )
    assert [one.user_id for one in customer.journal.finished()] == [USER]
    assert batch.states() == {}


def test_a_stop_rolls_back_what_was_begun_ahead(batch: Batch) -> None:
    stopping = ScriptedUser(pins=[PIN], stop_before=lambda steps: Step.REQUEST in steps)
    batch.renew(0, stopping)
    assert batch.states() == {USER: ProcedureState.ISSUED}
    assert batch.customer.count_keys() == 3, "two, and that of the one that can be resumed"
    assert isinstance(batch.renew(0), Finished)


def test_a_program_that_ends_in_between_leaves_a_key_that_the_next_run_takes_up(
    batch: Batch,
) -> None:
    assert isinstance(batch.renew(0), Finished)
    (begun,) = batch.customer.journal.open_procedures()
    # The write that follows the key may be lost with the power.
    lost = replace(begun, state=ProcedureState.PREPARED, key_id=b"", spki=b"")
    batch.customer.journal.save(lost)
    again = Batch(batch.customer, batch.due, batch.customer.enrollment())
    assert isinstance(again.renew(1), Finished)
    done = batch.customer.journal.load(begun.id)
    assert done is not None
    assert done.state is ProcedureState.DONE
    assert done.spki == begun.spki, "the key that was made ahead"
    assert batch.customer.count_keys() == 4


def test_a_key_that_cannot_be_made_ahead_is_reported_in_its_own_turn(batch: Batch) -> None:
    """The certificate of the second user has lost its key meanwhile."""
    with batch.customer.session() as session:
        stored = batch.due[1]
        assert stored.key is not None
        session.delete(stored.certificate)
    assert isinstance(batch.renew(0), Finished)
    assert batch.states() == {}
    with pytest.raises(CertclientError) as stopped:
        batch.renew(1)
    assert stopped.value.code in (ErrorCode.KEY_NOT_FOUND, ErrorCode.CERTIFICATE_NOT_FOUND)
    assert batch.customer.count_keys() == 2


def test_no_key_is_made_ahead_for_a_certificate_that_the_bank_has_refused(batch: Batch) -> None:
    """Its own turn asks the bank first, and ends there."""
    customer, refused = batch.customer, batch.due[1].certificate
    bank, reason, noted = customer.profile.id, "CC-REVOKED", customer.time.clock()
    customer.journal.reject(
        Rejection(refused.fingerprint, bank, RejectionSource.LOGIN, reason, noted)
    )
    assert isinstance(batch.renew(0), Finished)
    assert batch.states() == {}
    assert customer.count_keys() == 3


def test_a_key_ahead_does_not_take_the_place_of_the_present_certificate(
    tmp_path: Path, softhsm: SoftHsm
) -> None:
    """The token is full as soon as the second user's key is on it."""
    token = softhsm.new_token()
    batch = batch_of(make_customer(tmp_path, token.store(), lambda: token_private_keys(token)))
    with Faults(MODULE) as faults:
        batch.customer.ca.faults["send"] = [faults.full_until_destroyed]
        assert isinstance(batch.renew(0), Finished)
        assert faults.calls.count("C_CreateObject") > 1
    assert batch.states() == {}, "rolled back, to begin anew in its own turn"
    assert batch.customer.count_keys() == 3
    person = ScriptedUser(pins=[PIN])
    assert isinstance(batch.renew(1, person), Finished)
    assert len(person.consents) == 1


def test_a_key_ahead_that_cannot_be_removed_leaves_the_full_token_as_the_reason(
    tmp_path: Path, softhsm: SoftHsm
) -> None:
    token = softhsm.new_token()
    batch = batch_of(make_customer(tmp_path, token.store(), lambda: token_private_keys(token)))
    with Faults(MODULE) as faults:

        def full_and_broken() -> None:
            faults.fail("C_CreateObject", CKR_DEVICE_MEMORY)
            faults.fail("C_DestroyObject", CKR_DEVICE_ERROR)

        batch.customer.ca.faults["send"] = [full_and_broken]
        person = ScriptedUser(pins=[PIN])
        with pytest.raises(CertclientError) as stopped:
            batch.renew(0, person)
    assert stopped.value.code is ErrorCode.TOKEN_FULL
    assert [one.code for one in person.warnings] == [ErrorCode.TOKEN_FAILED]
    assert batch.states()[USER] is ProcedureState.ISSUED
    assert isinstance(batch.renew(0), Finished)
    assert isinstance(batch.renew(1, ScriptedUser(pins=[PIN, PIN])), Finished)
    assert batch.states() == {}
    assert batch.customer.count_keys() == 4

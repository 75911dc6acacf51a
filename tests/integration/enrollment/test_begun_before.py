"""Resuming a procedure that stopped at a question, at a fault or when the process was killed.

The store is real (NSS); the type of store makes no difference here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.enrollment.journal import ProcedureState
from certclient.enrollment.procedure import Finished, Pending
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.model.progress import Step
from certclient.model.secret import Secret
from certclient.store.base import StoredCertificate
from support.customer import USER, CustomerComputer
from support.pki import customer_name
from support.scripted import ScriptedUser, UnavailableVault

pytestmark = pytest.mark.parametrize("customer", ["nss"], indirect=True)

LOST = CertclientError(ErrorCode.NETWORK_TIMEOUT)
RIGHT = "AB12CD34"


class PowerCutError(Exception):
    """Simulates a power cut at a question."""


class PowerCutPerson(ScriptedUser):
    """Answers with the given codes; simulates a power cut at the next question."""

    def secret(self, request: SecretRequest) -> Secret | None:
        answer = super().secret(request)
        if answer is None:
            raise PowerCutError
        return answer


def codes(*given: str) -> dict[SecretKind, list[str]]:
    return {SecretKind.ISSUE_CODE: list(given)}


def expire(customer: CustomerComputer) -> None:
    customer.vault = UnavailableVault()
    customer.ca.right_code = RIGHT
    customer.time.now = customer.current.not_after + timedelta(days=3)
    customer.ca.makes = customer.makes_at(customer.time.now)


def sent(customer: CustomerComputer) -> int:
    return [call for call, _ in customer.ca.calls].count("send")


def stop_after(customer: CustomerComputer, step: Step) -> Pending:
    outcome = customer.renew(ScriptedUser(stop_before=lambda steps: step in steps))
    assert isinstance(outcome, Pending)
    return outcome


def test_resume_clears_the_last_error(customer: CustomerComputer) -> None:
    customer.ca.faults["send"] = [LOST] * 4
    with pytest.raises(CertclientError):
        customer.renew()
    (stopped,) = customer.enrollment().pending()
    assert stopped.last_error is ErrorCode.NETWORK_TIMEOUT
    person = ScriptedUser(stop_before=lambda steps: Step.REQUEST in steps)
    customer.enrollment().resume(stopped.id, person)
    (resumed,) = customer.enrollment().pending()
    assert resumed.state is ProcedureState.ISSUED
    assert resumed.last_error is None


def test_stop_at_the_second_code_prompt_does_not_reuse_the_wrong_code(
    customer: CustomerComputer,
) -> None:
    expire(customer)
    with pytest.raises(PowerCutError):
        customer.enrollment().obtain(USER, customer.store, PowerCutPerson(secrets=codes("TYPO")))
    (stopped,) = customer.enrollment().pending()
    assert stopped.state is ProcedureState.KEY_CREATED, "the request that was sent is discarded"
    person = ScriptedUser(secrets=codes(RIGHT))
    assert isinstance(customer.enrollment().resume(stopped.id, person), Finished)
    assert sent(customer) == 2
    assert customer.count_keys() == 2


def test_same_code_entered_again_is_sent_again(customer: CustomerComputer) -> None:
    """The code of the first run was wrong, but the answer was lost."""
    expire(customer)
    customer.ca.faults["send"] = [LOST] * 4
    with pytest.raises(CertclientError):
        customer.enrollment().obtain(USER, customer.store, ScriptedUser(secrets=codes("TYPO")))
    (stopped,) = customer.enrollment().pending()
    customer.ca.faults["send"] = [CertclientError(ErrorCode.ISSUE_CODE_WRONG)]
    customer.ca.calls.clear()
    person = ScriptedUser(secrets=codes(RIGHT, RIGHT))
    assert isinstance(customer.enrollment().resume(stopped.id, person), Finished)
    assert [call for call, _ in customer.ca.calls if call in ("prepare", "send")] == [
        "send",
        "prepare",
        "send",
    ]


def test_known_wrong_code_is_not_sent_again(customer: CustomerComputer) -> None:
    expire(customer)
    person = ScriptedUser(secrets=codes("TYPO", "TYPO", RIGHT))
    assert isinstance(customer.enrollment().obtain(USER, customer.store, person), Finished)
    assert sent(customer) == 2, "the bank counts each attempt"


def test_renewing_an_unconfirmed_certificate_resumes_its_procedure(
    customer: CustomerComputer,
) -> None:
    """The newest certificate is then the new one, whose own renewal would be too early."""
    stop_after(customer, Step.VERIFY)
    newest = max(customer.store.certificates(), key=lambda s: s.certificate.not_after)
    assert newest.certificate != customer.current
    done = customer.enrollment().renew(newest, customer.store, ScriptedUser())
    assert isinstance(done, Finished)
    assert done.certificate == newest.certificate


def test_half_finished_rollback_does_not_block_a_new_renewal(customer: CustomerComputer) -> None:
    pending = stop_after(customer, Step.CREATE_KEY)
    record = customer.journal.load(pending.procedure_id)
    assert record is not None
    customer.journal.save(replace(record, abandoning=True))
    assert isinstance(customer.renew(), Finished)
    assert customer.count_keys() == 2


def test_obtaining_does_not_resume_an_old_renewal(customer: CustomerComputer) -> None:
    """The certificate expired after the renewal stopped: now only the issue code works."""
    stop_after(customer, Step.CREATE_KEY)
    expire(customer)
    person = ScriptedUser(secrets=codes(RIGHT))
    assert isinstance(customer.enrollment().obtain(USER, customer.store, person), Finished)
    assert person.secret_requests, "the issue code was requested"
    assert customer.count_keys() == 2


def test_failed_archiving_is_not_reported_as_archived(customer: CustomerComputer) -> None:
    person = ScriptedUser()
    customer.renew(ScriptedUser(stop_before=lambda steps: Step.CONFIRM in steps))
    with customer.session() as session:
        session.delete(customer.current)
    (confirmed,) = customer.enrollment().pending()
    done = customer.enrollment().resume(confirmed.id, person)
    assert isinstance(done, Finished)
    assert not done.old_archived
    assert [warning.code for warning in person.warnings] == [ErrorCode.CERTIFICATE_NOT_FOUND]
    assert Step.ARCHIVE_OLD not in person.finished


def administrator(customer: CustomerComputer) -> StoredCertificate:
    """S2: the administrator has the same user ID with the suffix 1394."""
    with customer.session() as session:
        key = session.create_key(KeySpec(), "administrator's")
        spki = session.signer(key).spki
        certificate = customer.lab.issue(spki, customer_name(USER, "1394"), days=25)
        session.install(key, certificate, "administrator")
    return customer.stored(certificate)


def test_administrators_renewal_does_not_resume_the_users(customer: CustomerComputer) -> None:
    stop_after(customer, Step.CREATE_KEY)
    other = administrator(customer)
    with pytest.raises(CertclientError) as refused:
        customer.enrollment().renew(other, customer.store, ScriptedUser())
    assert refused.value.code is ErrorCode.PROCEDURE_RUNNING
    (stopped,) = customer.enrollment().pending()
    assert stopped.state is ProcedureState.KEY_CREATED


def test_obtaining_keeps_the_administrators_certificate(customer: CustomerComputer) -> None:
    other = administrator(customer)
    expire(customer)
    person = ScriptedUser(secrets=codes(RIGHT))
    done = customer.enrollment().obtain(USER, customer.store, person)
    assert isinstance(done, Finished), "it is not taken for somebody else's certificate"
    assert other.certificate in customer.usable()


@pytest.mark.parametrize(
    ("store_id", "code", "data"),
    [
        (
            "pkcs11:manufacturer=Maker;model=USB;serial=00AB12",
            ErrorCode.TOKEN_MISSING,
            {"token": "00AB12", "serial": "00AB12"},
        ),
        (
            "nss:/home/taro/.pki/nssdb",
            ErrorCode.STORE_UNAVAILABLE,
            {"path": "/home/taro/.pki/nssdb"},
        ),
    ],
)
def test_missing_store_is_named_in_the_error(
    customer: CustomerComputer, store_id: str, code: ErrorCode, data: dict[str, str]
) -> None:
    """The error names the token to plug in; a missing database is a different error."""
    pending = stop_after(customer, Step.REQUEST)
    record = customer.journal.load(pending.procedure_id)
    assert record is not None
    customer.journal.save(replace(record, store_id=store_id))
    with pytest.raises(CertclientError) as refused:
        customer.enrollment().resume(pending.procedure_id, ScriptedUser())
    assert refused.value.code is code
    assert dict(refused.value.data) == data

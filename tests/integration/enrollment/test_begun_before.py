"""What a customer meets who comes back to a procedure that stopped: at a question, a fault, a kill.

The store is real; which of the two makes no difference here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.enrollment.journal import State
from certclient.enrollment.procedure import Finished, Pending
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.model.progress import Step
from certclient.model.secret import Secret
from certclient.store.base import StoredCertificate
from support.customer import USER, Customer
from support.pki import customer_name
from support.scripted import NoVault, Person

pytestmark = pytest.mark.parametrize("customer", ["nss"], indirect=True)

LOST = CertclientError(ErrorCode.NETWORK_TIMEOUT)
RIGHT = "AB12CD34"


class PulledPlugError(Exception):
    """The machine stops at a question."""


class Unplugged(Person):
    """Answers with the codes it has; at the next question the machine stops."""

    def secret(self, request: SecretRequest) -> Secret | None:
        answer = super().secret(request)
        if answer is None:
            raise PulledPlugError
        return answer


def codes(*given: str) -> dict[SecretKind, list[str]]:
    return {SecretKind.ISSUE_CODE: list(given)}


def expire(customer: Customer) -> None:
    customer.vault = NoVault()
    customer.ca.right_code = RIGHT
    customer.time.now = customer.current.not_after + timedelta(days=3)
    customer.ca.makes = customer.makes_at(customer.time.now)


def sent(customer: Customer) -> int:
    return [call for call, _ in customer.ca.calls].count("send")


def stop_after(customer: Customer, step: Step) -> Pending:
    outcome = customer.renew(Person(stop_before=lambda steps: step in steps))
    assert isinstance(outcome, Pending)
    return outcome


def test_what_once_stopped_it_is_forgotten_when_it_goes_on(customer: Customer) -> None:
    customer.ca.faults["send"] = [LOST] * 4
    with pytest.raises(CertclientError):
        customer.renew()
    (stopped,) = customer.enrollment().pending()
    assert stopped.last_error is ErrorCode.NETWORK_TIMEOUT
    person = Person(stop_before=lambda steps: Step.REQUEST in steps)
    customer.enrollment().resume(stopped.id, person)
    (going_on,) = customer.enrollment().pending()
    assert going_on.state is State.ISSUED
    assert going_on.last_error is None


def test_a_stop_at_the_question_for_another_code_does_not_bring_the_wrong_one_back(
    customer: Customer,
) -> None:
    expire(customer)
    with pytest.raises(PulledPlugError):
        customer.enrollment().obtain(USER, customer.store, Unplugged(secrets=codes("TYPO")))
    (stopped,) = customer.enrollment().pending()
    assert stopped.state is State.KEY_CREATED, "what was sent is of no use any more"
    once = Person(secrets=codes(RIGHT))
    assert isinstance(customer.enrollment().resume(stopped.id, once), Finished)
    assert sent(customer) == 2
    assert customer.count_keys() == 2


def test_who_gives_the_same_code_again_means_it(customer: Customer) -> None:
    """The first run's code was wrong and nobody ever knew: its answer got lost."""
    expire(customer)
    customer.ca.faults["send"] = [LOST] * 4
    with pytest.raises(CertclientError):
        customer.enrollment().obtain(USER, customer.store, Person(secrets=codes("TYPO")))
    (stopped,) = customer.enrollment().pending()
    customer.ca.faults["send"] = [CertclientError(ErrorCode.ISSUE_CODE_WRONG)]
    customer.ca.calls.clear()
    person = Person(secrets=codes(RIGHT, RIGHT))
    assert isinstance(customer.enrollment().resume(stopped.id, person), Finished)
    assert [call for call, _ in customer.ca.calls if call in ("prepare", "send")] == [
        "send",
        "prepare",
        "send",
    ]


def test_a_code_that_was_wrong_is_not_sent_again(customer: Customer) -> None:
    expire(customer)
    person = Person(secrets=codes("TYPO", "TYPO", RIGHT))
    assert isinstance(customer.enrollment().obtain(USER, customer.store, person), Finished)
    assert sent(customer) == 2, "each try counts at the bank"


def test_a_renewal_that_was_installed_and_never_confirmed_goes_on_when_asked_for_again(
    customer: Customer,
) -> None:
    """The newest certificate is the new one then, for which it would be much too early."""
    stop_after(customer, Step.VERIFY)
    newest = max(customer.store.certificates(), key=lambda s: s.certificate.not_after)
    assert newest.certificate != customer.current
    done = customer.enrollment().renew(newest, customer.store, Person())
    assert isinstance(done, Finished)
    assert done.certificate == newest.certificate


def test_a_renewal_that_was_given_up_half_way_does_not_stop_a_new_one(customer: Customer) -> None:
    pending = stop_after(customer, Step.CREATE_KEY)
    record = customer.journal.load(pending.procedure_id)
    assert record is not None
    customer.journal.save(replace(record, abandoning=True))
    assert isinstance(customer.renew(), Finished)
    assert customer.count_keys() == 2


def test_obtaining_does_not_go_on_with_an_old_renewal(customer: Customer) -> None:
    """The renewal stopped, the certificate expired since: only the issue code helps now."""
    stop_after(customer, Step.CREATE_KEY)
    expire(customer)
    person = Person(secrets=codes(RIGHT))
    assert isinstance(customer.enrollment().obtain(USER, customer.store, person), Finished)
    assert person.secret_requests, "the code is what was asked for"
    assert customer.count_keys() == 2


def test_an_old_certificate_that_could_not_be_put_away_is_not_said_to_be(
    customer: Customer,
) -> None:
    person = Person()
    customer.renew(Person(stop_before=lambda steps: Step.CONFIRM in steps))
    with customer.session() as session:
        session.delete(customer.current)
    (confirmed,) = customer.enrollment().pending()
    done = customer.enrollment().resume(confirmed.id, person)
    assert isinstance(done, Finished)
    assert not done.old_archived
    assert [warning.code for warning in person.warnings] == [ErrorCode.CERTIFICATE_NOT_FOUND]
    assert Step.ARCHIVE_OLD not in person.finished


def administrator(customer: Customer) -> StoredCertificate:
    """S2: the administrator has the same ID, with 1394 behind it."""
    with customer.session() as session:
        key = session.create_key(KeySpec(2048), "administrator's")
        spki = session.signer(key).spki
        certificate = customer.lab.issue(spki, customer_name(USER, "1394"), days=25)
        session.install(key, certificate, "administrator")
    return customer.stored(certificate)


def test_the_administrators_renewal_is_not_taken_for_the_users_that_stopped(
    customer: Customer,
) -> None:
    stop_after(customer, Step.CREATE_KEY)
    other = administrator(customer)
    with pytest.raises(CertclientError) as refused:
        customer.enrollment().renew(other, customer.store, Person())
    assert refused.value.code is ErrorCode.PROCEDURE_RUNNING
    (stopped,) = customer.enrollment().pending()
    assert stopped.state is State.KEY_CREATED


def test_obtaining_leaves_the_administrators_certificate_alone(customer: Customer) -> None:
    other = administrator(customer)
    expire(customer)
    person = Person(secrets=codes(RIGHT))
    done = customer.enrollment().obtain(USER, customer.store, person)
    assert isinstance(done, Finished), "and is not taken for a certificate of somebody else"
    assert other.certificate in customer.usable()


@pytest.mark.parametrize(
    ("store_id", "code", "told"),
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
def test_a_place_that_is_not_here_is_named(
    customer: Customer, store_id: str, code: ErrorCode, told: dict[str, str]
) -> None:
    """Which token to plug in; and a database is nothing to plug in."""
    pending = stop_after(customer, Step.REQUEST)
    record = customer.journal.load(pending.procedure_id)
    assert record is not None
    customer.journal.save(replace(record, store_id=store_id))
    with pytest.raises(CertclientError) as refused:
        customer.enrollment().resume(pending.procedure_id, Person())
    assert refused.value.code is code
    assert dict(refused.value.data) == told

"""A ticket from the bank's deep link is used once and stored nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certclient.ca.client import BankSecrets, RefusalReason, refusal_error
from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.procedure import Finished
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import SecretPolicy
from certclient.model.secret import Secret
from support.customer import CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN

TICKET = "tk-NeverWrittenAnywhere"


def require_bank_secrets(customer: CustomerComputer) -> CustomerComputer:
    """Makes the bank ask everybody for PIN and one-time password."""
    everybody = SecretPolicy.EVERYBODY
    customer.profile = replace(customer.profile, ask_pin=everybody, ask_one_time_password=everybody)
    return customer


def revealed(secrets: BankSecrets) -> tuple[str | None, str | None]:
    pin, token = secrets.authenticator, secrets.registration_token
    return (pin.reveal() if pin else None, token.reveal() if token else None)


def test_ticket_replaces_pin_and_one_time_password(customer: CustomerComputer) -> None:
    person = ScriptedUser(pins=[PIN])
    outcome = (
        require_bank_secrets(customer)
        .enrollment()
        .renew(customer.stored(), customer.store, person, Secret(TICKET))
    )
    assert isinstance(outcome, Finished)
    assert person.secret_requests == []
    assert [revealed(one) for one in customer.ca.seen_secrets] == [(None, TICKET)]
    folder = customer.journal.path.parent
    assert not any(
        TICKET.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("bank_asks", [False, True])
def test_a_renewal_goes_on_without_a_ticket_that_the_bank_refuses(
    customer: CustomerComputer, bank_asks: bool
) -> None:
    """Any page can hold a link with a ticket that the bank has never issued."""
    customer.ca.faults["send"] = [refusal_error("This link was used before.")]
    answers = {SecretKind.BANK_PIN: ["4711"], SecretKind.ONE_TIME_PASSWORD: ["83920174"]}
    person = ScriptedUser(pins=[PIN], secrets=answers if bank_asks else {})
    if bank_asks:
        require_bank_secrets(customer)
    outcome = customer.enrollment().renew(
        customer.stored(), customer.store, person, Secret("forged")
    )
    assert isinstance(outcome, Finished)
    instead = ("4711", "83920174") if bank_asks else (None, None)
    assert [revealed(one) for one in customer.ca.seen_secrets] == [(None, "forged"), instead]


@pytest.mark.parametrize("refusals", [1, 2])
def test_a_refusal_that_is_not_about_the_ticket_ends_the_renewal(
    customer: CustomerComputer, refusals: int
) -> None:
    reasons = (RefusalReason.CERTIFICATE_REVOKED,) if refusals == 1 else ()
    customer.ca.faults["send"] = [refusal_error("No.", *reasons) for _ in range(refusals)]
    with pytest.raises(CertclientError):
        customer.enrollment().renew(
            customer.stored(), customer.store, ScriptedUser(pins=[PIN]), Secret(TICKET)
        )
    assert len(customer.ca.seen_secrets) == refusals


def test_second_transaction_requests_the_bank_secrets_instead(customer: CustomerComputer) -> None:
    """The bank would refuse the ticket a second time."""
    customer.ca.faults["send"] = [
        CertclientError(ErrorCode.BANK_SECRETS_REQUIRED),
    ]
    answers = {SecretKind.BANK_PIN: ["4711"], SecretKind.ONE_TIME_PASSWORD: ["83920174"]}
    person = ScriptedUser(pins=[PIN], secrets=answers)
    outcome = (
        require_bank_secrets(customer)
        .enrollment()
        .renew(customer.stored(), customer.store, person, Secret(TICKET))
    )
    assert isinstance(outcome, Finished)
    assert [revealed(one) for one in customer.ca.seen_secrets] == [
        (None, TICKET),
        ("4711", "83920174"),
    ]

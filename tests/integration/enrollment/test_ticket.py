"""A ticket from the bank's deep link is used once and stored nowhere."""

from __future__ import annotations

from dataclasses import replace

from certclient.ca.client import BankSecrets
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

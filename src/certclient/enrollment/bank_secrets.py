"""Asks for the secrets that the bank requires on renewal."""

from __future__ import annotations

from certclient.ca.client import BankSecrets
from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.enrollment.journal import Record
from certclient.enrollment.run_context import RunContext
from certclient.model.certificate import Certificate, Role
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import SecretPolicy
from certclient.model.secret import Secret


def bank_secrets(context: RunContext, record: Record, current: Certificate) -> BankSecrets:
    """The link's ticket, which replaces both secrets, or the secrets that the bank requires.

    A ticket is sent once: if the bank refuses it, the next request of this run goes without it.
    None at all over a protocol that cannot carry them: its profile asks for none, and a ticket
    has no place in its request. Raises BANK_SECRETS_REQUIRED if the user gives none.
    """
    if not context.environment.ca.abilities.carries_bank_secrets:
        return BankSecrets()
    ticket = context.take_ticket()
    context.ticket_sent = ticket is not None
    if ticket is not None:
        return BankSecrets(registration_token=ticket)
    profile = context.environment.profile
    owner = current.named_owner(profile.subject_rule)
    role = owner.role if owner else Role.USER

    def ask(policy: SecretPolicy, kind: SecretKind) -> Secret | None:
        if not policy.includes(role):
            return None
        answer = context.interaction.secret(SecretRequest(kind, record.user_id))
        if not answer:
            raise CertclientError(ErrorCode.BANK_SECRETS_REQUIRED, user_id=record.user_id)
        return answer

    return BankSecrets(
        authenticator=ask(profile.ask_pin, SecretKind.BANK_PIN),
        registration_token=ask(profile.ask_one_time_password, SecretKind.ONE_TIME_PASSWORD),
    )

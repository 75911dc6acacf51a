"""Rolls a procedure back: informs the CA and deletes the new certificate and key."""

from __future__ import annotations

from dataclasses import replace

from certclient.ca.client import RefusalReason, SignerStatus, is_unproven, refused_because
from certclient.enrollment.bank_holds import BankHolds
from certclient.enrollment.journal import ProcedureKind, ProcedureState, Record
from certclient.enrollment.refusals import is_confirmed
from certclient.enrollment.run_context import RunContext
from certclient.enrollment.steps import issued, transaction_of
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef
from certclient.model.progress import Step

_SENT = frozenset({ProcedureState.REQUESTED, ProcedureState.WAITING})
_ENDED_BY_CA = frozenset({ErrorCode.CA_REFUSED, ErrorCode.CA_TRANSACTION_MISMATCH})
"""Reasons for which the transaction does not exist at the CA any more."""


def clean_up(context: RunContext, record: Record, reason: ErrorCode | None) -> Record:
    """Any state before CONFIRMED → ABANDONED, or NOT_ACCEPTED if the bank refused the certificate.

    Informs the CA, then deletes the new certificate and key. If it turns out that the CA has
    confirmed the certificate already, nothing is deleted, and the procedure goes on at CONFIRMED.
    Informing a CA that awaits a confirmation is best effort (it revokes what is never confirmed);
    one that may take the certificate for confirmed has to be reached. A request that waits at the
    CA is withdrawn, best effort, too. Any error leaves the procedure open, and a later run cleans
    up.
    """
    with context.step(Step.CLEAN_UP):
        if record.issued and not record.not_accepted and not _retract(context, record, reason):
            return replace(
                record,
                state=ProcedureState.CONFIRMED,
                abandoning=False,
                unanswered=False,
                last_error="",
            )
        if record.state in _SENT and reason not in _ENDED_BY_CA:
            _withdraw(context, record)
        remove_new(context, record)
    context.forget_code(record)
    return replace(record, state=end_state(record))


def _withdraw(context: RunContext, record: Record) -> None:
    """Tells the CA that a waiting request is no longer wanted; a failure is only a warning.

    Only a request that the CA has answered can be withdrawn, and only over a protocol with such a
    message. An issue code is not asked for: only one that this run or the credential store has is
    used.
    """
    if record.state is not ProcedureState.WAITING or not _can_withdraw(context):
        _warn_not_informed(context, record, None)
        return
    if record.kind is ProcedureKind.OBTAIN and not context.knows_code(record):
        _warn_not_informed(context, record, CertclientError(ErrorCode.ISSUE_CODE_REQUIRED))
        return
    ca, transaction = context.environment.ca, transaction_of(context, record)
    try:
        credential = context.credential(record)
        context.through_proxy(lambda: ca.withdraw(transaction, credential))
    except CertclientError as error:
        _warn_not_informed(context, record, error)


def _can_withdraw(context: RunContext) -> bool:
    try:
        return context.environment.ca.abilities.withdraws
    except CertclientError:
        # The plug-in that knows is not there any more. That must not keep the procedure open.
        return False


def _warn_not_informed(context: RunContext, record: Record, cause: CertclientError | None) -> None:
    data = {"reason": cause.code.code} if cause is not None else {}
    warning = CertclientError(ErrorCode.CA_NOT_INFORMED, user_id=record.user_id, **data)
    warning.__cause__ = cause
    context.interaction.warning(warning)


def end_state(record: Record) -> ProcedureState:
    """The final state of a procedure that is rolled back."""
    return ProcedureState.NOT_ACCEPTED if record.not_accepted else ProcedureState.ABANDONED


def _retract(context: RunContext, record: Record, reason: ErrorCode | None) -> bool:
    """Informs the CA; False if the certificate turns out to be confirmed."""
    return not is_confirmed(context, record) and _reject(context, record, reason)


def _reject(context: RunContext, record: Record, reason: ErrorCode | None) -> bool:
    """Informs the CA that the certificate is not wanted; False if it has been confirmed already.

    In place of the confirmation that the CA awaits or, if it awaits none, by a revocation. Raises
    if a CA that may take the certificate for confirmed cannot be reached. Over a protocol with
    neither message, only the customer can inform the bank.
    """
    if record.ca_confirmed and not context.environment.ca.abilities.revokes:
        context.bank_holds = BankHolds.NEW_ASK_BANK
        return True
    try:
        if record.ca_confirmed:
            context.network(lambda: _revoke(context, record))
        else:
            answer = reason or ErrorCode.CONSENT_REFUSED
            credential = context.credential(record)
            new = issued(context, record)
            context.through_proxy(lambda: context.environment.ca.confirm(new, credential, answer))
    except CertclientError as error:
        if refused_because(error, RefusalReason.ALREADY_CONFIRMED):
            return False
        context.bank_holds = BankHolds.NEW if record.ca_confirmed else BankHolds.OLD_CA_NOT_INFORMED
        may_be_confirmed = record.ca_confirmed or record.unanswered
        if may_be_confirmed and (_is_unreached(error.code) or is_unproven(error)):
            raise
        context.interaction.warning(error)
        return True
    context.bank_holds = _after_rejection(context, record)
    return True


def _is_unreached(code: ErrorCode) -> bool:
    """Whether the CA may not have received the rejection.

    One that refuses even the rejection holds nothing that could be rejected.
    """
    if code is ErrorCode.CA_CONFIRM_FAILED:
        return False
    return code.retriable or code.of_network


def _after_rejection(context: RunContext, record: Record) -> BankHolds:
    if record.kind is ProcedureKind.OBTAIN:
        return BankHolds.CODE_SPENT if record.ca_confirmed else BankHolds.OLD
    if not record.ca_confirmed:
        return BankHolds.OLD
    try:
        current = context.current(record)
        status = context.through_proxy(lambda: context.environment.ca.signer_status(current))
    except CertclientError:
        return BankHolds.UNCERTAIN
    return {
        SignerStatus.ACCEPTED: BankHolds.OLD,
        SignerStatus.REVOKED: BankHolds.NOTHING,
        SignerStatus.NOT_TRUSTED: BankHolds.NOTHING,
    }.get(status, BankHolds.UNCERTAIN)


def _revoke(context: RunContext, record: Record) -> None:
    """Signs with the new key; if the certificate is for another key, with the current one.

    Raises KEY_NOT_FOUND if neither can sign.
    """
    certificate = Certificate.read(record.issued)
    if certificate.spki == record.spki:
        credential = context.new_credential(record)
    elif record.kind is ProcedureKind.RENEW:
        credential = context.current(record)
    else:
        raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=certificate.serial_hex)
    context.environment.ca.revoke(credential, certificate)


def remove_new(context: RunContext, record: Record) -> None:
    """Deletes a procedure's new certificate and key, if they exist. Raises the store's errors."""
    session = context.session(record.store_id)
    if record.issued:
        session.delete(Certificate.read(record.issued))
    # A key that was created but not journalled is found by its label.
    key = record.key if record.key_id else session.find_key(record.key_label)
    if key is not None:
        session.delete_key(key)
    if record.used_key_id:
        session.delete_key(KeyRef(record.store_id, record.used_key_id))

"""Rolls a procedure back: informs the CA and deletes the new certificate and key."""

from __future__ import annotations

from dataclasses import replace

from certclient.ca.client import SignerStatus, names_failure
from certclient.enrollment.journal import Kind, Record, State
from certclient.enrollment.outcomes import BankHolds
from certclient.enrollment.refusals import is_confirmed
from certclient.enrollment.steps import issued
from certclient.enrollment.work import Work
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Step


def clean_up(work: Work, record: Record, reason: ErrorCode | None) -> Record:
    """Any state before CONFIRMED → ABANDONED, or NOT_ACCEPTED if the bank refused the certificate.

    Informs the CA, then deletes the new certificate and key. If it turns out that the CA has
    confirmed the certificate already, nothing is deleted, and the procedure goes on at CONFIRMED.
    Informing a CA that awaits a confirmation is best effort (it revokes what is never confirmed);
    one that may take the certificate for confirmed has to be reached. Any error leaves the
    procedure open, and a later run cleans up.
    """
    with work.step(Step.CLEAN_UP):
        if record.issued and not record.not_accepted and not _retract(work, record, reason):
            return replace(
                record, state=State.CONFIRMED, abandoning=False, unanswered=False, last_error=""
            )
        remove_new(work, record)
    work.environment.vault.wipe(record.id)
    return replace(record, state=end_state(record))


def end_state(record: Record) -> State:
    """The final state of a procedure that is rolled back."""
    return State.NOT_ACCEPTED if record.not_accepted else State.ABANDONED


def _retract(work: Work, record: Record, reason: ErrorCode | None) -> bool:
    """Informs the CA; False if the certificate turns out to be confirmed."""
    return not is_confirmed(work, record) and _reject(work, record, reason)


def _reject(work: Work, record: Record, reason: ErrorCode | None) -> bool:
    """Informs the CA that the certificate is not wanted; False if it has been confirmed already.

    In place of the confirmation that the CA awaits or, if it awaits none, by a revocation (RFC
    9483, 4.2). Raises if a CA that may take the certificate for confirmed cannot be reached.
    """
    try:
        if record.ca_confirmed:
            work.network(lambda: _revoke(work, record))
        else:
            answer = reason or ErrorCode.CONSENT_REFUSED
            credential = work.credential(record)
            work.environment.ca.confirm(issued(work, record), credential, answer)
    except CertclientError as error:
        if names_failure(error, "certConfirmed"):
            return False
        work.bank_holds = BankHolds.NEW if record.ca_confirmed else BankHolds.OLD_NOT_TOLD
        may_be_confirmed = record.ca_confirmed or record.unanswered
        if may_be_confirmed and error.code.retriable and error.code is not _REFUSED:
            raise
        work.interaction.warning(error)
        return True
    work.bank_holds = _after_rejection(work, record)
    return True


_REFUSED = ErrorCode.CA_CONFIRM_FAILED
"""A CA that refuses even the rejection holds nothing that could be rejected."""


def _after_rejection(work: Work, record: Record) -> BankHolds:
    if record.kind is Kind.OBTAIN:
        return BankHolds.CODE_SPENT if record.ca_confirmed else BankHolds.OLD
    if not record.ca_confirmed:
        return BankHolds.OLD
    try:
        status = work.environment.ca.signer_status(work.current(record))
    except CertclientError:
        return BankHolds.UNCERTAIN
    return {
        SignerStatus.ACCEPTED: BankHolds.OLD,
        SignerStatus.REVOKED: BankHolds.NOTHING,
        SignerStatus.NOT_TRUSTED: BankHolds.NOTHING,
    }.get(status, BankHolds.UNCERTAIN)


def _revoke(work: Work, record: Record) -> None:
    """Signs with the new key; if the certificate is for another key, with the current one.

    Raises KEY_NOT_FOUND if neither can sign.
    """
    certificate = Certificate.from_der(record.issued)
    if certificate.spki == record.spki:
        credential = work.new_credential(record)
    elif record.kind is Kind.RENEW:
        credential = work.current(record)
    else:
        raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=certificate.serial_hex)
    work.environment.ca.revoke(credential, certificate)


def remove_new(work: Work, record: Record) -> None:
    """Deletes a procedure's new certificate and key, if they exist. Raises the store's errors."""
    session = work.session(record.store_id)
    if record.issued:
        session.delete(Certificate.from_der(record.issued))
    # A key that was created but not journalled is found by its label.
    key = record.key if record.key_id else session.find_key(record.key_label)
    if key is not None:
        session.delete_key(key)

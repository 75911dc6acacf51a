"""Rolling a procedure back: the CA is told, the new certificate and key go, the old one stays."""

from __future__ import annotations

from dataclasses import replace

from certclient.ca.client import SignerStatus
from certclient.enrollment.journal import Kind, Record, State
from certclient.enrollment.outcomes import BankHolds
from certclient.enrollment.steps import issued
from certclient.enrollment.work import Work
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Step


def clean_up(work: Work, record: Record, reason: ErrorCode | None) -> Record:
    """Any state before CONFIRMED → ABANDONED or, of a certificate that the bank has refused itself,
    NOT_ACCEPTED: the CA is told, the new certificate and key go.

    Telling the CA is best effort (it revokes what is never confirmed); removing is not: an error
    there leaves the procedure open, and a later run cleans up.
    """
    with work.step(Step.CLEAN_UP):
        if record.issued and not record.not_accepted:
            work.bank_holds = _reject(work, record, reason)
        remove_new(work, record)
    work.environment.vault.wipe(record.id)
    return replace(record, state=end_state(record))


def end_state(record: Record) -> State:
    """In which state a procedure ends that is rolled back."""
    return State.NOT_ACCEPTED if record.not_accepted else State.ABANDONED


def _reject(work: Work, record: Record, reason: ErrorCode | None) -> BankHolds:
    """Tells the CA that the certificate is not wanted: in place of the confirmation that it awaits,
    or, where it awaits none, as a revocation (RFC 9483, 4.2)."""
    try:
        if record.ca_confirmed:
            work.network(lambda: _revoke(work, record))
        else:
            answer = reason or ErrorCode.CONSENT_REFUSED
            credential = work.credential(record)
            work.environment.ca.confirm(issued(work, record), credential, answer)
    except CertclientError as error:
        work.interaction.warning(error)
        return BankHolds.NEW if record.ca_confirmed else BankHolds.OLD_NOT_TOLD
    return _after_rejection(work, record)


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
    """Signed with the new key; where the certificate is for another key, with the current one.
    Raises KEY_NOT_FOUND where neither can sign."""
    certificate = Certificate.from_der(record.issued)
    if certificate.spki == record.spki:
        credential = work.new_credential(record)
    elif record.kind is Kind.RENEW:
        credential = work.current(record)
    else:
        raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=certificate.serial_hex)
    work.environment.ca.revoke(credential, certificate)


def remove_new(work: Work, record: Record) -> None:
    """Deletes the new certificate and key of a procedure, as far as they were made."""
    session = work.session(record.store_id)
    if record.issued:
        session.delete(Certificate.from_der(record.issued))
    # Made, but not journalled: the label still finds it.
    key = record.key if record.key_id else session.find_key(record.key_label)
    if key is not None:
        session.delete_key(key)

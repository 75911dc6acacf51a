"""Giving a procedure up: the CA is told, the new certificate and key go, the old one stays."""

from __future__ import annotations

from dataclasses import replace

from certclient.enrollment.journal import Record, State
from certclient.enrollment.steps import issued
from certclient.enrollment.work import Work
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Step


def clean_up(work: Work, record: Record, reason: ErrorCode | None) -> Record:
    """Any state before CONFIRMED → ABANDONED: the CA is told, the new certificate and key go.

    Telling the CA is best effort (it revokes what is never confirmed); removing is not: an error
    there leaves the procedure open, and a later run cleans up.
    """
    with work.step(Step.CLEAN_UP):
        _reject(work, record, reason)
        remove_new(work, record)
    work.environment.vault.wipe(record.id)
    return replace(record, state=State.ABANDONED)


def _reject(work: Work, record: Record, reason: ErrorCode | None) -> None:
    if not record.issued or record.ca_confirmed:
        return
    try:
        credential = work.credential(record)
        work.environment.ca.confirm(
            issued(work, record), credential, reason or ErrorCode.CONSENT_REFUSED
        )
    except CertclientError as error:
        work.interaction.warning(error)


def remove_new(work: Work, record: Record) -> None:
    """Deletes the new certificate and key of a procedure, as far as they were made."""
    session = work.session(record.store_id)
    if record.issued:
        session.delete(Certificate.from_der(record.issued))
    # Made, but not journalled: the label still finds it.
    key = record.key if record.key_id else session.find_key(record.key_label)
    if key is not None:
        session.delete_key(key)

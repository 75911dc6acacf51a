"""Another certificate in place of one that the bank has refused for good."""

from __future__ import annotations

from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.journal import Journal, ProcedureKind, ProcedureState, Record
from certclient.enrollment.planner import ProcedurePlanner
from certclient.enrollment.refusals import not_accepted
from certclient.enrollment.run_context import RunContext
from certclient.enrollment.runner import ProcedureRunner
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError


def run_with_replacement(
    journal: Journal, context: RunContext, planner: ProcedurePlanner, record: Record
) -> Record:
    """Runs a procedure and, if the bank refuses its certificate, the one that replaces it.

    Returns the last journalled record. Raises as `ProcedureRunner.run_to_completion`, and
    CERTIFICATE_NOT_ACCEPTED.
    """
    record = ProcedureRunner(journal, context, planner.following).run_to_completion(record)
    if record.state is ProcedureState.NOT_ACCEPTED:
        return _request_again(journal, context, planner, record)
    return record


def _request_again(
    journal: Journal, context: RunContext, planner: ProcedurePlanner, ended: Record
) -> Record:
    """Requests another certificate in place of one that the bank refused for good.

    Once per run, so that a bank that refuses everything is not asked forever. The customer's
    consent still holds; 取得 needs a new issue code, and stays open until there is one.

    Raises CERTIFICATE_NOT_ACCEPTED without a code or after a second refusal, and as `renew`.
    """
    refused = _refusal_of(journal, ended)
    context.interaction.warning(refused)
    context.restart()
    new = journal.open_for(ended.profile_id, ended.user_id)
    if new is None:
        planner.check_stage(Certificate.read(ended.old_certificate))
    if new is None or (new.kind is ProcedureKind.OBTAIN and not context.has_issue_code(new)):
        raise refused
    try:
        record = ProcedureRunner(journal, context).run_to_completion(new)
    except CertclientError:
        reinstated = journal.load(ended.id)
        if reinstated is None or reinstated.state is not ProcedureState.DONE:
            raise
        return reinstated
    if record.state is ProcedureState.NOT_ACCEPTED:
        raise _refusal_of(journal, record)
    context.not_accepted = refused.data["serial"]
    return record


def replacement_of(journal: Journal, ended: Record) -> Record:
    """The procedure that another run has begun, or finished, in place of a refused one. Raises
    CERTIFICATE_NOT_ACCEPTED if there is none."""
    replacement = journal.open_for(ended.profile_id, ended.user_id)
    for later in journal.finished():
        same = (later.profile_id, later.user_id) == (ended.profile_id, ended.user_id)
        if same and later.started > ended.started:
            replacement = later
    if replacement is None:
        raise _refusal_of(journal, ended)
    return replacement


def _refusal_of(journal: Journal, record: Record) -> CertclientError:
    certificate = Certificate.read(record.issued)
    rejection = read_statuses(journal).rejections.get(certificate.fingerprint)
    return not_accepted(certificate, rejection.message if rejection else "")

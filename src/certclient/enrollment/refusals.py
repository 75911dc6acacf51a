"""Interprets a CA's refusal: does it concern the new certificate, or the current one that signed?

Only a proven refusal counts: a forged one could cost the customer a good certificate.
"""

from __future__ import annotations

import enum

from certclient.ca.client import RefusalReason, SignerStatus, refused_because
from certclient.enrollment.journal import ProcedureKind, ProcedureState, Record
from certclient.enrollment.login_test import LoginTestResult
from certclient.enrollment.new_login import tested_login
from certclient.enrollment.run_context import RunContext
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode

_NOT_HELD = (
    RefusalReason.CERTIFICATE_REVOKED,
    RefusalReason.CERTIFICATE_UNKNOWN,
    RefusalReason.REQUEST_UNKNOWN,
)
"""Reasons for refusing a confirmation: the certificate is revoked, none such was issued, or the
transaction is unknown, as after a confirmation that came too late."""

_SIGNER_REFUSED = (RefusalReason.CERTIFICATE_REVOKED, RefusalReason.SIGNER_NOT_TRUSTED)


class ConfirmationVerdict(enum.Enum):
    """What became of a certificate after the CA refused its confirmation."""

    ACCEPTED = "accepted"
    """It is in use at the bank: an earlier confirmation reached the CA."""
    NOT_HELD = "not-held"
    """The bank does not hold it as valid and never will."""
    DOUBTFUL = "doubtful"
    """The CA says so, but it may have accepted an earlier confirmation and forgotten it."""
    OPEN = "open"
    """Unknown; to be tried again later."""


def classify_confirmation(
    context: RunContext, record: Record, error: CertclientError
) -> ConfirmationVerdict:
    """Interprets CA_CONFIRM_FAILED, after checking whether the certificate works all the same.

    The refusal may concern the confirmation only: after a lost response, some CAs have forgotten
    the transaction, and others refuse the old certificate that signs it, as the new one has
    replaced it.
    """
    if tested_login(context, record).result is LoginTestResult.WORKED:
        return ConfirmationVerdict.ACCEPTED
    try:
        status = context.network(
            lambda: context.environment.ca.signer_status(context.new_credential(record))
        )
    except CertclientError:
        return ConfirmationVerdict.OPEN
    if status is SignerStatus.ACCEPTED:
        return ConfirmationVerdict.ACCEPTED
    if status is SignerStatus.REVOKED:
        return ConfirmationVerdict.NOT_HELD
    if not refused_because(error, *_NOT_HELD):
        return ConfirmationVerdict.OPEN
    # With an issue code, the CA cannot mean the certificate that signs the confirmation.
    beyond_doubt = status is SignerStatus.NOT_TRUSTED or record.kind is ProcedureKind.OBTAIN
    if beyond_doubt or not context.unanswered:
        return ConfirmationVerdict.NOT_HELD
    return ConfirmationVerdict.DOUBTFUL


def is_confirmed(context: RunContext, record: Record) -> bool:
    """Whether the CA has received a confirmation whose response was lost. Asks the CA if that is
    possible at all; raises the errors of the store and the network."""
    if record.state is not ProcedureState.VERIFIED or not record.unanswered:
        return False
    ca = context.environment.ca
    status = context.network(lambda: ca.signer_status(context.new_credential(record)))
    return status is SignerStatus.ACCEPTED


def signer_refused(record: Record, error: CertclientError) -> bool:
    """Whether a CA refuses a renewal because it does not accept the current certificate."""
    return (
        error.code is ErrorCode.CA_REFUSED
        and record.kind is ProcedureKind.RENEW
        and record.state in (ProcedureState.REQUESTED, ProcedureState.WAITING)
        and refused_because(error, *_SIGNER_REFUSED)
    )


def not_accepted(certificate: Certificate, message: str) -> CertclientError:
    """CERTIFICATE_NOT_ACCEPTED for the customer; `message` is the CA's own text, "" for none."""
    serial = certificate.serial_hex
    return CertclientError(ErrorCode.CERTIFICATE_NOT_ACCEPTED, serial=serial, message=message)

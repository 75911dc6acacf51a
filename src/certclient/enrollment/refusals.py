"""Interprets a CA's refusal: does it concern the new certificate, or the current one that signed?

Only a protected response counts: a forged one could cost the customer a good certificate.
"""

from __future__ import annotations

import enum

from certclient.ca.client import SignerStatus, names_failure
from certclient.enrollment.journal import Kind, Record, State
from certclient.enrollment.login_test import can_log_in, log_in
from certclient.enrollment.work import Work
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode

_NOT_HELD = ("certRevoked", "badCertId", "badRequest")
"""Failures in response to a certConf: the certificate is revoked, none such was issued, or the
transaction is unknown, as after a confirmation that came too late."""

_SIGNER_REFUSED = ("certRevoked", "signerNotTrusted")


class Confirmation(enum.Enum):
    """What became of a certificate after the CA refused its confirmation."""

    ACCEPTED = "accepted"
    """It is in use at the bank: an earlier confirmation reached the CA."""
    NOT_HELD = "not-held"
    """The bank does not hold it as valid and never will."""
    DOUBTFUL = "doubtful"
    """The CA says so, but it may have accepted an earlier confirmation and forgotten it."""
    OPEN = "open"
    """Unknown; to be tried again later."""


def judge_confirmation(work: Work, record: Record, error: CertclientError) -> Confirmation:
    """Interprets CA_CONFIRM_FAILED, after checking whether the certificate works all the same.

    The refusal may concern the confirmation only: after a lost pkiConf, some CAs have forgotten the
    transaction, and others refuse the old certificate that signs it, as the new one has replaced
    it.
    """
    if _logs_in(work, record):
        return Confirmation.ACCEPTED
    try:
        status = work.network(
            lambda: work.environment.ca.signer_status(work.new_credential(record))
        )
    except CertclientError:
        return Confirmation.OPEN
    if status is SignerStatus.ACCEPTED:
        return Confirmation.ACCEPTED
    if status is SignerStatus.REVOKED:
        return Confirmation.NOT_HELD
    if not names_failure(error, *_NOT_HELD):
        return Confirmation.OPEN
    # By MAC, the CA cannot mean the certificate that signs the confirmation.
    beyond_doubt = status is SignerStatus.NOT_TRUSTED or record.kind is Kind.OBTAIN
    if beyond_doubt or not work.unanswered:
        return Confirmation.NOT_HELD
    return Confirmation.DOUBTFUL


def is_confirmed(work: Work, record: Record) -> bool:
    """Whether the CA has received a confirmation whose response was lost. Asks the CA if that is
    possible at all; raises the errors of the store and the network."""
    if record.state is not State.VERIFIED or not record.unanswered:
        return False
    ca = work.environment.ca
    status = work.network(lambda: ca.signer_status(work.new_credential(record)))
    return status is SignerStatus.ACCEPTED


def _logs_in(work: Work, record: Record) -> bool:
    """Whether a login with the new certificate succeeds; False also if it cannot be tried."""
    profile, store = work.environment.profile, work.store(record.store_id)
    if not can_log_in(store, profile):
        return False
    proxy = work.environment.named_proxy(profile.login_test_url)
    try:
        with work.watch.measure("network"):
            log_in(store, Certificate.from_der(record.issued), profile, proxy)
    except CertclientError:
        return False
    return True


def signer_refused(record: Record, error: CertclientError) -> bool:
    """Whether a CA refuses a renewal because it does not accept the certificate that signed it."""
    return (
        error.code is ErrorCode.CA_REFUSED
        and record.kind is Kind.RENEW
        and record.state in (State.REQUESTED, State.WAITING)
        and names_failure(error, *_SIGNER_REFUSED)
    )


def not_accepted(certificate: Certificate, message: str) -> CertclientError:
    """CERTIFICATE_NOT_ACCEPTED for the customer; `message` is the CA's own text, "" for none."""
    serial = certificate.serial_hex
    return CertclientError(ErrorCode.CERTIFICATE_NOT_ACCEPTED, serial=serial, message=message)

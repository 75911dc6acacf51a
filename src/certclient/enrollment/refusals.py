"""What a CA's refusal says of a certificate: of the new one, or of the current one that signed.

Only a protected answer counts: whatever else stands on the way could take a good certificate away.
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
"""To a certConf: it is revoked, no such certificate was issued, or the transaction is unknown, as
that of a certificate which was not confirmed in time."""

_SIGNER_REFUSED = ("certRevoked", "signerNotTrusted")


class Confirmation(enum.Enum):
    """What became of a certificate whose confirmation the CA has refused."""

    ACCEPTED = "accepted"
    """It is in use at the bank: the CA had the confirmation before."""
    NOT_HELD = "not-held"
    """The bank does not hold it for good, and never will."""
    OPEN = "open"
    """Not known: to be tried again later."""


def judge_confirmation(work: Work, record: Record, error: CertclientError) -> Confirmation:
    """Judges CA_CONFIRM_FAILED. Before a certificate is given up as refused it may prove itself.

    The refusal may mean the confirmation alone: after a lost pkiConf some CAs have forgotten the
    transaction, others refuse the certificate that signs it, as the new one has replaced it.
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
    if status is SignerStatus.REVOKED or names_failure(error, *_NOT_HELD):
        return Confirmation.NOT_HELD
    return Confirmation.OPEN


def _logs_in(work: Work, record: Record) -> bool:
    """Whether the new certificate is seen to log in; False also where nobody can try."""
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
    """CERTIFICATE_NOT_ACCEPTED: what the customer hears, with the CA's words, "" for none."""
    serial = certificate.serial_hex
    return CertclientError(ErrorCode.CERTIFICATE_NOT_ACCEPTED, serial=serial, message=message)

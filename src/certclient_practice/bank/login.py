"""Decides whether a certificate may log in, independently of the page that shows the result."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from certclient.model.certificate import Certificate, Role
from certclient.model.errors import CertclientError
from certclient.model.lifecycle import RenewalPolicy, Stage, lifecycle_of
from certclient_practice.bank.bank import Bank
from certclient_practice.repositories.records import CertificateRecord, CertificateState, Customer


class LoginVerdict(enum.Enum):
    """The outcome of a login; the value is machine-readable on the page (`data-reason`)."""

    WELCOME = "welcome"
    NO_CERTIFICATE = "no-certificate"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    UNCONFIRMED = "unconfirmed"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    TOO_LATE = "too-late"
    """Expired so long ago that only the branch can reissue it."""
    WRONG_ROLE = "wrong-role"
    """A 利用者 certificate at 管理者ログイン, or vice versa."""


@dataclass(frozen=True, slots=True)
class LoginDecision:
    """The decision.

    `certificate` is the one presented and `customer` its owner; None if missing or unknown.
    """

    result: LoginVerdict
    certificate: Certificate | None = None
    customer: Customer | None = None

    @property
    def granted(self) -> bool:
        """Whether the customer may log in with this certificate."""
        return self.result is LoginVerdict.WELCOME


_BY_STATE = {
    CertificateState.REVOKED: LoginVerdict.REVOKED,
    CertificateState.SUPERSEDED: LoginVerdict.SUPERSEDED,
    CertificateState.UNCONFIRMED: LoginVerdict.UNCONFIRMED,
}


def decide_login(bank: Bank, shown: bytes | None, wanted: Role | None = None) -> LoginDecision:
    """Decides on the certificate (DER) that the browser presented, None if it presented none.

    `wanted` is the role whose login page was chosen, None for either. TLS has verified the chain
    and the possession of the key, but not the validity period (see `server.py`), and it does not
    know the register: both are checked here, at every request. A login proves that the customer
    has the certificate in use: it replaces older ones that were left valid until then.
    """
    if shown is None:
        return LoginDecision(LoginVerdict.NO_CERTIFICATE)
    try:
        certificate = Certificate.from_der(shown)
    except CertclientError:
        return LoginDecision(LoginVerdict.UNKNOWN)
    with bank.repositories() as repositories:
        record = repositories.register.find_exactly(certificate)
        customer = repositories.customers.find(record.user_id) if record is not None else None
        if record is None or customer is None or not bank.ca.issued(certificate):
            return LoginDecision(LoginVerdict.UNKNOWN, certificate)
        result = _result(record, bank.clock(), bank.policy.renewal)
        if result is LoginVerdict.WELCOME and wanted not in (None, customer.role):
            result = LoginVerdict.WRONG_ROLE
        if result is LoginVerdict.WELCOME:
            repositories.register.first_used(record, bank.clock())
    return LoginDecision(result, certificate, customer)


def _result(record: CertificateRecord, now: datetime, policy: RenewalPolicy) -> LoginVerdict:
    by_state = _BY_STATE.get(record.state)
    if by_state is not None:
        return by_state
    if now < record.certificate.not_before:
        return LoginVerdict.NOT_YET_VALID
    if record.certificate.valid_at(now):
        return LoginVerdict.WELCOME
    late = lifecycle_of(record.certificate, now, policy).stage is Stage.TOO_LATE
    return LoginVerdict.TOO_LATE if late else LoginVerdict.EXPIRED

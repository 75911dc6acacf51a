"""May this certificate log in? The decision, apart from the page that tells it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from certclient.model.certificate import Certificate, Role
from certclient.model.errors import CertclientError
from certclient.model.lifecycle import RenewalPolicy, Stage, lifecycle
from certclient_practice.bank.bank import Bank
from certclient_practice.repositories.records import CertificateRecord, CertificateState, Customer


class LoginResult(enum.Enum):
    """The value is what programs read on the page (`data-reason`)."""

    WELCOME = "welcome"
    NO_CERTIFICATE = "no-certificate"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    UNCONFIRMED = "unconfirmed"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    TOO_LATE = "too-late"
    """Expired for so long that it cannot be obtained anew without the branch."""
    WRONG_ROLE = "wrong-role"
    """A 利用者's certificate at 管理者ログイン, or the other way round."""


@dataclass(frozen=True, slots=True)
class Login:
    """The decision. `certificate` is what was shown, `customer` whose it is, None if nobody's."""

    result: LoginResult
    certificate: Certificate | None = None
    customer: Customer | None = None

    @property
    def granted(self) -> bool:
        return self.result is LoginResult.WELCOME


_BY_STATE = {
    CertificateState.REVOKED: LoginResult.REVOKED,
    CertificateState.SUPERSEDED: LoginResult.SUPERSEDED,
    CertificateState.UNCONFIRMED: LoginResult.UNCONFIRMED,
}


def decide_login(bank: Bank, shown: bytes | None, wanted: Role | None = None) -> Login:
    """Decides on the certificate (DER) that the browser proved to hold; None: it showed none.
    `wanted` is the role whose login was chosen, None for either.

    TLS has checked the chain and the key, but not the time (see `server.py`), and knows nothing
    of the register: both are looked up here, at every request.
    """
    if shown is None:
        return Login(LoginResult.NO_CERTIFICATE)
    try:
        certificate = Certificate.from_der(shown)
    except CertclientError:
        return Login(LoginResult.UNKNOWN)
    with bank.books() as books:
        record = books.register.find_exactly(certificate)
        customer = books.customers.find(record.user_id) if record is not None else None
    if record is None or customer is None or not bank.ca.issued(certificate):
        return Login(LoginResult.UNKNOWN, certificate)
    result = _result(record, bank.clock(), bank.policy.renewal)
    if result is LoginResult.WELCOME and wanted not in (None, customer.role):
        result = LoginResult.WRONG_ROLE
    return Login(result, certificate, customer)


def _result(record: CertificateRecord, now: datetime, policy: RenewalPolicy) -> LoginResult:
    by_state = _BY_STATE.get(record.state)
    if by_state is not None:
        return by_state
    if now < record.certificate.not_before:
        return LoginResult.NOT_YET_VALID
    if record.certificate.valid_at(now):
        return LoginResult.WELCOME
    late = lifecycle(record.certificate.not_after, now, policy).stage is Stage.TOO_LATE
    return LoginResult.TOO_LATE if late else LoginResult.EXPIRED

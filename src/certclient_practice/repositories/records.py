"""Records of the practice bank: customers, issue codes, certificates, transactions, mails."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from certclient.model.certificate import Certificate, Role

ADMINISTRATOR_SUFFIX = "1394"
"""Seed S2: 利用者番号（ご契約先ID）+「1394」 identifies the 管理者."""
USER_SUFFIX = "1403"
"""Seed S1(2): `TKYM1408054 1403`."""


@dataclass(frozen=True, slots=True)
class Customer:
    """One ID of a business customer, 管理者 or 利用者. Each ID has one certificate.

    `asks_pin` and `asks_one_time_password` state whether renewal requires ご契約先暗証番号 and the
    password of the お客様カード (seed S2); the values themselves stay inside `customers.py`.
    `contract_id` groups the IDs of one company (ご契約先); notices go to `email`. Either may be ""
    (none).
    """

    user_id: str
    suffix: str
    asks_pin: bool = False
    asks_one_time_password: bool = False
    contract_id: str = ""
    email: str = ""

    @property
    def contract(self) -> str:
        """The contract of this ID; an ID without one forms a contract of its own."""
        return self.contract_id or self.user_id

    @property
    def role(self) -> Role:
        """管理者 for the suffix 1394, 利用者 for every other one (seed S2)."""
        return Role.ADMINISTRATOR if self.suffix == ADMINISTRATOR_SUFFIX else Role.USER

    @property
    def common_name(self) -> str:
        """The Common Name of the certificate, as in seed S1(2)."""
        return f"{self.user_id} {self.suffix}"


class CertificateState(enum.Enum):
    """The state of an issued certificate. Only a CONFIRMED one can log in.

    UNCONFIRMED: issued, but the customer's program has not confirmed it yet.
    """

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class Reason(enum.Enum):
    """Why a certificate is revoked or superseded."""

    NONE = ""
    REPLACED = "replaced"
    NOT_CONFIRMED_IN_TIME = "not-confirmed-in-time"
    REJECTED_BY_CUSTOMER = "rejected-by-customer"
    REQUESTED_AGAIN = "requested-again"
    BY_CUSTOMER = "by-customer"
    BY_BANK = "by-bank"


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """An issued certificate. Times are aware UTC; `confirm_by` is set while it is UNCONFIRMED.

    `transaction_id` is empty for a certificate that the operator issued without CMP.
    """

    certificate: Certificate
    user_id: str
    state: CertificateState
    reason: Reason
    issued_at: datetime
    changed_at: datetime
    confirm_by: datetime | None = None
    transaction_id: bytes = b""


@dataclass(frozen=True, slots=True)
class EndedCertificate:
    """A revoked or superseded certificate, as a CRL has it. `since` is aware UTC."""

    serial: int
    reason: Reason
    since: datetime


class CodeState(enum.Enum):
    """Only ACTIVE opens a transaction.

    SPENT: its certificate was confirmed. LOCKED: too many wrong MACs. WITHDRAWN: a newer code
    replaced it.
    """

    ACTIVE = "active"
    SPENT = "spent"
    LOCKED = "locked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class IssueCode:
    """An issue code without its value; `expires_at` is aware UTC.

    `reissue`: given out at the branch (再発行), so it also works after the days in which a customer
    can obtain a certificate without the branch.
    """

    id: int
    user_id: str
    state: CodeState
    expires_at: datetime
    failures: int
    reissue: bool


class BankTransactionState(enum.Enum):
    """WAITING: the customer polls. ISSUED: certConf is expected. DONE: confirmed or revoked.

    REJECTED: the customer did not accept the certificate.
    """

    WAITING = "waiting"
    ISSUED = "issued"
    DONE = "done"
    REJECTED = "rejected"


class Confirmation(enum.IntEnum):
    """How a transaction's certificate is confirmed.

    AWAITED: by the customer's program. IMPLICIT: at once, and it replaces the old one. BY_USE: at
    once (EST has no confirmation), but the old one is replaced only when the new one is used first.
    """

    AWAITED = 0
    IMPLICIT = 1
    BY_USE = 2


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """One accepted transaction; `id` is CMP's transactionID, or a hash of EST's request.

    `requester` identifies the credential that opened it (`code:<id>` or `signature:<fingerprint>`);
    every later message must use the same. `kind` is the opening body or operation (`ir`, `kur`,
    `simpleenroll`, …). `spki` is DER. `serial_hex` is "" until a certificate is issued;
    `old_serial_hex` is the serial number of the certificate to renew, "" if an issue code opened
    it. `modified`: the certificate differs from the request in more than what it leaves open.
    """

    id: bytes
    requester: str
    user_id: str
    kind: str
    state: BankTransactionState
    spki: bytes
    polls_left: int
    confirmation: Confirmation
    code_id: int | None = None
    old_serial_hex: str = ""
    serial_hex: str = ""
    modified: bool = False


class TicketState(enum.Enum):
    """ACTIVE can open one renewal; USED has opened it; WITHDRAWN: its login ended first."""

    ACTIVE = "active"
    USED = "used"
    WITHDRAWN = "withdrawn"


class MailState(enum.Enum):
    """QUEUED is retried until SENT. BOUNCED: the address refused it for good."""

    QUEUED = "queued"
    SENT = "sent"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class MailRecord:
    """One e-mail notice, due `days` before the end of the certificate `serial_hex`.

    `last_reply` is the mail server's last reply, "" if there was none.
    """

    id: int
    serial_hex: str
    days: int
    recipient: str
    message_id: str
    state: MailState
    attempts: int
    last_reply: str

"""What the practice bank keeps on file: customers, issue codes, certificates, transactions."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from certclient.model.certificate import Certificate, Role

ADMINISTRATOR_SUFFIX = "1394"
"""Seed S2: 利用者番号（ご契約先ID）+「1394」 is the 管理者."""
USER_SUFFIX = "1403"
"""Seed S1(2): `TKYM1408054 1403`."""


@dataclass(frozen=True, slots=True)
class Customer:
    """One ID of a business customer, 管理者 or 利用者. Each ID has one certificate.

    `asks_pin` and `asks_one_time_password`: whether renewal wants ご契約先暗証番号 and the
    お客様カード's password (seed S2); the values themselves stay inside `customers.py`.
    `contract_id` groups the IDs of one company (ご契約先), `email` is where notices go; either may
    be "".
    """

    user_id: str
    suffix: str
    asks_pin: bool = False
    asks_one_time_password: bool = False
    contract_id: str = ""
    email: str = ""

    @property
    def contract(self) -> str:
        """The contract that this ID belongs to; an ID without one is a contract by itself."""
        return self.contract_id or self.user_id

    @property
    def role(self) -> Role:
        return Role.ADMINISTRATOR if self.suffix == ADMINISTRATOR_SUFFIX else Role.USER

    @property
    def common_name(self) -> str:
        """The Common Name on the certificate, as in seed S1(2)."""
        return f"{self.user_id} {self.suffix}"


class CertificateState(enum.Enum):
    """UNCONFIRMED: issued, not yet confirmed by the customer's program. Only CONFIRMED logs in."""

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
    """An issued certificate. `confirm_by` is set while it is UNCONFIRMED; times are aware, UTC.

    `transaction_id` is empty for certificates that the bank issued at its desk.
    """

    certificate: Certificate
    user_id: str
    state: CertificateState
    reason: Reason
    issued_at: datetime
    changed_at: datetime
    confirm_by: datetime | None = None
    transaction_id: bytes = b""


class CodeState(enum.Enum):
    ACTIVE = "active"
    SPENT = "spent"
    LOCKED = "locked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class IssueCode:
    """An issue code on file, without the code. `reissue`: given out at the branch (再発行), so it
    also works after the days in which a customer can obtain a certificate alone."""

    id: int
    user_id: str
    state: CodeState
    expires_at: datetime
    failures: int
    reissue: bool


class TransactionState(enum.Enum):
    WAITING = "waiting"
    ISSUED = "issued"
    DONE = "done"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """One CMP transaction that was let in (RFC 9483, 3.1: transactionID).

    `requester` names the credential that opened it (`mac:<code id>` or `signature:<fingerprint>`):
    every later message must carry the same. `kind` is the opening body (`ir`, `kur`, …).
    `serial_hex` is "" until a certificate is issued; `old_serial_hex` is what it renews.
    """

    id: bytes
    requester: str
    user_id: str
    kind: str
    state: TransactionState
    spki: bytes
    polls_left: int
    implicit_confirm: bool
    code_id: int | None = None
    old_serial_hex: str = ""
    serial_hex: str = ""


class TicketState(enum.Enum):
    """ACTIVE may open one renewal; USED has; WITHDRAWN never will (logged out)."""

    ACTIVE = "active"
    USED = "used"
    WITHDRAWN = "withdrawn"


class MailState(enum.Enum):
    """QUEUED is tried again until it is SENT. BOUNCED: the address refuses it for good."""

    QUEUED = "queued"
    SENT = "sent"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class MailRecord:
    """One e-mail notice: `days` before the end of the certificate `serial_hex`.

    `last_reply` is what the mail server said last.
    """

    id: int
    serial_hex: str
    days: int
    recipient: str
    message_id: str
    state: MailState
    attempts: int
    last_reply: str

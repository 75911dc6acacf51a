"""The practice bank: its data folder, policy, clock and the operations open to its operator."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm

from certclient.model.certificate import Certificate, SubjectRule
from certclient.model.secret import Secret
from certclient_practice.bank.ca import PracticeCa
from certclient_practice.bank.clock import Clock, ShiftableClock, system_clock
from certclient_practice.bank.policy import BankPolicy, expiry
from certclient_practice.bank.settings import BankSettings
from certclient_practice.bank.updates import AnnouncementService
from certclient_practice.repositories.customers import Customers
from certclient_practice.repositories.database import Database
from certclient_practice.repositories.issue_codes import IssueCodes
from certclient_practice.repositories.mails import Mails
from certclient_practice.repositories.records import (
    ADMINISTRATOR_SUFFIX,
    CertificateRecord,
    CertificateState,
    Customer,
    Reason,
)
from certclient_practice.repositories.register import Register
from certclient_practice.repositories.tickets import Tickets
from certclient_practice.repositories.transactions import Transactions
from certclient_practice.repositories.vault import Vault

SUBJECT_RULE = SubjectRule(
    pattern=re.compile(r"(?P<user_id>[A-Z0-9]+) (?P<suffix>[0-9]{4})"),
    administrator_suffixes=frozenset({ADMINISTRATOR_SUFFIX}),
)
"""How the Common Name of a certificate encodes its user ID (seeds S1(2), S2)."""

_USER_ID = re.compile(r"[A-Z0-9]{1,40}")
_SUFFIX = re.compile(r"[0-9]{4}")
_CONTRACT = re.compile(r"[A-Z0-9]{0,40}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}")
MAX_SHIFT_DAYS = 3660


class BankAdminError(Exception):
    """An operator's request cannot be carried out. The message is shown to the operator."""


@dataclass(frozen=True, slots=True)
class Repositories:
    """All tables, bound to one database transaction."""

    connection: sqlite3.Connection
    customers: Customers
    codes: IssueCodes
    register: Register
    transactions: Transactions
    tickets: Tickets
    mails: Mails


class Bank:
    """One practice bank in a data folder. Safe to use from several threads and processes.

    Without `policy`, the renewal days and the style of codes are those with which the bank was last
    served.
    `clock` is the business clock; `shift_clock` can move it during a rehearsal, even while the
    server runs. `wire_clock` is the machine's time, used for times inside CMP messages and TLS
    certificates. Both return aware UTC.
    """

    def __init__(
        self,
        folder: Path,
        policy: BankPolicy | None = None,
        clock: Clock = system_clock,
        wire_clock: Clock = system_clock,
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.clock = ShiftableClock(clock)
        self.wire_clock = wire_clock
        self.ca = PracticeCa.open(folder, wire_clock())
        self.updates = AnnouncementService(folder, wire_clock)
        self._vault = Vault(folder / "vault.key")
        self._database = Database(folder / "bank.sqlite3")
        with self._database.transaction() as connection:
            settings = BankSettings(connection)
            self.clock.shift = settings.clock_shift
            self.policy = policy or BankPolicy(renewal=settings.renewal, codes=settings.codes)

    def close(self) -> None:
        """Closes the database connections. Call it when no thread uses the bank any more."""
        self._database.close()

    @contextmanager
    def repositories(self) -> Iterator[Repositories]:
        """Opens the tables in one write transaction, after revoking overdue certificates."""
        with self._database.transaction() as connection:
            repositories = Repositories(
                connection,
                Customers(connection, self._vault),
                IssueCodes(connection, self._vault, self.policy.codes),
                Register(connection),
                Transactions(connection),
                Tickets(connection),
                Mails(connection),
            )
            repositories.register.revoke_overdue(self.clock())
            yield repositories

    def add_customer(
        self,
        user_id: str,
        suffix: str,
        *,
        pin: Secret | None = None,
        one_time_password: Secret | None = None,
        contract_id: str = "",
        email: str = "",
    ) -> Customer:
        """Adds a customer, or overwrites every field of a known user ID.

        Raises DeskError for a user ID, suffix, contract ID or e-mail address of the wrong format.
        """
        if not _USER_ID.fullmatch(user_id) or not _SUFFIX.fullmatch(suffix):
            raise BankAdminError("a user ID is capital letters and digits, a suffix four digits")
        if not _CONTRACT.fullmatch(contract_id):
            raise BankAdminError("a contract ID is capital letters and digits")
        if email and not _EMAIL.fullmatch(email):
            raise BankAdminError("that is no e-mail address")
        with self.repositories() as repositories:
            return repositories.customers.add(
                user_id,
                suffix,
                self.clock(),
                pin=pin,
                one_time_password=one_time_password,
                contract_id=contract_id,
                email=email,
            )

    def issue_code(
        self, user_id: str, *, valid: timedelta | None = None, reissue: bool = False
    ) -> Secret:
        """Returns a new issue code for display; the customer's earlier codes stop working.

        `valid` defaults to the policy's `code_valid`. Raises DeskError for an unknown user ID.
        """
        with self.repositories() as repositories:
            _known(repositories, user_id)
            return repositories.codes.create(
                user_id, self.clock(), valid or self.policy.code_valid, reissue=reissue
            )

    def issue_certificate(
        self, user_id: str, spki: bytes, expires_in_days: int, *, confirmed: bool = True
    ) -> Certificate:
        """Issues a certificate without CMP for a key in a customer's store (demos, tests).

        `spki` is DER. The certificate ends at the end of the calendar day in Asia/Tokyo that is
        `expires_in_days` from today; a negative number gives an expired one. If `confirmed`, it
        supersedes the customer's valid certificate. Raises DeskError for an unknown user ID or an
        unusable key.
        """
        now = self.clock()
        end = expiry(now, expires_in_days)
        start = min(now, end - timedelta(days=self.policy.validity_days))
        with self.repositories() as repositories:
            customer = _known(repositories, user_id)
            try:
                certificate = self.ca.issue(customer, spki, start, end)
            except (ValueError, TypeError, UnsupportedAlgorithm) as error:
                raise BankAdminError("this is no RSA or EC public key") from error
            record = CertificateRecord(
                certificate,
                user_id,
                CertificateState.UNCONFIRMED,
                Reason.NONE,
                now,
                now,
                confirm_by=now + self.policy.confirm_within,
            )
            repositories.register.add(record)
            if confirmed:
                repositories.register.confirm(record, now)
        return certificate

    def revoke(self, serial_hex: str, reason: Reason = Reason.BY_BANK) -> CertificateRecord:
        """Revokes a certificate. Raises DeskError for an unknown serial number (hex)."""
        with self.repositories() as repositories:
            record = repositories.register.find(serial_hex)
            if record is None:
                raise BankAdminError(f"no certificate has the serial number {serial_hex}")
            repositories.register.revoke(record, reason, self.clock())
            return record

    def certificates(self) -> Sequence[CertificateRecord]:
        """Returns every certificate ever issued, oldest first."""
        with self.repositories() as repositories:
            return repositories.register.all()

    def customers(self) -> Sequence[Customer]:
        """Returns all customers, ordered by user ID."""
        with self.repositories() as repositories:
            return repositories.customers.all()

    def shift_clock(self, shift: timedelta) -> None:
        """Sets how far the business clock runs ahead (negative: behind) of the machine's.

        The shift is stored and applies to later processes, too. Raises DeskError for more than 3660
        days.
        """
        if abs(shift) > timedelta(days=MAX_SHIFT_DAYS):
            raise BankAdminError("the clock is shifted by at most ten years")
        with self._database.transaction() as connection:
            BankSettings(connection).clock_shift = shift
        self.clock.shift = shift

    def keep_rules(self) -> None:
        """Stores the renewal days and hour and the style of codes: they apply to this bank when
        opened without a policy."""
        with self._database.transaction() as connection:
            settings = BankSettings(connection)
            settings.renewal, settings.codes = self.policy.renewal, self.policy.codes

    def state_of(self, serial_hex: str) -> CertificateState | None:
        """Returns the certificate's current state, None if this bank never issued it."""
        with self.repositories() as repositories:
            record = repositories.register.find(serial_hex)
            return None if record is None else record.state

    def revoke_overdue(self) -> None:
        """Revokes overdue certificates now instead of at the next access to the tables."""
        with self.repositories():
            pass


def _known(repositories: Repositories, user_id: str) -> Customer:
    customer = repositories.customers.find(user_id)
    if customer is None:
        raise BankAdminError(f"no customer has the user ID {user_id}")
    return customer

"""The practice bank itself: its files, its rules, its clock, and what is done at its desk."""

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
from certclient_practice.bank.settings import Settings
from certclient_practice.bank.updates import UpdateDesk
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
"""How this bank writes IDs into its certificates (seeds S1(2), S2)."""

_USER_ID = re.compile(r"[A-Z0-9]{1,40}")
_SUFFIX = re.compile(r"[0-9]{4}")
_CONTRACT = re.compile(r"[A-Z0-9]{0,40}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}")
_MAX_SHIFT_DAYS = 3660


class DeskError(Exception):
    """Something asked for at the bank's desk cannot be done; the text is for its clerk."""


@dataclass(frozen=True, slots=True)
class Books:
    """All tables inside one database transaction."""

    connection: sqlite3.Connection
    customers: Customers
    codes: IssueCodes
    register: Register
    transactions: Transactions
    tickets: Tickets
    mails: Mails


class Bank:
    """One practice bank in a data folder. Safe to use from several threads and processes.

    `clock` is the bank's business clock (shifted in a rehearsal, also while it runs: see
    `shift_clock`); `wire_clock` is the machine's time, which the times inside messages and TLS
    certificates follow.
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
        self.policy = policy or BankPolicy()
        self.clock = ShiftableClock(clock)
        self.wire_clock = wire_clock
        self.ca = PracticeCa.open(folder, wire_clock())
        self.updates = UpdateDesk(folder, wire_clock)
        self._vault = Vault(folder / "vault.key")
        self._database = Database(folder / "bank.sqlite3")
        with self._database.transaction() as connection:
            self.clock.shift = Settings(connection).clock_shift

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def books(self) -> Iterator[Books]:
        """One atomic look at, or change of, the books. Overdue certificates are revoked first."""
        with self._database.transaction() as connection:
            books = Books(
                connection,
                Customers(connection, self._vault),
                IssueCodes(connection, self._vault),
                Register(connection),
                Transactions(connection),
                Tickets(connection),
                Mails(connection),
            )
            books.register.sweep(self.clock())
            yield books

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
        """Puts a customer on file. Raises DeskError for an ID that fits no certificate, a contract
        or an e-mail address of an odd shape."""
        if not _USER_ID.fullmatch(user_id) or not _SUFFIX.fullmatch(suffix):
            raise DeskError("a user ID is capital letters and digits, a suffix four digits")
        if not _CONTRACT.fullmatch(contract_id):
            raise DeskError("a contract ID is capital letters and digits")
        if email and not _EMAIL.fullmatch(email):
            raise DeskError("that is no e-mail address")
        with self.books() as books:
            return books.customers.add(
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
        """A new issue code, shown once; earlier ones stop working. Raises DeskError."""
        with self.books() as books:
            _known(books, user_id)
            return books.codes.give(
                user_id, self.clock(), valid or self.policy.code_valid, reissue=reissue
            )

    def issue_certificate(
        self, user_id: str, spki: bytes, expires_in_days: int, *, confirmed: bool = True
    ) -> Certificate:
        """Issues at the desk for a key that lives in a customer's store (demos, tests).

        It ends with the Japanese calendar day that many days from today; negative: expired. Where
        `confirmed`, it takes the place of the customer's valid one. Raises DeskError.
        """
        now = self.clock()
        end = expiry(now, expires_in_days)
        start = min(now, end - timedelta(days=self.policy.validity_days))
        with self.books() as books:
            customer = _known(books, user_id)
            try:
                certificate = self.ca.issue(customer, spki, start, end)
            except (ValueError, TypeError, UnsupportedAlgorithm) as error:
                raise DeskError("this is no RSA or EC public key") from error
            record = CertificateRecord(
                certificate,
                user_id,
                CertificateState.UNCONFIRMED,
                Reason.NONE,
                now,
                now,
                confirm_by=now + self.policy.confirm_within,
            )
            books.register.add(record)
            if confirmed:
                books.register.confirm(record, now)
        return certificate

    def revoke(self, serial_hex: str, reason: Reason = Reason.BY_BANK) -> CertificateRecord:
        """Revokes at the desk. Raises DeskError for an unknown serial number."""
        with self.books() as books:
            record = books.register.find(serial_hex)
            if record is None:
                raise DeskError(f"no certificate has the serial number {serial_hex}")
            books.register.revoke(record, reason, self.clock())
            return record

    def certificates(self) -> Sequence[CertificateRecord]:
        """Every certificate ever issued, oldest first."""
        with self.books() as books:
            return books.register.all()

    def customers(self) -> Sequence[Customer]:
        with self.books() as books:
            return books.customers.all()

    def shift_clock(self, shift: timedelta) -> None:
        """Runs the business clock so far ahead (or behind), durably, for every later command.

        Raises DeskError for more than ten years.
        """
        if abs(shift) > timedelta(days=_MAX_SHIFT_DAYS):
            raise DeskError("the clock is shifted by at most ten years")
        with self._database.transaction() as connection:
            Settings(connection).clock_shift = shift
        self.clock.shift = shift

    def state_of(self, serial_hex: str) -> CertificateState | None:
        """The state of a certificate now; None if this bank never issued it."""
        with self.books() as books:
            record = books.register.find(serial_hex)
            return None if record is None else record.state

    def sweep(self) -> None:
        """Revokes overdue certificates now, without waiting for anybody to ask."""
        with self.books():
            pass


def _known(books: Books, user_id: str) -> Customer:
    customer = books.customers.find(user_id)
    if customer is None:
        raise DeskError(f"no customer has the user ID {user_id}")
    return customer

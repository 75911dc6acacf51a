"""Customers and the further secrets that renewal may require (seed S2, way B2)."""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from certclient.model.secret import Secret
from certclient_practice.repositories.database import to_column
from certclient_practice.repositories.records import Customer
from certclient_practice.repositories.vault import Vault

_PIN = "pin"
_PASSWORD = "one-time-password"
_UNKNOWN = ""
"""What wrong PINs for unknown IDs are counted as, on the page of 取得."""


class Customers:
    """The customers table, bound to one database transaction."""

    def __init__(self, connection: sqlite3.Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def add(
        self,
        user_id: str,
        suffix: str,
        now: datetime,
        *,
        pin: Secret | None = None,
        one_time_password: Secret | None = None,
        contract_id: str = "",
        email: str = "",
    ) -> Customer:
        """Adds a customer, or overwrites every field of a known user ID.

        Overwriting also resets the count of wrong PINs and passwords. `now` is aware.
        """
        self._db.execute(
            """INSERT INTO customers
                 (user_id, suffix, sealed_pin, sealed_password, contract_id, email, created)
               VALUES (?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (user_id) DO UPDATE SET suffix = excluded.suffix,
                 sealed_pin = excluded.sealed_pin, sealed_password = excluded.sealed_password,
                 contract_id = excluded.contract_id, email = excluded.email,
                 secret_failures = 0""",
            (
                user_id,
                suffix,
                self._sealed(pin, _PIN, user_id),
                self._sealed(one_time_password, _PASSWORD, user_id),
                contract_id,
                email,
                to_column(now),
            ),
        )
        self.clear_obtain_failures(user_id)
        return Customer(
            user_id,
            suffix,
            asks_pin=pin is not None,
            asks_one_time_password=one_time_password is not None,
            contract_id=contract_id,
            email=email,
        )

    def find(self, user_id: str) -> Customer | None:
        """Returns the customer, None for an unknown user ID."""
        row = self._db.execute("SELECT * FROM customers WHERE user_id = ?", (user_id,)).fetchone()
        return None if row is None else _customer(row)

    def all(self) -> Sequence[Customer]:
        """Returns all customers, ordered by user ID."""
        rows = self._db.execute("SELECT * FROM customers ORDER BY user_id").fetchall()
        return [_customer(row) for row in rows]

    def obtain_failures(self, customer: Customer | None) -> int:
        """Returns how many wrong PINs in a row the page of 取得 got for this customer.

        None: for unknown IDs, all together.
        """
        row = self._db.execute(
            "SELECT number FROM obtain_failures WHERE counted_as = ?", (_counted_as(customer),)
        ).fetchone()
        return 0 if row is None else int(row["number"])

    def count_obtain_failure(self, customer: Customer | None) -> None:
        """Counts a wrong PIN there. None: for an unknown ID, by a write of the same size."""
        self._db.execute(
            """INSERT INTO obtain_failures (counted_as, number) VALUES (?, 1)
               ON CONFLICT (counted_as) DO UPDATE SET number = number + 1""",
            (_counted_as(customer),),
        )

    def clear_obtain_failures(self, user_id: str) -> None:
        """Forgets them after a right PIN."""
        self._db.execute("DELETE FROM obtain_failures WHERE counted_as = ?", (user_id,))

    def secret_failures(self, user_id: str) -> int:
        """Returns the number of wrong PINs and one-time passwords since the last success."""
        row = self._db.execute(
            "SELECT secret_failures FROM customers WHERE user_id = ?", (user_id,)
        ).fetchone()
        return 0 if row is None else int(row["secret_failures"])

    def count_secret_failure(self, user_id: str) -> None:
        """Counts one wrong PIN or one-time password; callers enforce the limit."""
        self._db.execute(
            "UPDATE customers SET secret_failures = secret_failures + 1 WHERE user_id = ?",
            (user_id,),
        )

    def clear_secret_failures(self, user_id: str) -> None:
        """Resets the counts after a success, or to unlock the customer."""
        self._db.execute("UPDATE customers SET secret_failures = 0 WHERE user_id = ?", (user_id,))
        self.clear_obtain_failures(user_id)

    def secrets_match(self, user_id: str, pin: bytes, one_time_password: bytes) -> bool:
        """Compares both secrets with the stored ones in constant time.

        A secret that is not on file matches any value. The user ID must exist.
        """
        row = self._db.execute(
            "SELECT sealed_pin, sealed_password FROM customers WHERE user_id = ?", (user_id,)
        ).fetchone()
        pin_fits = self._fits(row["sealed_pin"], _PIN, user_id, pin)
        password_fits = self._fits(row["sealed_password"], _PASSWORD, user_id, one_time_password)
        return pin_fits and password_fits

    def pin_is(self, user_id: str, pin: Secret) -> bool:
        """Returns whether `pin` is the stored ご契約先暗証番号.

        False for an unknown user ID and for a customer without a PIN.
        """
        return self._is(user_id, "sealed_pin", _PIN, pin)

    def one_time_password_is(self, user_id: str, password: Secret) -> bool:
        """Returns whether `password` is the stored 確認用パスワード of the お客様カード.

        False for an unknown user ID and for a customer without a password.
        """
        return self._is(user_id, "sealed_password", _PASSWORD, password)

    def _is(self, user_id: str, column: str, purpose: str, sent: Secret) -> bool:
        row = self._db.execute("SELECT * FROM customers WHERE user_id = ?", (user_id,)).fetchone()
        # Something to compare with for everybody, so that the time does not reveal which IDs exist.
        decoy = self._vault.seal(secrets.token_hex(4), f"{purpose}:{user_id}")
        on_file = None if row is None else row[column]
        fits = self._fits(on_file or decoy, purpose, user_id, sent.reveal().encode())
        return fits and on_file is not None

    def _sealed(self, secret: Secret | None, purpose: str, user_id: str) -> bytes | None:
        if secret is None:
            return None
        return self._vault.seal(secret.reveal(), f"{purpose}:{user_id}")

    def _fits(self, sealed: bytes | None, purpose: str, user_id: str, sent: bytes) -> bool:
        if sealed is None:
            return True
        expected = self._vault.unseal(sealed, f"{purpose}:{user_id}")
        return hmac.compare_digest(expected.encode(), sent)


def _counted_as(customer: Customer | None) -> str:
    return _UNKNOWN if customer is None else customer.user_id


def _customer(row: sqlite3.Row) -> Customer:
    return Customer(
        user_id=row["user_id"],
        suffix=row["suffix"],
        asks_pin=row["sealed_pin"] is not None,
        asks_one_time_password=row["sealed_password"] is not None,
        contract_id=row["contract_id"],
        email=row["email"],
    )

"""Issue codes (取得): one active code per customer, spent when the certificate is confirmed.

Until then the code can be used again, so that a customer whose PC stopped half-way is not left
without one; each use revokes the unconfirmed certificate of the previous use.
"""

from __future__ import annotations

import enum
import secrets
import sqlite3
import string
from collections.abc import Sequence
from datetime import datetime, timedelta

from certclient.model.secret import Secret
from certclient_practice.repositories.database import from_column, to_column
from certclient_practice.repositories.records import CodeState, IssueCode
from certclient_practice.repositories.vault import Vault

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which are easily confused on paper. 32 characters: 5 bits each."""
LENGTH = 16
_GROUP = 4
_DIGITS = 24


class CodeStyle(enum.Enum):
    """What this bank's codes look like."""

    PLAIN = "plain"
    """16 letters and digits. The profile does not say so: every code is tried at the bank."""
    LETTERS = "letters"
    """The same, and the profile says so."""
    HYPHENS = "hyphens"
    """The same with a hyphen after each four, which is part of the code."""
    DIGITS = "digits"
    """24 digits."""

    def new_code(self) -> str:
        """A random code (about 80 bits)."""
        if self is CodeStyle.DIGITS:
            return _random(string.digits, _DIGITS)
        code = _random(ALPHABET, LENGTH)
        return grouped(code) if self is CodeStyle.HYPHENS else code


def grouped(code: str) -> str:
    """The code in groups of four, as letters and pages show it; one with hyphens is unchanged."""
    if "-" in code:
        return code
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


class IssueCodes:
    """The issue codes table, bound to one database transaction."""

    def __init__(
        self, connection: sqlite3.Connection, vault: Vault, style: CodeStyle = CodeStyle.PLAIN
    ) -> None:
        self._db = connection
        self._vault = vault
        self._style = style

    def create(self, user_id: str, now: datetime, valid: timedelta, *, reissue: bool) -> Secret:
        """Creates a code (about 80 random bits) and withdraws the customer's active one."""
        code = self._style.new_code()
        self._db.execute(
            "UPDATE issue_codes SET state = ?, sealed_code = NULL WHERE user_id = ? AND state = ?",
            (CodeState.WITHDRAWN.value, user_id, CodeState.ACTIVE.value),
        )
        self._db.execute(
            """INSERT INTO issue_codes (user_id, sealed_code, state, reissue, created, expires)
               VALUES (?, ?, ?, ?, ?, ?)""",
            (
                user_id,
                self._vault.seal(code, f"code:{user_id}"),
                CodeState.ACTIVE.value,
                int(reissue),
                to_column(now),
                to_column(now + valid),
            ),
        )
        return Secret(code)

    def latest(self, user_id: str) -> IssueCode | None:
        """Returns the most recent code in any state, None if the customer never had one."""
        row = self._db.execute(
            "SELECT * FROM issue_codes WHERE user_id = ? ORDER BY id DESC LIMIT 1", (user_id,)
        ).fetchone()
        return None if row is None else _issue_code(row)

    def by_id(self, code_id: int) -> IssueCode | None:
        """Returns the code with this database ID, None if there is none."""
        row = self._db.execute("SELECT * FROM issue_codes WHERE id = ?", (code_id,)).fetchone()
        return None if row is None else _issue_code(row)

    def of_customer(self, user_id: str) -> Sequence[IssueCode]:
        """Returns all codes of a customer in any state, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM issue_codes WHERE user_id = ? ORDER BY id", (user_id,)
        ).fetchall()
        return [_issue_code(row) for row in rows]

    def reveal(self, code: IssueCode) -> Secret | None:
        """Returns the plaintext code for verifying a MAC, None if withdrawn or locked."""
        row = self._db.execute(
            "SELECT sealed_code FROM issue_codes WHERE id = ?", (code.id,)
        ).fetchone()
        sealed = row["sealed_code"]
        if sealed is None:
            return None
        return Secret(self._vault.unseal(sealed, f"code:{code.user_id}"))

    def count_failure(self, code: IssueCode, allowed: int) -> None:
        """Counts one wrong MAC.

        After `allowed` failures the code is locked for good and its sealed value is deleted.
        """
        self._db.execute("UPDATE issue_codes SET failures = failures + 1 WHERE id = ?", (code.id,))
        self._db.execute(
            """UPDATE issue_codes SET state = ?, sealed_code = NULL
               WHERE id = ? AND failures >= ?""",
            (CodeState.LOCKED.value, code.id, allowed),
        )

    def clear_failures(self, code: IssueCode) -> None:
        """Resets the count of wrong MACs after a correct one."""
        self._db.execute("UPDATE issue_codes SET failures = 0 WHERE id = ?", (code.id,))

    def mark_used(self, code_id: int) -> None:
        """Marks the code as spent: it can open no new transaction.

        The sealed value stays, to verify repeated messages of the transaction that spent the code.
        """
        self._db.execute(
            "UPDATE issue_codes SET state = ? WHERE id = ? AND state = ?",
            (CodeState.SPENT.value, code_id, CodeState.ACTIVE.value),
        )


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _issue_code(row: sqlite3.Row) -> IssueCode:
    return IssueCode(
        id=row["id"],
        user_id=row["user_id"],
        state=CodeState(row["state"]),
        expires_at=from_column(row["expires"]),
        failures=row["failures"],
        reissue=bool(row["reissue"]),
    )

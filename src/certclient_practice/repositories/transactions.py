"""Transactions and their stored responses (CMP's only); a repeated request gets the same."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from certclient_practice.repositories.database import to_column
from certclient_practice.repositories.records import (
    BankTransactionState,
    Confirmation,
    TransactionRecord,
)


class Transactions:
    """The transactions and responses tables, bound to one database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, record: TransactionRecord, now: datetime) -> None:
        """Inserts a transaction. Raises sqlite3.IntegrityError for a known transactionID."""
        self._db.execute(
            """INSERT INTO transactions (id, requester, user_id, kind, state, spki, polls_left,
                 implicit_confirm, code_id, old_serial, serial, created, modified)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                record.id,
                record.requester,
                record.user_id,
                record.kind,
                record.state.value,
                record.spki,
                record.polls_left,
                record.confirmation.value,
                record.code_id,
                record.old_serial_hex,
                record.serial_hex,
                to_column(now),
                record.modified,
            ),
        )

    def find(self, transaction_id: bytes) -> TransactionRecord | None:
        """Returns the transaction, None for an unknown transactionID."""
        row = self._db.execute(
            "SELECT * FROM transactions WHERE id = ?", (transaction_id,)
        ).fetchone()
        return None if row is None else _record(row)

    def polled(self, record: TransactionRecord) -> TransactionRecord:
        """Decrements the number of polls left; returns the changed record."""
        left = record.polls_left - 1
        self._db.execute("UPDATE transactions SET polls_left = ? WHERE id = ?", (left, record.id))
        return replace(record, polls_left=left)

    def issued(self, record: TransactionRecord, serial_hex: str) -> TransactionRecord:
        """Sets the state to ISSUED and the serial number (hex); returns the changed record."""
        self._db.execute(
            "UPDATE transactions SET state = ?, serial = ? WHERE id = ?",
            (BankTransactionState.ISSUED.value, serial_hex, record.id),
        )
        return replace(record, state=BankTransactionState.ISSUED, serial_hex=serial_hex)

    def ended(self, record: TransactionRecord, state: BankTransactionState) -> TransactionRecord:
        """Sets the final state, DONE or REJECTED; returns the changed record."""
        self._db.execute("UPDATE transactions SET state = ? WHERE id = ?", (state.value, record.id))
        return replace(record, state=state)

    def stored_response(self, transaction_id: bytes, request_hash: bytes) -> bytes | None:
        """Returns the stored response (DER) to exactly this request, None if there is none.

        `request_hash` is SHA-256 over the request's DER.
        """
        row = self._db.execute(
            "SELECT der FROM responses WHERE transaction_id = ? AND request_hash = ?",
            (transaction_id, request_hash),
        ).fetchone()
        return None if row is None else bytes(row["der"])

    def store_response(
        self, transaction_id: bytes, request_hash: bytes, nonce: bytes, der: bytes, now: datetime
    ) -> None:
        """Stores a response for replay, with its nonce, which the next request must return."""
        self._db.execute(
            "INSERT INTO responses VALUES (?, ?, ?, ?, ?)",
            (transaction_id, request_hash, nonce, der, to_column(now)),
        )

    def sent_nonce(self, transaction_id: bytes, nonce: bytes) -> bool:
        """Returns whether the bank sent this nonce in this transaction.

        Any of its nonces is accepted, not only the last: the customer may never have received the
        last response.
        """
        row = self._db.execute(
            "SELECT 1 FROM responses WHERE transaction_id = ? AND nonce = ?",
            (transaction_id, nonce),
        ).fetchone()
        return row is not None


def _record(row: sqlite3.Row) -> TransactionRecord:
    return TransactionRecord(
        id=row["id"],
        requester=row["requester"],
        user_id=row["user_id"],
        kind=row["kind"],
        state=BankTransactionState(row["state"]),
        spki=row["spki"],
        polls_left=row["polls_left"],
        confirmation=Confirmation(row["implicit_confirm"]),
        code_id=row["code_id"],
        old_serial_hex=row["old_serial"],
        serial_hex=row["serial"],
        modified=bool(row["modified"]),
    )

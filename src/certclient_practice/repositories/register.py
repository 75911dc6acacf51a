"""The register of issued certificates and their states: what the login page asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from certclient.model.certificate import Certificate
from certclient_practice.repositories.database import from_column, to_column
from certclient_practice.repositories.records import CertificateRecord, CertificateState, Reason


class Register:
    """The certificates' table inside one database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, record: CertificateRecord) -> None:
        """Writes a freshly issued certificate."""
        self._db.execute(
            """INSERT INTO certificates (serial, user_id, der, spki, not_after, state, issued,
                 changed, confirm_by, was_confirmed, transaction_id)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                record.certificate.serial_hex,
                record.user_id,
                record.certificate.der,
                record.certificate.spki,
                to_column(record.certificate.not_after),
                record.state.value,
                to_column(record.issued_at),
                to_column(record.changed_at),
                None if record.confirm_by is None else to_column(record.confirm_by),
                int(record.state is CertificateState.CONFIRMED),
                record.transaction_id,
            ),
        )

    def find(self, serial_hex: str) -> CertificateRecord | None:
        row = self._db.execute(
            "SELECT * FROM certificates WHERE serial = ?", (serial_hex,)
        ).fetchone()
        return None if row is None else _record(row)

    def find_serial(self, serial: int) -> CertificateRecord | None:
        """By the serial number as a number. Negative ones are nobody's."""
        return self.find(f"{serial:032x}") if serial >= 0 else None

    def find_exactly(self, certificate: Certificate) -> CertificateRecord | None:
        """The record of these very DER bytes: the serial number alone proves nothing."""
        record = self.find(certificate.serial_hex)
        return record if record is not None and record.certificate == certificate else None

    def all(self) -> Sequence[CertificateRecord]:
        rows = self._db.execute("SELECT * FROM certificates ORDER BY issued, rowid").fetchall()
        return [_record(row) for row in rows]

    def confirmed_of(self, user_id: str) -> Sequence[CertificateRecord]:
        return self._in_state(user_id, CertificateState.CONFIRMED)

    def unconfirmed_of(self, user_id: str) -> Sequence[CertificateRecord]:
        return self._in_state(user_id, CertificateState.UNCONFIRMED)

    def last_confirmed_end(self, user_id: str) -> datetime | None:
        """The latest end of validity among certificates that this customer ever confirmed."""
        row = self._db.execute(
            "SELECT MAX(not_after) AS last FROM certificates WHERE user_id = ? AND was_confirmed",
            (user_id,),
        ).fetchone()
        return None if row["last"] is None else from_column(row["last"])

    def last_confirmed(self, user_id: str) -> CertificateRecord | None:
        """The certificate that this customer confirmed last, whatever became of it."""
        row = self._db.execute(
            """SELECT * FROM certificates WHERE user_id = ? AND was_confirmed
               ORDER BY not_after DESC, issued DESC, rowid DESC LIMIT 1""",
            (user_id,),
        ).fetchone()
        return None if row is None else _record(row)

    def of_customer(self, user_id: str) -> Sequence[CertificateRecord]:
        """All certificates of one ID, the newest first."""
        rows = self._db.execute(
            "SELECT * FROM certificates WHERE user_id = ? ORDER BY issued DESC, rowid DESC",
            (user_id,),
        ).fetchall()
        return [_record(row) for row in rows]

    def key_was_used(self, spki: bytes, user_id: str) -> bool:
        """Whether this key has a certificate of another customer, or one ever confirmed.

        A key whose certificate was never confirmed may ask again (a lost answer, a new
        transaction with the same key).
        """
        row = self._db.execute(
            "SELECT 1 FROM certificates WHERE spki = ? AND (user_id != ? OR was_confirmed) LIMIT 1",
            (spki, user_id),
        ).fetchone()
        return row is not None

    def confirm(self, record: CertificateRecord, now: datetime) -> None:
        """The customer uses it: from now on it logs in, and it alone (one valid one per ID)."""
        for old in self.confirmed_of(record.user_id):
            self._set(old, CertificateState.SUPERSEDED, Reason.REPLACED, now)
        self._set(record, CertificateState.CONFIRMED, Reason.NONE, now)
        self._db.execute(
            "UPDATE certificates SET was_confirmed = 1 WHERE serial = ?",
            (record.certificate.serial_hex,),
        )

    def revoke(self, record: CertificateRecord, reason: Reason, now: datetime) -> None:
        self._set(record, CertificateState.REVOKED, reason, now)

    def revoke_unconfirmed(self, user_id: str, reason: Reason, now: datetime) -> None:
        for record in self.unconfirmed_of(user_id):
            self._set(record, CertificateState.REVOKED, reason, now)

    def sweep(self, now: datetime) -> int:
        """Revokes what was not confirmed in time; returns how many."""
        cursor = self._db.execute(
            """UPDATE certificates SET state = ?, reason = ?, changed = ?, confirm_by = NULL
               WHERE state = ? AND confirm_by < ?""",
            (
                CertificateState.REVOKED.value,
                Reason.NOT_CONFIRMED_IN_TIME.value,
                to_column(now),
                CertificateState.UNCONFIRMED.value,
                to_column(now),
            ),
        )
        return cursor.rowcount

    def _in_state(self, user_id: str, state: CertificateState) -> Sequence[CertificateRecord]:
        rows = self._db.execute(
            "SELECT * FROM certificates WHERE user_id = ? AND state = ? ORDER BY issued, rowid",
            (user_id, state.value),
        ).fetchall()
        return [_record(row) for row in rows]

    def _set(
        self, record: CertificateRecord, state: CertificateState, reason: Reason, now: datetime
    ) -> None:
        self._db.execute(
            """UPDATE certificates SET state = ?, reason = ?, changed = ?, confirm_by = NULL
               WHERE serial = ?""",
            (state.value, reason.value, to_column(now), record.certificate.serial_hex),
        )


def _record(row: sqlite3.Row) -> CertificateRecord:
    return CertificateRecord(
        certificate=Certificate.from_der(row["der"]),
        user_id=row["user_id"],
        state=CertificateState(row["state"]),
        reason=Reason(row["reason"]),
        issued_at=from_column(row["issued"]),
        changed_at=from_column(row["changed"]),
        confirm_by=None if row["confirm_by"] is None else from_column(row["confirm_by"]),
        transaction_id=row["transaction_id"],
    )

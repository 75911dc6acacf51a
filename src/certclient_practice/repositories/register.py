"""The register of issued certificates and their states, consulted by logins and protocols."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from certclient.model.certificate import Certificate
from certclient_practice.repositories.database import from_column, to_column
from certclient_practice.repositories.records import (
    CertificateRecord,
    CertificateState,
    EndedCertificate,
    Reason,
)


class Register:
    """The certificates table, bound to one database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, record: CertificateRecord) -> None:
        """Inserts a newly issued certificate. Raises sqlite3.IntegrityError for a known serial."""
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
        """Returns the record with this serial number (lower-case hex), None if unknown."""
        row = self._db.execute(
            "SELECT * FROM certificates WHERE serial = ?", (serial_hex,)
        ).fetchone()
        return None if row is None else _record(row)

    def find_serial(self, serial: int) -> CertificateRecord | None:
        """Like `find`, by integer; a negative serial number matches nothing."""
        return self.find(f"{serial:032x}") if serial >= 0 else None

    def find_exactly(self, certificate: Certificate) -> CertificateRecord | None:
        """Returns the record whose DER equals this certificate's.

        The serial number alone proves nothing: a forged certificate can repeat it.
        """
        record = self.find(certificate.serial_hex)
        return record if record is not None and record.certificate == certificate else None

    def all(self) -> Sequence[CertificateRecord]:
        """Returns every certificate ever issued, oldest first."""
        rows = self._db.execute("SELECT * FROM certificates ORDER BY issued, rowid").fetchall()
        return [_record(row) for row in rows]

    def ended(self) -> Sequence[EndedCertificate]:
        """Returns all that are revoked or superseded, the earliest first, without their DER."""
        rows = self._db.execute(
            """SELECT serial, reason, changed FROM certificates
               WHERE state IN ('revoked', 'superseded') ORDER BY changed"""
        )
        return [
            EndedCertificate(int(serial, 16), Reason(reason), from_column(changed))
            for serial, reason, changed in rows
        ]

    def confirmed_of(self, user_id: str) -> Sequence[CertificateRecord]:
        """Returns the ID's CONFIRMED certificates, oldest first, including expired ones."""
        return self._in_state(user_id, CertificateState.CONFIRMED)

    def lasting_of(self, user_id: str) -> CertificateRecord | None:
        """Returns the CONFIRMED certificate that ends last: after a renewal whose certificate was
        never used, the old one is CONFIRMED, too. None if the ID has none."""
        confirmed = self.confirmed_of(user_id)
        return max(confirmed, key=lambda one: one.certificate.not_after, default=None)

    def unconfirmed_of(self, user_id: str) -> Sequence[CertificateRecord]:
        """Returns the ID's UNCONFIRMED certificates, oldest first."""
        return self._in_state(user_id, CertificateState.UNCONFIRMED)

    def last_confirmed_end(self, user_id: str) -> datetime | None:
        """Returns the latest notAfter (aware UTC) of all certificates that the ID ever confirmed.

        None if it never confirmed one.
        """
        row = self._db.execute(
            "SELECT MAX(not_after) AS last FROM certificates WHERE user_id = ? AND was_confirmed",
            (user_id,),
        ).fetchone()
        return None if row["last"] is None else from_column(row["last"])

    def last_confirmed(self, user_id: str) -> CertificateRecord | None:
        """Returns the certificate that ends last among all that the ID ever confirmed.

        It may be revoked or superseded by now. None if the ID never confirmed one.
        """
        row = self._db.execute(
            """SELECT * FROM certificates WHERE user_id = ? AND was_confirmed
               ORDER BY not_after DESC, issued DESC, rowid DESC LIMIT 1""",
            (user_id,),
        ).fetchone()
        return None if row is None else _record(row)

    def of_customer(self, user_id: str) -> Sequence[CertificateRecord]:
        """Returns all certificates of one ID in any state, newest first."""
        rows = self._db.execute(
            "SELECT * FROM certificates WHERE user_id = ? ORDER BY issued DESC, rowid DESC",
            (user_id,),
        ).fetchall()
        return [_record(row) for row in rows]

    def key_was_used(self, spki: bytes, user_id: str) -> bool:
        """Returns whether the key (DER) has a certificate of another customer or a confirmed one.

        A key whose certificate was never confirmed may be submitted again: after a lost response,
        the client starts a new transaction with the same key.
        """
        row = self._db.execute(
            "SELECT 1 FROM certificates WHERE spki = ? AND (user_id != ? OR was_confirmed) LIMIT 1",
            (spki, user_id),
        ).fetchone()
        return row is not None

    def confirm(self, record: CertificateRecord, now: datetime) -> None:
        """Confirms a certificate and supersedes all others of the ID: one valid one per ID."""
        for old in self.confirmed_of(record.user_id):
            self._set(old, CertificateState.SUPERSEDED, Reason.REPLACED, now)
        self.confirm_beside_others(record, now)

    def confirm_beside_others(self, record: CertificateRecord, now: datetime) -> None:
        """Confirms a certificate; the ID's others stay valid until `first_used` (or they end)."""
        self._set(record, CertificateState.CONFIRMED, Reason.NONE, now)
        self._db.execute(
            "UPDATE certificates SET was_confirmed = 1 WHERE serial = ?",
            (record.certificate.serial_hex,),
        )

    def first_used(self, record: CertificateRecord, now: datetime) -> None:
        """Supersedes the ID's certificates that are older than this one, which was just used."""
        self._db.execute(
            """UPDATE certificates SET state = ?, reason = ?, changed = ?, confirm_by = NULL
               WHERE user_id = ? AND state = ?
                 AND rowid < (SELECT rowid FROM certificates WHERE serial = ? AND state = ?)""",
            (
                CertificateState.SUPERSEDED.value,
                Reason.REPLACED.value,
                to_column(now),
                record.user_id,
                CertificateState.CONFIRMED.value,
                record.certificate.serial_hex,
                CertificateState.CONFIRMED.value,
            ),
        )

    def revoke_later(self, record: CertificateRecord, reason: Reason, now: datetime) -> None:
        """Revokes the ID's confirmed certificates that were issued after this confirmed one.

        Rows, not times, are compared: an operator may set the bank's clock back.
        """
        self._db.execute(
            """UPDATE certificates SET state = ?, reason = ?, changed = ?, confirm_by = NULL
               WHERE user_id = ? AND state = ?
                 AND rowid > (SELECT rowid FROM certificates WHERE serial = ? AND state = ?)""",
            (
                CertificateState.REVOKED.value,
                reason.value,
                to_column(now),
                record.user_id,
                CertificateState.CONFIRMED.value,
                record.certificate.serial_hex,
                CertificateState.CONFIRMED.value,
            ),
        )

    def revoke(self, record: CertificateRecord, reason: Reason, now: datetime) -> None:
        """Revokes a certificate in any state and ends its confirmation deadline."""
        self._set(record, CertificateState.REVOKED, reason, now)

    def revoke_unconfirmed(self, user_id: str, reason: Reason, now: datetime) -> None:
        """Revokes the ID's UNCONFIRMED certificates, before another one is issued."""
        for record in self.unconfirmed_of(user_id):
            self._set(record, CertificateState.REVOKED, reason, now)

    def revoke_overdue(self, now: datetime) -> int:
        """Revokes certificates not confirmed in time; returns their number."""
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


@lru_cache(maxsize=256)
def _certificate(der: bytes) -> Certificate:
    """A renewal looks at the same few certificates again and again, over two messages."""
    return Certificate.read(der)


def _record(row: sqlite3.Row) -> CertificateRecord:
    return CertificateRecord(
        certificate=_certificate(row["der"]),
        user_id=row["user_id"],
        state=CertificateState(row["state"]),
        reason=Reason(row["reason"]),
        issued_at=from_column(row["issued"]),
        changed_at=from_column(row["changed"]),
        confirm_by=None if row["confirm_by"] is None else from_column(row["confirm_by"]),
        transaction_id=row["transaction_id"],
    )

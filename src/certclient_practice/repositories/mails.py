"""The ledger of e-mail notices: queued, sent and bounced.

One row per certificate and threshold, so that no notice is queued twice. A mail is sent twice only
if the process is killed between the mail server's acceptance and the commit; the copy has the same
Message-ID, by which mail programs recognize it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from certclient_practice.repositories.database import to_column
from certclient_practice.repositories.records import MailRecord, MailState

MAX_REPLY = 200


class Mails:
    """The mails table, bound to one database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def queue(
        self, serial_hex: str, days: int, recipient: str, message_id: str, now: datetime
    ) -> bool:
        """Queues a notice; returns False if the certificate already has one for `days`."""
        moment = to_column(now)
        cursor = self._db.execute(
            """INSERT INTO mails
                 (serial, days, recipient, message_id, state, next_attempt, created, changed)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (serial, days) DO NOTHING""",
            (
                serial_hex,
                days,
                recipient,
                message_id,
                MailState.QUEUED.value,
                moment,
                moment,
                moment,
            ),
        )
        return cursor.rowcount == 1

    def claim(self, now: datetime, lease: timedelta) -> Sequence[MailRecord]:
        """Returns the mails due for an attempt, oldest first, and reserves them for `lease`.

        The reservation keeps two concurrent runs from sending the same mail.
        """
        rows = self._db.execute(
            "SELECT * FROM mails WHERE state = ? AND next_attempt <= ? ORDER BY id",
            (MailState.QUEUED.value, to_column(now)),
        ).fetchall()
        self._db.executemany(
            "UPDATE mails SET next_attempt = ? WHERE id = ?",
            [(to_column(now + lease), row["id"]) for row in rows],
        )
        return [_record(row) for row in rows]

    def of_certificate(self, serial_hex: str) -> Sequence[MailRecord]:
        """Returns all notices about the certificate with this serial number (hex)."""
        rows = self._db.execute("SELECT * FROM mails WHERE serial = ?", (serial_hex,)).fetchall()
        return [_record(row) for row in rows]

    def by_message_id(self, message_id: str) -> MailRecord | None:
        """Returns the mail with this Message-ID, None if it is not one of the bank's."""
        row = self._db.execute("SELECT * FROM mails WHERE message_id = ?", (message_id,)).fetchone()
        return None if row is None else _record(row)

    def all(self) -> Sequence[MailRecord]:
        """Returns all mails in any state, in the order in which they were queued."""
        rows = self._db.execute("SELECT * FROM mails ORDER BY id").fetchall()
        return [_record(row) for row in rows]

    def sent(self, mail: MailRecord, now: datetime) -> None:
        """Records that the mail server accepted the mail."""
        self._change(mail, MailState.SENT, now, now, "", attempts=1)

    def bounced(self, mail: MailRecord, reply: str, now: datetime) -> None:
        """Records a final refusal; `reply` is the mail server's, cut to 200 characters."""
        self._change(mail, MailState.BOUNCED, now, now, reply, attempts=1)

    def postponed(self, mail: MailRecord, reply: str, until: datetime, now: datetime) -> None:
        """Records a refusal after which the mail is due again at `until` (aware)."""
        self._change(mail, MailState.QUEUED, until, now, reply, attempts=1)

    def released(self, mail: MailRecord, reply: str, now: datetime) -> None:
        """Ends the reservation of a mail that was not attempted; counts no attempt."""
        self._change(mail, MailState.QUEUED, now, now, reply, attempts=0)

    def readdressed(self, mail: MailRecord, recipient: str, now: datetime) -> None:
        """Queues the mail again for the customer's new address, with no attempts counted."""
        self._db.execute(
            "UPDATE mails SET recipient = ?, attempts = 0 WHERE id = ?", (recipient, mail.id)
        )
        self._change(mail, MailState.QUEUED, now, now, "", attempts=0)

    def dropped(self, mail: MailRecord) -> None:
        """Deletes a mail whose certificate was replaced or has ended before it was sent."""
        self._db.execute("DELETE FROM mails WHERE id = ?", (mail.id,))

    def _change(
        self,
        mail: MailRecord,
        state: MailState,
        until: datetime,
        now: datetime,
        reply: str,
        *,
        attempts: int,
    ) -> None:
        self._db.execute(
            """UPDATE mails SET state = ?, attempts = attempts + ?, next_attempt = ?, changed = ?,
                 last_reply = ? WHERE id = ?""",
            (
                state.value,
                attempts,
                to_column(until),
                to_column(now),
                reply[:MAX_REPLY],
                mail.id,
            ),
        )


def _record(row: sqlite3.Row) -> MailRecord:
    return MailRecord(
        id=row["id"],
        serial_hex=row["serial"],
        days=row["days"],
        recipient=row["recipient"],
        message_id=row["message_id"],
        state=MailState(row["state"]),
        attempts=row["attempts"],
        last_reply=row["last_reply"],
    )

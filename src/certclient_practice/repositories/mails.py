"""The ledger of e-mail notices: what is to be sent, what was, what came back.

One row for each certificate and threshold, so no notice is written twice. A kill between the mail
server's yes and ours is the one moment after which a mail goes out again: under the same
Message-ID, by which mail programs know it for the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from certclient_practice.repositories.database import to_column
from certclient_practice.repositories.records import MailRecord, MailState

MAX_REPLY = 200


class Mails:
    """The mails' table inside one database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def queue(
        self, serial_hex: str, days: int, recipient: str, message_id: str, now: datetime
    ) -> bool:
        """Writes down that this notice is to be sent; False if it was written down before."""
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
        """What may be tried now, oldest first. Nobody else gets it for the time of `lease`: two
        runs side by side never send the same mail."""
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
        rows = self._db.execute("SELECT * FROM mails WHERE serial = ?", (serial_hex,)).fetchall()
        return [_record(row) for row in rows]

    def by_message_id(self, message_id: str) -> MailRecord | None:
        row = self._db.execute("SELECT * FROM mails WHERE message_id = ?", (message_id,)).fetchone()
        return None if row is None else _record(row)

    def all(self) -> Sequence[MailRecord]:
        rows = self._db.execute("SELECT * FROM mails ORDER BY id").fetchall()
        return [_record(row) for row in rows]

    def sent(self, mail: MailRecord, now: datetime) -> None:
        self._change(mail, MailState.SENT, now, now, "", attempts=1)

    def bounced(self, mail: MailRecord, reply: str, now: datetime) -> None:
        self._change(mail, MailState.BOUNCED, now, now, reply, attempts=1)

    def postponed(self, mail: MailRecord, reply: str, until: datetime, now: datetime) -> None:
        """The address refused it this time: tried again from `until` on."""
        self._change(mail, MailState.QUEUED, until, now, reply, attempts=1)

    def released(self, mail: MailRecord, reply: str, now: datetime) -> None:
        """It could not be tried at all: free for the next run."""
        self._change(mail, MailState.QUEUED, now, now, reply, attempts=0)

    def readdressed(self, mail: MailRecord, recipient: str, now: datetime) -> None:
        """The customer has another address now: what did not get through is sent there, afresh."""
        self._db.execute(
            "UPDATE mails SET recipient = ?, attempts = 0 WHERE id = ?", (recipient, mail.id)
        )
        self._change(mail, MailState.QUEUED, now, now, "", attempts=0)

    def dropped(self, mail: MailRecord) -> None:
        """The certificate was replaced before the mail went out: nobody needs it any more."""
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

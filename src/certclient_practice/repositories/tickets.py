"""Tickets for deep links (way B1): they authorize one renewal from a login, for minutes.

The app receives the ticket in a `certclient:` link and returns it as the regToken of the renewal,
in place of ご契約先暗証番号 and 確認用パスワード, which the login has already checked. Only the
ticket's hash is stored.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from datetime import datetime, timedelta

from certclient.model.secret import Secret
from certclient_practice.repositories.database import to_column
from certclient_practice.repositories.records import TicketState

PREFIX = "tk-"
"""Distinguishes a ticket from a 確認用パスワード, which has only digits or capital letters."""
_RANDOM_BYTES = 24
_KEPT = timedelta(days=30)


def is_ticket(registration_token: bytes) -> bool:
    """Returns whether a regToken has the format of a ticket, valid or not."""
    return registration_token.startswith(PREFIX.encode())


class Tickets:
    """The tickets table, bound to one database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def create(self, user_id: str, session: str, now: datetime, valid: timedelta) -> Secret:
        """Creates a ticket (192 random bits) for `user_id` and withdraws the session's earlier
        ones.

        `session` is the hash that identifies the login, not its cookie.
        """
        self.withdraw(session)
        ticket = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        self._db.execute(
            "INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?)",
            (
                _digest(ticket.encode()),
                user_id,
                session,
                TicketState.ACTIVE.value,
                to_column(now),
                to_column(now + valid),
            ),
        )
        return Secret(ticket)

    def usable(self, ticket: bytes, user_id: str, now: datetime) -> bool:
        """Returns whether the ticket is `user_id`'s, unused, not withdrawn and not expired."""
        row = self._db.execute(
            "SELECT user_id FROM tickets WHERE digest = ? AND state = ? AND expires > ?",
            (_digest(ticket), TicketState.ACTIVE.value, to_column(now)),
        ).fetchone()
        return row is not None and row["user_id"] == user_id

    def use(self, ticket: bytes) -> None:
        """Marks the ticket as used, so that it can open no second renewal."""
        self._db.execute(
            "UPDATE tickets SET state = ? WHERE digest = ?",
            (TicketState.USED.value, _digest(ticket)),
        )

    def withdraw(self, session: str) -> None:
        """Withdraws the session's unused tickets when its login ends."""
        self._db.execute(
            "UPDATE tickets SET state = ? WHERE session = ? AND state = ?",
            (TicketState.WITHDRAWN.value, session, TicketState.ACTIVE.value),
        )

    def withdraw_all(self, now: datetime) -> None:
        """Withdraws all unused tickets when the bank starts, as no login survives a restart.

        Also deletes tickets that expired more than 30 days ago.
        """
        self._db.execute(
            "UPDATE tickets SET state = ? WHERE state = ?",
            (TicketState.WITHDRAWN.value, TicketState.ACTIVE.value),
        )
        self._db.execute("DELETE FROM tickets WHERE expires < ?", (to_column(now - _KEPT),))


def _digest(ticket: bytes) -> bytes:
    return hashlib.sha256(ticket).digest()

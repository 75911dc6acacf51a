"""Tickets (deep links, way B1): a logged-in customer's word to the app, good once and for minutes.

The ticket goes to the app in a `certclient:` link and comes back as the regToken of the renewal,
where it stands for ご契約先暗証番号 and 確認用パスワード: both were asked for at the login. Only
its hash is kept.
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
"""Tells a ticket from a 確認用パスワード; a card shows digits or capital letters only."""
_RANDOM_BYTES = 24
_KEPT = timedelta(days=30)


def is_ticket(registration_token: bytes) -> bool:
    """Whether a regToken is meant as a ticket, good or bad."""
    return registration_token.startswith(PREFIX.encode())


class Tickets:
    """The tickets' table inside one database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def give(self, user_id: str, session: str, now: datetime, valid: timedelta) -> Secret:
        """A new ticket (192 random bits) for `user_id`; earlier ones of this session end.

        `session` names the login that it belongs to (a hash, not the cookie).
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
        """Whether it was given to this very user ID, was not used, and is not over."""
        row = self._db.execute(
            "SELECT user_id FROM tickets WHERE digest = ? AND state = ? AND expires > ?",
            (_digest(ticket), TicketState.ACTIVE.value, to_column(now)),
        ).fetchone()
        return row is not None and row["user_id"] == user_id

    def use(self, ticket: bytes) -> None:
        """It opened a renewal: from now on it opens none."""
        self._db.execute(
            "UPDATE tickets SET state = ? WHERE digest = ?",
            (TicketState.USED.value, _digest(ticket)),
        )

    def withdraw(self, session: str) -> None:
        """The login ended: what it gave out and was not used ends with it."""
        self._db.execute(
            "UPDATE tickets SET state = ? WHERE session = ? AND state = ?",
            (TicketState.WITHDRAWN.value, session, TicketState.ACTIVE.value),
        )

    def begin_afresh(self, now: datetime) -> None:
        """The bank starts: no login of before goes on, so no ticket does. Long past ones go."""
        self._db.execute(
            "UPDATE tickets SET state = ? WHERE state = ?",
            (TicketState.WITHDRAWN.value, TicketState.ACTIVE.value),
        )
        self._db.execute("DELETE FROM tickets WHERE expires < ?", (to_column(now - _KEPT),))


def _digest(ticket: bytes) -> bytes:
    return hashlib.sha256(ticket).digest()

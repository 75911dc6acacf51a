"""The journal: what a procedure has done, durable before each side effect. Holds no secret.

SQLite in WAL mode with synchronous=FULL: a committed state survives kill -9 and a power cut.
"""

from __future__ import annotations

import enum
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef

T = TypeVar("T")

_SCHEMA_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS procedure (
    id TEXT PRIMARY KEY,
    profile_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    open INTEGER NOT NULL,
    leftover INTEGER NOT NULL,
    started TEXT NOT NULL,
    record BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_open_per_user ON procedure (profile_id, user_id) WHERE open;
CREATE TABLE IF NOT EXISTS rejection (
    fingerprint TEXT PRIMARY KEY,
    record BLOB NOT NULL
) STRICT;
"""
"""Version 1 had no table of rejections. Every statement can be run again, so that it also brings an
earlier version up to date."""
_BUSY_SECONDS = 10.0


class State(enum.Enum):
    """How far a procedure is. Each name is what is *done*; REQUESTED is written before sending."""

    PREPARED = "prepared"
    KEY_CREATED = "key-created"
    REQUESTED = "requested"
    WAITING = "waiting"
    ISSUED = "issued"
    INSTALLED = "installed"
    VERIFIED = "verified"
    CONFIRMED = "confirmed"
    DONE = "done"
    ABANDONED = "abandoned"
    NOT_ACCEPTED = "not-accepted"
    """The bank does not hold the new certificate for good: it and its key were removed."""

    @property
    def open(self) -> bool:
        """Whether something is left to do."""
        return self not in (State.DONE, State.ABANDONED, State.NOT_ACCEPTED)

    @property
    def unconfirmed(self) -> bool:
        """Whether the CA has issued a certificate that it does not know to have arrived."""
        return self in (State.ISSUED, State.INSTALLED, State.VERIFIED)


class Kind(enum.Enum):
    """更新 or 取得."""

    RENEW = "renew"
    OBTAIN = "obtain"


@dataclass(frozen=True, slots=True)
class Record:
    """One procedure. Certificates are DER, times aware UTC; every field may be shown to support.

    `abandoning`: the procedure is to be cleaned up, not finished. `unanswered`: a poll or
    confirmation was about to be sent and its answer was never seen. `transactions`: how many were
    begun. `leftover`: given up while its token was away, so a key of it may still lie there.
    `not_accepted`: the bank refused the new certificate for good, so that it is removed and the
    procedure ends in NOT_ACCEPTED.
    """

    id: str
    kind: Kind
    profile_id: str
    user_id: str
    state: State
    started: datetime
    changed: datetime
    store_id: str
    key_label: str
    old_certificate: bytes = b""
    old_store_id: str = ""
    key_id: bytes = b""
    spki: bytes = b""
    transactions: int = 0
    transaction_id: str = ""
    transaction_state: bytes = b""
    check_at: datetime | None = None
    issued: bytes = b""
    chain: tuple[bytes, ...] = ()
    ca_confirmed: bool = False
    unanswered: bool = False
    old_archived: bool = False
    abandoning: bool = False
    leftover: bool = False
    not_accepted: bool = False
    last_error: str = ""

    @property
    def key(self) -> KeyRef:
        """The new key's durable name; meaningful from KEY_CREATED on."""
        return KeyRef(self.store_id, self.key_id)

    @property
    def new_certificate(self) -> Certificate | None:
        return Certificate.from_der(self.issued) if self.issued else None

    @property
    def old(self) -> Certificate | None:
        return Certificate.from_der(self.old_certificate) if self.old_certificate else None

    @property
    def error(self) -> ErrorCode | None:
        """Why it stopped last, None if it did not or an unknown version wrote it."""
        return next((e for e in ErrorCode if e.code == self.last_error), None)


class RejectionSource(enum.Enum):
    """How it was learned that the bank does not accept a certificate."""

    CONFIRMATION = "confirmation"
    """The CA's answer to certConf."""
    RENEWAL = "renewal"
    """The CA refused the signature of a request."""
    LOGIN = "login"
    """The login test."""
    GIVEN_UP = "given-up"
    """Its procedure was given up, and it could not be removed then."""
    INQUIRY = "inquiry"
    """The CA was asked, because a page's link named another certificate, say."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A certificate that the bank does not accept. `fingerprint`: SHA-256 of its DER bytes in
    lower-case hex. `reason`: the public code of the error that said so. `message`: the CA's own
    words, if any. `noted` is aware UTC."""

    fingerprint: str
    profile_id: str
    source: RejectionSource
    reason: str
    noted: datetime
    message: str = ""


class Journal:
    """All procedures of this user on this computer."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file `path`, readable by its owner alone.

        Raises CertclientError: DATA_FOLDER (cannot be written), JOURNAL_DAMAGED (not a journal),
        JOURNAL_NEWER (a newer version of this program wrote it; nothing is changed).
        """
        self.path = path
        self._create_private()
        with self._connection() as connection:
            self._migrate(connection)

    def save(self, record: Record) -> None:
        """Writes `record` durably: when this returns, a power cut no longer loses it.

        Raises PROCEDURE_RUNNING if another open procedure of the same user ID exists.
        """
        row = (
            record.id,
            record.profile_id,
            record.user_id,
            record.state.open,
            record.leftover,
            record.started.isoformat(),
            msgspec.json.encode(record),
        )
        with self._connection() as connection:
            try:
                connection.execute(
                    "INSERT INTO procedure VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
                    " SET open = excluded.open, leftover = excluded.leftover,"
                    " record = excluded.record",
                    row,
                )
            except sqlite3.IntegrityError as error:
                raise CertclientError(
                    ErrorCode.PROCEDURE_RUNNING, user_id=record.user_id
                ) from error

    def load(self, procedure_id: str) -> Record | None:
        """The procedure with this id, or None. Raises JOURNAL_DAMAGED."""
        return next(iter(self._select("id = ?", procedure_id)), None)

    def open_procedures(self) -> Sequence[Record]:
        """Those that are neither DONE nor ABANDONED, oldest first. Raises JOURNAL_DAMAGED."""
        return self._select("open")

    def open_for(self, profile_id: str, user_id: str) -> Record | None:
        """The one open procedure of a user ID, if any. Raises JOURNAL_DAMAGED."""
        found = self._select("open AND profile_id = ? AND user_id = ?", profile_id, user_id)
        return next(iter(found), None)

    def leftovers(self) -> Sequence[Record]:
        """Given-up procedures whose key may still lie on a token. Raises JOURNAL_DAMAGED."""
        return self._select("leftover")

    def finished(self) -> Sequence[Record]:
        """Procedures that are DONE, oldest first. Raises JOURNAL_DAMAGED."""
        return [record for record in self._select("NOT open") if record.state is State.DONE]

    def reject(self, rejection: Rejection) -> None:
        """Remembers that the bank does not accept this certificate; the first reason stays."""
        with self._connection() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO rejection VALUES (?, ?)",
                (rejection.fingerprint, msgspec.json.encode(rejection)),
            )

    def accept(self, fingerprint: str) -> None:
        """Forgets a rejection: the bank has just accepted this certificate."""
        with self._connection() as connection:
            connection.execute("DELETE FROM rejection WHERE fingerprint = ?", (fingerprint,))

    def rejections(self) -> Sequence[Rejection]:
        """What is remembered so. Raises JOURNAL_DAMAGED."""
        with self._connection() as connection:
            rows = connection.execute("SELECT record FROM rejection").fetchall()
        return self._decoded([row[0] for row in rows], Rejection)

    def _select(self, where: str, *values: str) -> Sequence[Record]:
        with self._connection() as connection:
            rows = connection.execute(
                f"SELECT record FROM procedure WHERE {where} ORDER BY started",  # noqa: S608 - ours
                values,
            ).fetchall()
        return self._decoded([row[0] for row in rows], Record)

    def _decoded(self, encoded: Sequence[bytes], kind: type[T]) -> list[T]:
        try:
            return [msgspec.json.decode(one, type=kind) for one in encoded]
        except msgspec.MsgspecError as error:
            raise self._damaged(str(error)) from error

    def _create_private(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise CertclientError(
                ErrorCode.DATA_FOLDER, path=str(self.path), reason=str(error)
            ) from error

    def _migrate(self, connection: sqlite3.Connection) -> None:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version < _SCHEMA_VERSION:
            # One transaction: a stop in the middle leaves the old version; a second process may
            # race us.
            connection.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
            )
        elif version > _SCHEMA_VERSION:
            raise CertclientError(
                ErrorCode.JOURNAL_NEWER,
                path=str(self.path),
                schema=str(version),
                known=str(_SCHEMA_VERSION),
            )

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one transaction: committed at the end, rolled back on an error."""
        try:
            connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                with connection:
                    yield connection
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            raise CertclientError(
                ErrorCode.DATA_FOLDER, path=str(self.path), reason=str(error)
            ) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, reason: str) -> CertclientError:
        return CertclientError(ErrorCode.JOURNAL_DAMAGED, path=str(self.path), reason=reason)

"""The practice bank's SQLite file: durable at every commit, shared by server and commands."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from certclient_practice.repositories.schema import MIGRATIONS

BUSY_SECONDS = 20.0


class DatabaseTooNewError(Exception):
    """A later version of this program wrote the file."""


class Database:
    """Opens `path`, creating or upgrading it if necessary.

    WAL with synchronous=FULL: a reported commit survives a kill or power loss. There is one writer
    at a time across all processes; within this one, all threads share a connection and wait for a
    lock (SQLite's own waiting sleeps up to 0.1 s at a time, during which nobody may be served; a
    connection per thread would have a page cache each). Raises DatabaseTooNewError, sqlite3.Error.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        # The file holds customers' data: no other user of the machine may read it.
        path.touch(mode=0o600, exist_ok=True)
        self._connection = _connect(path)
        with self.transaction() as connection:
            _upgrade(connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Opens a write transaction: commits at the end, rolls back on an exception.

        Raises sqlite3.OperationalError if another one does not end within BUSY_SECONDS.
        """
        if not self._lock.acquire(timeout=BUSY_SECONDS):
            raise sqlite3.OperationalError("database is locked")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:
                yield self._connection
        finally:
            self._lock.release()

    def close(self) -> None:
        """Closes the connection. Call it when no thread uses the database any more."""
        self._connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level=None: `transaction` issues BEGIN itself; sqlite3 must not begin any.
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """Runs part of a transaction; an exception rolls back only this part."""
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO part")
        raise
    finally:
        connection.execute("RELEASE part")


def to_column(moment: datetime) -> int:
    """Converts an aware time to whole seconds since 1970, the resolution of certificates."""
    return int(moment.timestamp())


def from_column(seconds: int) -> datetime:
    """Converts seconds since 1970 to an aware UTC time."""
    return datetime.fromtimestamp(seconds, UTC)


def _upgrade(connection: sqlite3.Connection) -> None:
    with closing(connection.execute("PRAGMA user_version")) as cursor:
        version = int(cursor.fetchone()[0])
    if version > len(MIGRATIONS):
        raise DatabaseTooNewError(f"schema version {version}, known up to {len(MIGRATIONS)}")
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")

"""The practice bank's SQLite file: durable at every commit, shared by server and commands."""

from __future__ import annotations

import queue
import sqlite3
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
    at a time across all processes. Connections are pooled, one per active thread. Raises
    DatabaseTooNewError, sqlite3.Error.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        # The file holds customers' data: no other user of the machine may read it.
        path.touch(mode=0o600, exist_ok=True)
        with self.transaction() as connection:
            _upgrade(connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Opens a write transaction: commits at the end, rolls back on an exception."""
        connection = self._acquire()
        try:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection
        finally:
            self._idle.put(connection)

    def close(self) -> None:
        """Closes all idle connections. Call it when no thread uses the database any more."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _acquire(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        # isolation_level=None: `transaction` issues BEGIN itself; sqlite3 must not begin any.
        connection = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
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

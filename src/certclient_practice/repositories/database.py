"""The practice bank's one SQLite file: durable at every commit, shared by server and commands."""

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
    """The file was written by a later version of this program."""


class Database:
    """Opens (and where needed creates or upgrades) `path`.

    WAL with synchronous=FULL: what a commit reported survives a kill or a power cut. One writer at
    a time over all processes; connections are kept for reuse, one per thread at work.
    Raises DatabaseTooNewError, sqlite3.Error.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        # The file holds customers' data: nobody else on the machine reads it.
        path.touch(mode=0o600, exist_ok=True)
        with self.transaction() as connection:
            _upgrade(connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: committed at the end, rolled back by an exception."""
        connection = self._take()
        try:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection
        finally:
            self._idle.put(connection)

    def close(self) -> None:
        """Closes all idle connections; call it when no thread uses the database any more."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        # isolation_level=None: transactions are begun above, not guessed by the module.
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
    """Part of a transaction that an exception undoes alone, leaving the rest to be committed."""
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO part")
        raise
    finally:
        connection.execute("RELEASE part")


def to_column(moment: datetime) -> int:
    """Aware time as whole seconds since 1970 (certificates know no smaller unit)."""
    return int(moment.timestamp())


def from_column(seconds: int) -> datetime:
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

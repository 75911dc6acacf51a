"""The journal's SQLite file: how it is created, migrated, kept open and written durably.

WAL mode with synchronous=FULL: a committed transaction survives kill -9 and a power cut. A commit
costs one sync of the write-ahead log; opening and closing the file cost five more, so whoever
writes repeatedly keeps it open.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.change_stamps import stamp_of
from certclient.platform.private_files import open_private, private_folder

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
"""Version 1 had no rejection table. Every statement is idempotent, so the script also migrates an
earlier version."""
BUSY_SECONDS = 10.0
"""How long a call waits for another program that holds the file."""

_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_NOT_OURS = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_SCHEMA)
"""The statement cannot be run on this file: a table or a column is missing."""


def change_stamp(path: Path) -> tuple[str, ...]:
    """What differs after each write to the journal file `path`, by whichever process.

    Reads no content. An empty write-ahead log counts as none, as every reader creates one.
    """
    return tuple(map(stamp_of, journal_places(path)))


def journal_places(path: Path) -> tuple[str, str]:
    """The places (`platform.change_stamps`) of which one changes with each write to the journal
    `path`: the database and its write-ahead log."""
    return str(path), f"{path}-wal"


class JournalFile:
    """The file `path`. Threads may share it: each has a connection of its own.

    Every method raises CertclientError: DATA_FOLDER if the file cannot be accessed, JOURNAL_HELD if
    another program holds it, JOURNAL_DAMAGED if it is corrupt or a table is missing.
    """

    def __init__(
        self,
        path: Path,
        trace: Callable[[str], None] | None = None,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        """Opens or creates the file, readable only by its owner. `trace`: called with each SQL
        statement, for measurements. `busy_seconds`: how long to wait for another program that holds
        it. Raises JOURNAL_NEWER, too."""
        self._path = path
        self._trace = trace
        self._busy_seconds = busy_seconds
        self._kept = _Kept()
        self._create_private()
        with self.transaction() as connection:
            self._migrate(connection)

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keeps this thread's connection open within the block; blocks may be nested."""
        if self._kept.connection is not None:
            yield
            return
        with self._errors():
            connection = self._connect()
        try:
            with self._errors():
                self._kept.identity = _identity(self._path)
            self._kept.connection = connection
            yield
        finally:
            self._kept.connection = None
            with self._errors():
                connection.close()

    @contextmanager
    def transaction(self, *, power_safe: bool = True) -> Iterator[sqlite3.Connection]:
        """A connection for one transaction: committed at the end, rolled back on an error.

        `power_safe`: see `Journal.save`.
        """
        with self._errors(), self._connection() as connection:
            connection.execute(f"PRAGMA synchronous = {'FULL' if power_safe else 'NORMAL'}")
            with connection:
                yield connection

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """The connection that is kept open, or one for this block."""
        kept = self._kept.connection
        if kept is None:
            with closing(self._connect()) as connection:
                yield connection
        elif _identity(self._path) != self._kept.identity:
            # SQLite would go on writing to a file that nobody ever reads again.
            raise CertclientError(
                ErrorCode.DATA_FOLDER, path=str(self._path), reason="the file was replaced"
            )
        else:
            yield kept

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=self._busy_seconds)
        connection.set_trace_callback(self._trace)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Makes CertclientErrors of what SQLite and the system report."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._operational(error) from error
        except OSError as error:
            raise self._inaccessible(error) from error
        except (sqlite3.DatabaseError, UnicodeDecodeError, MemoryError) as error:
            # UnicodeDecodeError: Python could not read SQLite's message, which quotes the file.
            # MemoryError: SQLite's answer to sizes in the file that no journal has.
            raise damaged(self._path, str(error) or type(error).__name__) from error

    def _operational(self, error: sqlite3.OperationalError) -> CertclientError:
        """What an error means that SQLite does not blame on the file's content.

        The primary result code (sqlite.org/rescode) is the low byte. A missing table is damage all
        the same.
        """
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if primary in _HELD:
            return CertclientError(ErrorCode.JOURNAL_HELD, path=str(self._path))
        if primary in _NOT_OURS:
            return damaged(self._path, str(error))
        return self._inaccessible(error)

    def _inaccessible(self, error: Exception) -> CertclientError:
        return CertclientError(ErrorCode.DATA_FOLDER, path=str(self._path), reason=str(error))

    def _create_private(self) -> None:
        with self._errors():
            # Before SQLite opens it: SQLite would create the file with the umask's permissions.
            private_folder(self._path.parent)
            try:
                os.close(open_private(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR))
            except FileExistsError:
                self._check_existing()

    def _check_existing(self) -> None:
        """Raises OSError if the file cannot be read and written.

        Does not open it: to close it would end the POSIX locks of all connections of this process,
        and another one would delete the log that they go on writing to
        (sqlite.org/howtocorrupt.html, 2.2).
        """
        if not self._path.exists():  # a link to a file that nobody can have open yet
            os.close(open_private(self._path, os.O_CREAT | os.O_RDWR))
        elif not os.access(self._path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def _migrate(self, connection: sqlite3.Connection) -> None:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version < _SCHEMA_VERSION:
            # One transaction: an interruption leaves the old version, and a second process may
            # migrate at the same time.
            connection.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
            )
        elif version > _SCHEMA_VERSION:
            raise CertclientError(
                ErrorCode.JOURNAL_NEWER,
                path=str(self._path),
                schema=str(version),
                known=str(_SCHEMA_VERSION),
            )


class _Kept(threading.local):
    """The connection that the present thread keeps open, and which file it belongs to."""

    connection: sqlite3.Connection | None = None
    identity: tuple[int, int] = (0, 0)


def _identity(path: Path) -> tuple[int, int]:
    """Device and number of a file. Raises OSError."""
    status = os.stat(path)
    return status.st_dev, status.st_ino


def damaged(path: Path, reason: str) -> CertclientError:
    """JOURNAL_DAMAGED for the journal file `path`."""
    return CertclientError(ErrorCode.JOURNAL_DAMAGED, path=str(path), reason=reason)

"""The files of an NSS database, examined before softokn opens them.

softokn reports every fault as one error code, creates missing files, and takes an empty file for a
new database. Here, each fault gets its own explanation, and nothing is changed.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.pkcs11.database_problem import Problem

CERTIFICATES = "cert9.db"
KEYS = "key4.db"
_OLD_FORMAT = ("cert8.db", "key3.db")
"""Before NSS 3.35. A program whose NSS still knows them converts them when it opens the database
for writing, and leaves them beside the new ones (wiki.mozilla.org/NSS_SQLite-based_DB)."""

_TABLES = {CERTIFICATES: {"nssPublic"}, KEYS: {"nssPrivate", "metaData"}}
"""sdb.c: the tables without which softokn cannot use the file."""

_LOCK_SECONDS = 2.0
"""How long to wait for another program that has locked the database. NSS itself holds a lock for
milliseconds only."""

_Signature = tuple[int, int, int, int]
"""(device, inode, size in bytes, time of the last change in ns)."""


@dataclass(frozen=True, slots=True)
class DatabaseFiles:
    """What lies in the folder. `present`: a database, otherwise one is yet to be created.

    `protected`: the file or folder that keeps this user from writing to the database, or from
    creating it; None if there is none.
    """

    present: bool
    protected: Path | None

    @property
    def writable(self) -> bool:
        """Whether this user may write to the database, or create it."""
        return self.protected is None


def shown_path(path: Path) -> str:
    r"""Returns the path as text; bytes that are not UTF-8 appear as `\xNN`.

    The text can be printed, journalled and put into JSON on every system.
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def unusable(directory: Path, problem: Problem | None, reason: str) -> CertclientError:
    """Returns STORE_UNAVAILABLE with data `path`, `reason` and, if known, `problem`."""
    data = {"path": shown_path(directory), "reason": reason}
    if problem is not None:
        data["problem"] = problem.value
    return CertclientError(ErrorCode.STORE_UNAVAILABLE, **data)


def read_only(directory: Path, protected: Path | None) -> CertclientError:
    """Returns STORE_UNAVAILABLE for a database that cannot be written to."""
    reason = "" if protected is None else shown_path(protected)
    return unusable(directory, Problem.READ_ONLY, reason)


def inaccessible(directory: Path, error: OSError) -> CertclientError:
    """Returns STORE_UNAVAILABLE for an error of the operating system with the folder.

    If a right is missing, `reason` names the innermost file or folder that can still be seen.
    """
    place = Path(os.fsdecode(error.filename)) if error.filename else directory
    problem = _PROBLEM_OF.get(error.errno or 0)
    if problem is Problem.PERMISSION:
        place = next(one for one in (place, *place.parents) if _visible(one))
    return unusable(directory, problem, f"{error.strerror}: {shown_path(place)}")


_PROBLEM_OF = {
    errno.EACCES: Problem.PERMISSION,
    errno.EPERM: Problem.PERMISSION,
    errno.EROFS: Problem.READ_ONLY,
    errno.ENOTDIR: Problem.NOT_A_FOLDER,
    errno.ELOOP: Problem.BROKEN_LINK,
}


def _visible(place: Path) -> bool:
    try:
        place.lstat()
    except OSError:
        return False
    return True


def change_stamp(directory: Path) -> tuple[_Signature | None, ...]:
    """Returns what differs after each change to the two files' content, rights or owner."""
    return tuple(_signature(directory / name) for name in (CERTIFICATES, KEYS))


def _signature(file: Path) -> _Signature | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_ctime_ns


def examine(directory: Path, *, now: bool = False) -> DatabaseFiles:
    """Examines the database in `directory`; waits briefly if another program has locked it.

    A database that was sound is not read again until a file changes; with `now`, it is at least
    checked for a lock. Raises CertclientError(STORE_UNAVAILABLE) if it is there and unreadable.
    """
    try:
        present = _files_present(directory)
        if present == {CERTIFICATES, KEYS}:
            protected = _protected(directory)
            for name in sorted(present):
                _require_sound(directory, name, now=now, writable=protected is None)
            return DatabaseFiles(present=True, protected=protected)
    except OSError as error:
        raise inaccessible(directory, error) from error
    if present:
        missing = KEYS if CERTIFICATES in present else CERTIFICATES
        raise unusable(directory, Problem.MISSING_FILE, missing)
    if any((directory / name).exists() for name in _OLD_FORMAT):
        # softokn would show them as an empty database, or convert them without a word.
        raise unusable(directory, Problem.OLD_FORMAT, " ".join(_OLD_FORMAT))
    return DatabaseFiles(present=False, protected=_protected_parent(directory))


def _files_present(directory: Path) -> set[str]:
    """Returns which of the two files exist. Raises OSError and STORE_UNAVAILABLE."""
    if not _exists(directory, directory):
        return set()
    if not directory.is_dir():
        raise unusable(directory, Problem.NOT_A_FOLDER, shown_path(directory))
    present = {name for name in (CERTIFICATES, KEYS) if _exists(directory / name, directory)}
    for name in present:
        if not (directory / name).is_file():
            raise unusable(directory, Problem.DAMAGED, f"{name}: not a file")
    return present


def _exists(place: Path, directory: Path) -> bool:
    """Like Path.exists, but raises for what cannot be seen and for a link that leads nowhere."""
    try:
        place.stat()
    except FileNotFoundError:
        for one in (place, *place.parents):
            if one.is_symlink() and not one.exists():
                reason = f"{shown_path(one)} → {shown_path(one.readlink())}"
                raise unusable(directory, Problem.BROKEN_LINK, reason) from None
        return False
    return True


def _protected(directory: Path) -> Path | None:
    """SQLite needs the folder, too: its journal is a file beside the database."""
    if not os.access(directory, os.W_OK | os.X_OK):
        return directory
    files = (directory / name for name in (CERTIFICATES, KEYS))
    return next((file for file in files if not os.access(file, os.W_OK)), None)


def _protected_parent(directory: Path) -> Path | None:
    """The folder in which the missing database, or the folder for it, cannot be created."""
    nearest = next(place for place in (directory, *directory.parents) if place.exists())
    return None if os.access(nearest, os.W_OK | os.X_OK) else nearest


_sound: dict[Path, _Signature] = {}


def _require_sound(directory: Path, name: str, *, now: bool, writable: bool) -> None:
    file = directory / name
    status = file.stat()
    if not os.access(file, os.R_OK):
        reason = f"{os.strerror(errno.EACCES)}: {shown_path(file)}"
        raise unusable(directory, Problem.PERMISSION, reason)
    if status.st_size == 0:
        raise unusable(directory, Problem.DAMAGED, f"{name}: empty")
    signature = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    known = _sound.get(file) == signature
    if known and not now:
        return
    try:
        fault = _read(file, name, thorough=not known, writable=writable)
    except sqlite3.Error as error:
        raise _sqlite_problem(directory, name, error) from error
    if fault:
        raise unusable(directory, Problem.DAMAGED, f"{name}: {fault}")
    _sound[file] = signature


def _read(file: Path, name: str, *, thorough: bool, writable: bool) -> str:
    """Reads the database's structure; returns what is wrong with it, "" if nothing.

    Opened for writing where possible: SQLite then completes what a crash has interrupted, as the
    browser would. Nothing else is written.
    """
    mode = "rw" if writable else "ro"
    address = f"{file.absolute().as_uri()}?mode={mode}"
    with closing(sqlite3.connect(address, uri=True, timeout=_LOCK_SECONDS)) as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
        if not tables >= _TABLES[name]:
            return "not an NSS database"
        if not thorough:
            return ""
        (result,) = database.execute("PRAGMA quick_check(1)").fetchone()
        return "" if result == "ok" else str(result)


def _sqlite_problem(directory: Path, name: str, error: sqlite3.Error) -> CertclientError:
    primary = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    problem = {
        sqlite3.SQLITE_BUSY: Problem.LOCKED,
        sqlite3.SQLITE_LOCKED: Problem.LOCKED,
        sqlite3.SQLITE_NOTADB: Problem.DAMAGED,
        sqlite3.SQLITE_CORRUPT: Problem.DAMAGED,
        sqlite3.SQLITE_PERM: Problem.PERMISSION,
    }.get(primary)
    return unusable(directory, problem, f"{name}: {error}")

"""One procedure per user ID at a time, across processes. A killed process leaves no lock behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.private_files import may_exist, private_folder

_PROBE_SECONDS = 0.25
"""How long a start waits for a lock that is held: longer than `is_held` of another process takes,
too short for a user to notice."""
_POLL_SECONDS = 0.01


def locks_folder(journal: Path) -> Path:
    """The folder of the locks of the procedures in the journal file `journal`."""
    return journal.parent / "locks"


@contextmanager
def exclusive(folder: Path, profile_id: str, user_id: str) -> Iterator[None]:
    """Holds the lock of one user ID for the block; the operating system frees it at process exit.

    Raises CertclientError: PROCEDURE_RUNNING if another process or thread holds it, DATA_FOLDER if
    the lock file cannot be created.
    """
    from filelock import FileLock, Timeout

    try:
        private_folder(folder)
        lock = FileLock(_file(folder, profile_id, user_id), mode=0o600)
        lock.acquire(timeout=_PROBE_SECONDS, poll_interval=_POLL_SECONDS)
    except Timeout as error:
        raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=user_id) from error
    except OSError as error:
        raise CertclientError(ErrorCode.DATA_FOLDER, path=str(folder), reason=str(error)) from error
    try:
        yield
    finally:
        lock.release()


def is_held(folder: Path, profile_id: str, user_id: str) -> bool:
    """Whether a procedure of this user ID runs now, in this or in another process.

    Takes the lock for an instant, which `exclusive` and other calls tolerate. Waits a moment for a
    lock that is held: by such a call, or by a process that was just killed. Never raises; creates
    no file.
    """
    file = _file(folder, profile_id, user_id)
    if not may_exist(file):
        return False
    from filelock import FileLock, Timeout

    try:
        with FileLock(file).acquire(timeout=_PROBE_SECONDS / 2, poll_interval=_POLL_SECONDS):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def _file(folder: Path, profile_id: str, user_id: str) -> Path:
    # Hashed: a user ID comes from a certificate and is not safe as a file name.
    name = hashlib.sha256(f"{profile_id}\0{user_id}".encode()).hexdigest()[:32]
    return folder / f"{name}.lock"

"""One procedure per user ID at a time, across processes. A killed process leaves no lock behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from certclient.model.errors import CertclientError, ErrorCode


@contextmanager
def exclusive(folder: Path, profile_id: str, user_id: str) -> Iterator[None]:
    """Holds the lock of one user ID for the block; the operating system frees it at process exit.

    Raises CertclientError: PROCEDURE_RUNNING immediately if another process or thread holds it,
    DATA_FOLDER if the lock file cannot be created.
    """
    # Hashed: a user ID comes from a certificate and is not safe as a file name.
    name = hashlib.sha256(f"{profile_id}\0{user_id}".encode()).hexdigest()[:32]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(folder / f"{name}.lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=user_id) from error
    except OSError as error:
        raise CertclientError(ErrorCode.DATA_FOLDER, path=str(folder), reason=str(error)) from error
    try:
        yield
    finally:
        lock.release()

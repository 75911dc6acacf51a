"""What a rehearsal has left behind that was killed: it is removed at the next start.

The folder's name is that of its stores, and a lock in it is held while the rehearsal runs.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from certclient.model.errors import CertclientError
from certclient.platform import log
from certclient.platform.process_lock import ProcessLock
from certclient.platform.rehearsal import LOCK, PREFIX
from certclient.store.rehearsal import remove_rehearsal_stores, stores_of_rehearsals

YOUNG_SECONDS = 60.0
"""A folder that is younger may be of a rehearsal that has not taken its lock yet."""
_WITHOUT_LOCK_SECONDS = 86_400.0
"""Earlier versions took no lock; no rehearsal lasts that long."""


def remove_abandoned_rehearsals(
    temporary: Path, now: float, remove_stores: Callable[[Path], None] = remove_rehearsal_stores
) -> list[str]:
    """Removes what killed rehearsals of this user have left below `temporary`; returns their names.

    `now`: seconds since 1970. Leaves alone what another user owns, what is a link, and what is in
    use. Never raises CertclientError or OSError: what remains is removed at another start.
    """
    removed = []
    for folder in sorted({*_folders(temporary), *_lost(temporary)}):
        try:
            if _abandoned(folder, now) and _remove(folder, remove_stores):
                removed.append(folder.name)
        except CertclientError as error:
            log.error(error)
        except OSError as error:
            log.crash(error)
    return removed


def _folders(temporary: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from temporary.glob(f"{PREFIX}*")


def _lost(temporary: Path) -> Iterator[Path]:
    """The folders of stores that are still there; the system may have emptied its temporary
    folder."""
    for name in stores_of_rehearsals():
        if not os.path.lexists(temporary / name):
            yield temporary / name


def _abandoned(folder: Path, now: float) -> bool:
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return True
    if not stat.S_ISDIR(found.st_mode) or not _is_own(found):
        return False
    age = now - found.st_mtime
    lock = folder / LOCK
    if not lock.is_file():
        return age > _WITHOUT_LOCK_SECONDS
    if age < YOUNG_SECONDS:
        return False
    held = ProcessLock(lock)
    free = held.acquire()
    held.release()
    return free


def _is_own(found: os.stat_result) -> bool:
    return sys.platform == "win32" or found.st_uid == os.getuid()


def _remove(folder: Path, remove_stores: Callable[[Path], None]) -> bool:
    remove_stores(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()

"""The ends of runs that nobody has seen yet; they survive a restart of the program.

A run may end while its window is closed. Its result stays readable until the user has seen it. The
file holds no secret: codes, user IDs, dates, and what the certificate says itself.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from certclient.model.stored_json import Moment, UnreadableError, from_json
from certclient.platform.private_files import write_private

_KEPT_FOR = timedelta(days=400)
"""A certificate is valid for a year; an older result concerns none that is still here."""


class ResultKind(enum.Enum):
    """How a run ended."""

    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"
    """One of すべて更新 for which the bank needs time; the rest happens by itself."""


class RunResult(msgspec.Struct, frozen=True):
    """The end of one run. `ended` and `valid_until` are aware UTC.

    `full_id`: user ID and suffix as in the certificate, or the user ID alone. `code`: the public
    code of the error; for DONE, that of a login that failed; "" for none. `fingerprint`: of the new
    certificate, "" for none. `batch`: the same for all runs of one すべて更新, "" for a single run.
    `procedure_id`: of the procedure that a failure has left open, "" if there is none; it says
    itself why it has stopped.
    """

    id: str
    profile_id: str
    user_id: str
    full_id: str
    ended: Moment
    kind: ResultKind
    code: str = ""
    fingerprint: str = ""
    valid_until: Moment | None = None
    batch: str = ""
    procedure_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Bank and user ID."""
        return self.profile_id, self.user_id


class ResultFile:
    """The unseen results, in the file `path`. Best effort: a loss costs a message, no data."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, now: datetime) -> tuple[RunResult, ...]:
        """The results, oldest first; empty if there is no readable file. `now` is aware."""
        try:
            found = from_json(self._path.read_bytes(), list[RunResult])
        except (OSError, UnreadableError):
            return ()
        return tuple(one for one in found if now - one.ended < _KEPT_FOR)

    def write(self, results: Sequence[RunResult]) -> None:
        """Replaces the file's contents atomically. Ignores write errors."""
        try:
            write_private(self._path, msgspec.json.encode(list(results)))
        except OSError:
            return


def without(results: Sequence[RunResult], ids: Collection[str]) -> tuple[RunResult, ...]:
    """`results` except those with these ids."""
    return tuple(one for one in results if one.id not in ids)

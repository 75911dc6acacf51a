"""新しいパソコンに移る, as the journal has it: from which certificates somebody moves, and how far.

Kept in the journal's file in a table of its own, which is created with the first move: earlier
versions of this program leave it alone.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from certclient.model.certificate import Certificate
from certclient.model.profile import OldCertificate
from certclient.model.stored_json import Moment, UnreadableError, from_json
from certclient.platform import log

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from certclient.enrollment.journal import Journal

_TABLE = """CREATE TABLE IF NOT EXISTS move (
    fingerprint TEXT PRIMARY KEY, removed INTEGER NOT NULL, record BLOB NOT NULL) STRICT"""


class Ended(enum.Enum):
    """How the old certificate has ended at the bank."""

    OWN_REQUEST = "own-request"
    """This program has asked for its revocation; that the bank had ended it before is the same."""
    NEEDLESS = "needless"
    """It did not log in any more: expired, or known to be revoked."""
    AT_BANK = "at-bank"
    """This program cannot revoke it: the customer has been told what to tell the bank."""


class MoveStep(enum.Enum):
    """What has to be done next on the old computer."""

    AWAIT_LOGIN = "await-login"
    """The new computer has to log in; its number is entered here."""
    REVOKE = "revoke"
    REMOVE = "remove"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Move:
    """A move away from one certificate on this computer. Holds no secret.

    `certificate`: DER of the old one, `fingerprint` its SHA-256 (hex). `number`: of the new
    computer (`model.moving`), "" until it was entered. `ending`: a revocation may have
    been sent. `ended`: how the certificate has ended. `removed`: it and its key are no longer on
    this computer. Times are aware UTC.
    """

    fingerprint: str
    certificate: bytes
    profile_id: str
    user_id: str
    started: Moment
    number: str = ""
    ending: bool = False
    ended: Ended | None = None
    removed: bool = False
    finished: Moment | None = None

    @property
    def old(self) -> Certificate:
        """The certificate on this computer."""
        return Certificate.read(self.certificate)

    @property
    def serial(self) -> str:
        """Its serial number, hex."""
        return self.old.serial_hex

    def step(self, rule: OldCertificate | None) -> MoveStep:
        """The next step; `rule`: the bank's (`MoveSettings.old`)."""
        if self.removed:
            return MoveStep.DONE
        first = rule is OldCertificate.FIRST
        if self.ended is None and (first or self.number):
            return MoveStep.REVOKE
        return MoveStep.REMOVE if self.number else MoveStep.AWAIT_LOGIN


class MoveRecords:
    """The moves in a journal. Every method raises as `Journal`'s."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def save(self, move: Move) -> None:
        """Writes this move; once this returns, it survives a power cut."""
        with self._journal.file.transaction() as connection:
            connection.execute(_TABLE)
            row = (move.fingerprint, move.removed, msgspec.json.encode(move))
            connection.execute("INSERT OR REPLACE INTO move VALUES (?, ?, ?)", row)

    def delete(self, move: Move) -> None:
        """Forgets this move."""
        with self._journal.file.transaction() as connection:
            connection.execute("DELETE FROM move WHERE fingerprint = ?", (move.fingerprint,))

    def all(self) -> Sequence[Move]:
        """Every move, the earliest first."""
        return sorted(self._select(""), key=lambda move: move.started)

    def open(self) -> Mapping[str, Move]:
        """The moves with a step left, by the fingerprint of their certificate."""
        return {move.fingerprint: move for move in self._select("WHERE NOT removed")}

    def of(self, fingerprint: str) -> Move | None:
        """The move from this certificate."""
        return next((one for one in self._select("") if one.fingerprint == fingerprint), None)

    def _select(self, where: str) -> list[Move]:
        with self._journal.file.transaction() as connection:
            if not _exists(connection):
                return []
            rows = connection.execute(f"SELECT record FROM move {where}").fetchall()  # noqa: S608
        return [move for row in rows if (move := _read(row[0])) is not None]


def _read(record: bytes) -> Move | None:
    """The move; None for a damaged record: it can be begun again, as nothing depends on it."""
    try:
        return from_json(record, Move)
    except UnreadableError:
        log.event("move-damaged")
        return None


def _exists(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'move'").fetchone()
    return found is not None

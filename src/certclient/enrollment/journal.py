"""The journal: the durable state of procedures, written before each side effect. Holds no secret.

How the file is written: `enrollment.journal_file`.
"""

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from certclient.enrollment.journal_file import BUSY_SECONDS, JournalFile
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import CertificateField
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef
from certclient.model.stored_json import Moment, UnreadableError, from_json


class ProcedureState(enum.Enum):
    """The progress of a procedure.

    Each name states what is *done*; REQUESTED is written before sending.
    """

    PREPARED = "prepared"
    KEY_CREATED = "key-created"
    REQUESTED = "requested"
    WAITING = "waiting"
    ISSUED = "issued"
    INSTALLED = "installed"
    VERIFIED = "verified"
    CONFIRMED = "confirmed"
    DONE = "done"
    ABANDONED = "abandoned"
    NOT_ACCEPTED = "not-accepted"
    """The bank refused the new certificate for good: it and its key were removed."""

    @property
    def open(self) -> bool:
        """Whether any step remains."""
        return self not in (
            ProcedureState.DONE,
            ProcedureState.ABANDONED,
            ProcedureState.NOT_ACCEPTED,
        )

    @property
    def unconfirmed(self) -> bool:
        """Whether the CA has issued a certificate but not yet received its confirmation."""
        return self in (ProcedureState.ISSUED, ProcedureState.INSTALLED, ProcedureState.VERIFIED)


class ProcedureKind(enum.Enum):
    """Renewal (更新) or a new certificate with an issue code (取得)."""

    RENEW = "renew"
    OBTAIN = "obtain"


@dataclass(frozen=True, slots=True)
class Record:
    """One procedure. Certificates are DER, times aware UTC; every field may be shown to support.

    `abandoning`: the procedure is to be rolled back, not finished. `unanswered`: a poll or
    confirmation was about to be sent and no response was seen. `transactions`: how many were begun.
    `keys`: how many this procedure has created or is about to. `used_key_id`: the one before, which
    the CA takes no more; b"" once it is deleted. `leftover`: closed while its store was unavailable
    or kept the key, which may therefore still exist. `not_accepted`: the bank refused the new
    certificate for good; it is removed, and the procedure ends in NOT_ACCEPTED. `set_aside`: such a
    certificate, whose refusal is not beyond doubt, stays in its store until another one has
    replaced it. `old_to_archive`: the old certificate could not be put away, and a later run tries
    again. `last_error`: a public code, "" for none. `ca_settings`: what the profile said about the
    CA at the start (`gains.ca_fingerprint`).
    """

    id: str
    kind: ProcedureKind
    profile_id: str
    user_id: str
    state: ProcedureState
    started: Moment
    changed: Moment
    store_id: str
    key_label: str
    old_certificate: bytes = b""
    old_store_id: str = ""
    key_id: bytes = b""
    spki: bytes = b""
    used_key_id: bytes = b""
    keys: int = 1
    transactions: int = 0
    transaction_id: str = ""
    transaction_state: bytes = b""
    check_at: Moment | None = None
    issued: bytes = b""
    chain: tuple[bytes, ...] = ()
    ca_confirmed: bool = False
    unanswered: bool = False
    old_archived: bool = False
    old_to_archive: bool = False
    abandoning: bool = False
    leftover: bool = False
    not_accepted: bool = False
    set_aside: bool = False
    last_error: str = ""
    ca_settings: str = ""

    @property
    def key(self) -> KeyRef:
        """The new key's durable reference; valid from KEY_CREATED on."""
        return KeyRef(self.store_id, self.key_id)

    @property
    def new_certificate(self) -> Certificate | None:
        """The issued certificate, None before ISSUED."""
        return Certificate.read(self.issued) if self.issued else None

    @property
    def old(self) -> Certificate | None:
        """The certificate to be replaced, None if there is none."""
        return Certificate.read(self.old_certificate) if self.old_certificate else None

    @property
    def renewed(self) -> Certificate | None:
        """The certificate that is renewed (更新), None for 取得."""
        return self.old if self.kind is ProcedureKind.RENEW else None

    @property
    def ends_after(self) -> datetime | None:
        """The end (aware) of the certificate that is renewed; None for 取得, and if unreadable."""
        old = self.renewed
        known = old is not None and CertificateField.NOT_AFTER not in old.unreadable
        return old.not_after if old is not None and known else None

    @property
    def error(self) -> ErrorCode | None:
        """The error that stopped the last run; None if none did or this version does not know
        it."""
        return next((e for e in ErrorCode if e.code == self.last_error), None)


class RejectionSource(enum.Enum):
    """How certclient learned that the bank does not accept a certificate."""

    CONFIRMATION = "confirmation"
    """The CA's response to the confirmation."""
    RENEWAL = "renewal"
    """The CA refused the signature of a request."""
    LOGIN = "login"
    """The login test."""
    GIVEN_UP = "given-up"
    """Its procedure was abandoned, and it could not be removed then."""
    INQUIRY = "inquiry"
    """An inquiry at the CA, for example because a page's link named another certificate."""
    OWN_REQUEST = "own-request"
    """The customer has revoked it with this program."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A certificate that the bank does not accept.

    `fingerprint`: SHA-256 of its DER bytes in lower-case hex. `reason`: the public code of the
    error that showed it. `message`: the CA's own text, "" for none. `noted` is aware UTC.
    """

    fingerprint: str
    profile_id: str
    source: RejectionSource
    reason: str
    noted: Moment
    message: str = ""


@dataclass(frozen=True, slots=True)
class DamagedRecord:
    """A procedure whose record cannot be read; its row says whose it is. `reason`: a parser's."""

    id: str
    profile_id: str
    user_id: str
    open: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Procedures as they were at one moment, oldest first; `damaged`: those that are not in
    `records`."""

    records: tuple[Record, ...]
    damaged: tuple[DamagedRecord, ...]


class Journal:
    """All procedures of this user on this computer.

    Every method raises CertclientError: DATA_FOLDER if the file cannot be accessed, JOURNAL_HELD if
    another program holds it, JOURNAL_DAMAGED if it is corrupt. A record that cannot be read blocks
    its own user ID only: what reads many leaves it out (`Contents.damaged`), what reads it raises.
    """

    def __init__(
        self,
        path: Path,
        trace: Callable[[str], None] | None = None,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        """Opens or creates the file `path`, readable only by its owner.

        `trace`: called with each SQL statement, for measurements. `busy_seconds`: how long to wait
        for another program that holds the file.

        Raises CertclientError: DATA_FOLDER (not writable), JOURNAL_DAMAGED (not a journal),
        JOURNAL_HELD, JOURNAL_NEWER (written by a newer version of this program; left unchanged).
        """
        self.path = path
        self._file = JournalFile(path, trace, busy_seconds)

    @property
    def file(self) -> JournalFile:
        """The file, for the tables of others (`enrollment.moves`)."""
        return self._file

    def kept_open(self) -> AbstractContextManager[None]:
        """Keeps the file open for this thread within the block, which costs less than opening it
        for each call. Raises DATA_FOLDER later if the file is replaced or deleted meanwhile."""
        return self._file.kept_open()

    def save(self, *records: Record, power_safe: bool = True) -> None:
        """Writes these records together: once this returns, they survive the end of the process.

        `power_safe`: they survive a power cut as well. Otherwise that is so with the next record
        that is; after a power cut in between, the journal holds the record before.

        Raises PROCEDURE_RUNNING if another procedure of the same user ID is open.
        """
        with self._file.transaction(power_safe=power_safe) as connection:
            for record in records:
                self._write(connection, record)

    @staticmethod
    def _write(connection: sqlite3.Connection, record: Record) -> None:
        row = (
            record.id,
            record.profile_id,
            record.user_id,
            record.state.open,
            record.leftover,
            record.started.isoformat(),
            msgspec.json.encode(record),
        )
        try:
            connection.execute(
                "INSERT INTO procedure VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
                " SET open = excluded.open, leftover = excluded.leftover,"
                " record = excluded.record",
                row,
            )
        except sqlite3.IntegrityError as error:
            raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=record.user_id) from error

    def load(self, procedure_id: str) -> Record | None:
        """The procedure with this id, or None. Raises JOURNAL_DAMAGED if its record is damaged."""
        return self._one("id = ?", procedure_id)

    def contents(self, *, only_open: bool = False) -> Contents:
        """All procedures, or those with a step left, read once."""
        found, broken = self._select("open" if only_open else "1")
        return Contents(tuple(found), tuple(broken))

    def open_procedures(self) -> Sequence[Record]:
        """Procedures with a step left (`ProcedureState.open`), oldest first; no damaged ones."""
        return self._select("open")[0]

    def open_for(self, profile_id: str, user_id: str) -> Record | None:
        """The one open procedure of a user ID at a bank, if any. Raises JOURNAL_DAMAGED if its
        record is damaged: whether something was sent for it is then unknown."""
        return self._one("open AND profile_id = ? AND user_id = ?", profile_id, user_id)

    def leftovers(self) -> Sequence[Record]:
        """Closed procedures whose key may still be in its store; no damaged ones."""
        return self._select("leftover")[0]

    def finished(self) -> Sequence[Record]:
        """Procedures that are DONE, oldest first; no damaged ones."""
        return [record for record in self.closed() if record.state is ProcedureState.DONE]

    def closed(self) -> Sequence[Record]:
        """Procedures without a step left, however they ended, oldest first; no damaged ones."""
        return self._select("NOT open")[0]

    def damage(self, one: DamagedRecord) -> CertclientError:
        """JOURNAL_DAMAGED (data `user_id`, `procedure`) for one record."""
        return CertclientError(
            ErrorCode.JOURNAL_DAMAGED,
            path=str(self.path),
            reason=one.reason,
            problem="record",
            user_id=one.user_id,
            procedure=one.id,
        )

    def reject(self, rejection: Rejection) -> None:
        """Records that the bank does not accept this certificate; an earlier rejection is kept."""
        with self._file.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO rejection VALUES (?, ?)",
                (rejection.fingerprint, msgspec.json.encode(rejection)),
            )

    def accept(self, fingerprint: str) -> None:
        """Deletes a rejection, as the bank has just accepted this certificate."""
        with self._file.transaction() as connection:
            connection.execute("DELETE FROM rejection WHERE fingerprint = ?", (fingerprint,))

    def rejections(self) -> Sequence[Rejection]:
        """All recorded rejections. One whose record is damaged stays one, for an unknown reason:
        the CA is asked once more before such a certificate is used."""
        with self._file.transaction() as connection:
            rows = connection.execute("SELECT fingerprint, record FROM rejection").fetchall()
        return [_rejection(fingerprint, encoded) for fingerprint, encoded in rows]

    def _one(self, where: str, *values: str) -> Record | None:
        found, broken = self._select(where, *values)
        if broken:
            raise self.damage(broken[0])
        return next(iter(found), None)

    def _select(self, where: str, *values: str) -> tuple[list[Record], list[DamagedRecord]]:
        with self._file.transaction() as connection:
            rows = connection.execute(
                "SELECT id, profile_id, user_id, open, record"  # noqa: S608 - ours
                f" FROM procedure WHERE {where} ORDER BY started",
                values,
            ).fetchall()
        found: list[Record] = []
        broken: list[DamagedRecord] = []
        for procedure_id, profile_id, user_id, is_open, encoded in rows:
            try:
                found.append(from_json(encoded, Record))
            except UnreadableError as error:
                row = (procedure_id, profile_id, user_id, bool(is_open))
                broken.append(DamagedRecord(*row, reason=str(error)))
        return found, broken


def _rejection(fingerprint: str, encoded: bytes) -> Rejection:
    try:
        return from_json(encoded, Rejection)
    except UnreadableError:
        reason = ErrorCode.CERTIFICATE_NOT_ACCEPTED.code
        noted = datetime.fromtimestamp(0, UTC)
        return Rejection(fingerprint, "", RejectionSource.INQUIRY, reason, noted)

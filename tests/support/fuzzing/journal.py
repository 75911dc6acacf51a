"""The journal: any file in its place, and any record in a file that is one."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import msgspec

from certclient.enrollment.journal import (
    Journal,
    ProcedureKind,
    ProcedureState,
    Record,
    Rejection,
    RejectionSource,
)
from certclient.model.errors import ErrorCode
from support.fuzzing.keys import NOW, fixed_lab, fixed_signer
from support.fuzzing.mutations import mutated_bytes, text_mutator
from support.fuzzing.target import Target
from support.fuzzing.texts import scratch

_PAGE = 512
"""Bytes: SQLite's smallest page, so that a file with all tables is small."""


def read_file(data: bytes) -> None:
    """Reads all that a journal holds from a file with this content."""
    path = _place(data)
    try:
        _read(Journal(path))
    finally:
        _remove(path)


def read_record(data: bytes) -> None:
    """Reads a journal in which this is an open procedure, a closed one and a rejection."""
    path = _place(_empty())
    with closing(sqlite3.connect(path)) as connection, connection:
        for number, is_open in enumerate((True, False)):
            row = (str(number), "practice", "T", is_open, True, NOW.isoformat(), data)
            connection.execute("INSERT INTO procedure VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    try:
        _read(Journal(path))
    finally:
        _remove(path)


def read_rejection(data: bytes) -> None:
    """Reads a journal with this rejection."""
    path = _place(_empty())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO rejection VALUES ('00', ?)", (data,))
    try:
        _read(Journal(path))
    finally:
        _remove(path)


def _read(journal: Journal) -> None:
    with journal.kept_open():
        for record in (*journal.open_procedures(), *journal.closed(), *journal.leftovers()):
            for name in ("key", "new_certificate", "old", "renewed", "ends_after", "error"):
                getattr(record, name)
        journal.load("0")
        journal.open_for("practice", "T")
        journal.rejections()


def _place(data: bytes) -> Path:
    return scratch("journal.sqlite3", data)


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _record() -> Record:
    lab = fixed_lab()
    old, new = lab.issue(fixed_signer(3).spki, days=20), lab.issue(fixed_signer(4).spki)
    return Record(
        id="p1",
        kind=ProcedureKind.RENEW,
        profile_id="practice",
        user_id="TKYM1408054",
        state=ProcedureState.VERIFIED,
        started=NOW,
        changed=NOW,
        store_id="nss:/x",
        key_label="certclient p1",
        old_certificate=old.der,
        key_id=b"\0\xff",
        spki=new.spki,
        transaction_id="00ff",
        transaction_state=b"{}",
        check_at=NOW,
        issued=new.der,
        chain=(lab.chain[0].der,),
        last_error="CC-NET-TIMEOUT",
    )


@functools.cache
def _empty() -> bytes:
    """The file of a journal without a record, with the smallest pages."""
    return _file(())


def _file(records: Sequence[Record]) -> bytes:
    path = scratch("seed.sqlite3", b"")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size = {_PAGE}")
        connection.execute("VACUUM")
    journal = Journal(path)
    if records:
        journal.save(*records)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    content = path.read_bytes()
    _remove(path)
    return content


def _files() -> Sequence[bytes]:
    short = replace(_record(), old_certificate=b"", issued=b"", chain=(), spki=b"")
    return [_file((short,)), _empty(), b"", b"SQLite format 3\0"]


def _records() -> Sequence[bytes]:
    return [msgspec.json.encode(one) for one in (_record(), replace(_record(), issued=b"x"))]


def _rejections() -> Sequence[bytes]:
    known = Rejection("00", "practice", RejectionSource.LOGIN, "CC-LOGIN", NOW, "no")
    return [msgspec.json.encode(known)]


_WORDS = (
    '"',
    "{",
    "[",
    "}",
    "]",
    "null",
    "true",
    "-1",
    "1e99",
    '"2026-13-01T00:00:00Z"',
    "\\ud800",
)
_CODES = (ErrorCode.JOURNAL_DAMAGED, ErrorCode.JOURNAL_NEWER, ErrorCode.DATA_FOLDER)


def mutated_file(data: bytes, random: Random) -> bytes:
    """A change of bytes, or of the file's head, where SQLite keeps versions and sizes."""
    if random.random() < 0.3:
        return mutated_bytes(data[:100], random) + data[100:]
    return mutated_bytes(data, random)


TARGETS = (
    Target("journal-file", read_file, _files, mutated_file, codes=_CODES, longest=16384),
    Target("journal-record", read_record, _records, text_mutator(_WORDS, b","), codes=_CODES),
    Target(
        "journal-rejection", read_rejection, _rejections, text_mutator(_WORDS, b","), codes=_CODES
    ),
)

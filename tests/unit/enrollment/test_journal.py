"""The journal survives crashes and damage, and holds one open procedure per user ID."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient.cli.exit_codes import EXIT_CODES
from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.journal import (
    Journal,
    ProcedureKind,
    ProcedureState,
    Record,
    Rejection,
    RejectionSource,
)
from certclient.enrollment.open_procedures import read_open_procedures
from certclient.model.errors import CertclientError, ErrorCode, ErrorKind
from certclient.model.stored_json import from_json

NOW = datetime(2026, 11, 20, 3, 4, tzinfo=UTC)


def record(procedure_id: str = "p1", user_id: str = "TKYM1408054") -> Record:
    return Record(
        id=procedure_id,
        kind=ProcedureKind.RENEW,
        profile_id="practice",
        user_id=user_id,
        state=ProcedureState.PREPARED,
        started=NOW,
        changed=NOW,
        store_id="nss:/x",
        key_label=f"certclient {procedure_id}",
        old_certificate=b"\x30\x03old",
    )


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "data" / "journal.sqlite3")


def test_saved_record_is_loaded_unchanged_by_another_instance(journal: Journal) -> None:
    full = replace(
        record(),
        state=ProcedureState.WAITING,
        key_id=b"\x00\xff",
        spki=b"spki",
        check_at=NOW,
        chain=(b"a", b"\xfe"),
        unanswered=True,
    )
    journal.save(full)
    assert Journal(journal.path).load("p1") == full


@pytest.mark.skipif(sys.platform == "win32", reason="Windows goes by the folder's ACL")
def test_journal_is_readable_only_by_its_owner(journal: Journal) -> None:
    journal.save(record())
    for file in journal.path.parent.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


@pytest.mark.skipif(sys.platform == "win32", reason="users may make no links there")
def test_file_behind_a_link_is_private_as_well(tmp_path: Path) -> None:
    place, elsewhere = tmp_path / "data" / "journal.sqlite3", tmp_path / "disk"
    place.parent.mkdir()
    place.symlink_to(elsewhere)
    Journal(place).save(record())
    assert elsewhere.stat().st_mode & 0o777 == 0o600
    assert Journal(place).load("p1") == record()


def test_user_may_have_only_one_open_procedure(journal: Journal) -> None:
    journal.save(record("p1"))
    with pytest.raises(CertclientError) as refused:
        journal.save(record("p2"))
    assert refused.value.code is ErrorCode.PROCEDURE_RUNNING
    journal.save(replace(record("p1"), state=ProcedureState.DONE))
    journal.save(record("p2"))
    assert [r.id for r in journal.open_procedures()] == ["p2"]
    assert journal.open_for("practice", "TKYM1408054") == record("p2")
    assert journal.open_for("other-bank", "TKYM1408054") is None


def test_leftover_on_an_absent_token_is_remembered_after_the_procedure(
    journal: Journal,
) -> None:
    abandoned = replace(record(), state=ProcedureState.ABANDONED, leftover=True)
    journal.save(abandoned)
    assert journal.open_procedures() == []
    assert journal.leftovers() == [abandoned]
    journal.save(replace(abandoned, leftover=False))
    assert journal.leftovers() == []


def test_damaged_file_is_reported_and_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"this is not a database, whatever its name says" * 50)
    before = path.read_bytes()
    with pytest.raises(CertclientError) as damaged:
        Journal(path)
    assert damaged.value.code is ErrorCode.JOURNAL_DAMAGED
    assert damaged.value.data["path"] == str(path)
    assert path.read_bytes() == before


def test_journal_of_a_newer_version_is_reported_and_left_untouched(journal: Journal) -> None:
    """Unfinished procedures continue once the newer version is installed again."""
    journal.save(record())
    set_schema(journal.path, 99)
    before = journal.path.read_bytes()
    with pytest.raises(CertclientError) as newer:
        Journal(journal.path)
    assert newer.value.code is ErrorCode.JOURNAL_NEWER
    assert newer.value.data == {"path": str(journal.path), "schema": "99", "known": "2"}
    assert journal.path.read_bytes() == before
    set_schema(journal.path, 2)
    assert list(Journal(journal.path).open_procedures()) == [record()]


def test_journal_of_the_first_version_is_migrated(journal: Journal) -> None:
    journal.save(record())
    connection = sqlite3.connect(journal.path)
    connection.execute("DROP TABLE rejection")
    connection.close()
    set_schema(journal.path, 1)
    opened = Journal(journal.path)
    assert list(opened.open_procedures()) == [record()]
    assert opened.rejections() == []


def set_schema(path: Path, version: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()


def spoil(journal: Journal, procedure_id: str, content: bytes = b'{"id": 7}') -> None:
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute("UPDATE procedure SET record = ? WHERE id = ?", (content, procedure_id))


@pytest.mark.parametrize("content", [b'{"id": 7}', b"", b"\xff\x00", b'{"id": "p1", "kind": "re'])
def test_damaged_record_blocks_its_own_user_id_only(journal: Journal, content: bytes) -> None:
    journal.save(record("p1", "A"))
    journal.save(record("p2", "B"))
    journal.save(replace(record("p3", "C"), state=ProcedureState.DONE))
    spoil(journal, "p1", content)
    with pytest.raises(CertclientError) as damaged:
        journal.open_for("practice", "A")
    assert damaged.value.code is ErrorCode.JOURNAL_DAMAGED
    assert (damaged.value.data["user_id"], damaged.value.data["procedure"]) == ("A", "p1")
    with pytest.raises(CertclientError):
        journal.load("p1")
    assert journal.open_for("practice", "B") == record("p2", "B")
    assert [one.id for one in journal.open_procedures()] == ["p2"]
    assert [one.id for one in journal.finished()] == ["p3"]
    with pytest.raises(CertclientError):  # nothing takes its place
        journal.save(record("p4", "A"))


def test_damaged_record_is_told_with_its_user_id(journal: Journal) -> None:
    journal.save(record("p1", "A"))
    journal.save(record("p2", "B"))
    spoil(journal, "p1")
    assert [error.data["user_id"] for error in read_statuses(journal).damaged] == ["A"]
    opened = read_open_procedures(journal)
    assert [view.user_id for view in opened.views] == ["B"]
    assert list(opened.user_ids) == ["B", "A"]  # remove-data must not go on


@pytest.mark.parametrize("read", [read_statuses, read_open_procedures])
def test_a_start_opens_the_file_once_and_reads_each_record_once(
    journal: Journal, read: Callable[[Journal], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.save(record(), replace(record("p2", "TKYM1408055"), state=ProcedureState.DONE))
    statements: list[str] = []
    decoded: list[object] = []
    traced = Journal(journal.path, statements.append)
    statements.clear()

    def noted(raw: bytes, kind: type[object]) -> object:
        decoded.append(kind)
        return from_json(raw, kind)

    monkeypatch.setattr("certclient.enrollment.journal.from_json", noted)
    read(traced)
    opened = [one for one in statements if one.startswith("PRAGMA journal_mode")]
    assert (len(opened), decoded.count(Record)) == (1, 2 if read is read_statuses else 1)


def test_damaged_rejection_still_counts_as_one(journal: Journal) -> None:
    noted = Rejection("ab" * 32, "practice", RejectionSource.LOGIN, "CC-LOGIN-REFUSED", NOW)
    journal.reject(noted)
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute("UPDATE rejection SET record = x'ff'")
    assert list(read_statuses(journal).rejections) == ["ab" * 32]


@pytest.mark.parametrize("table", ["procedure", "rejection"])
def test_dropped_table_is_damage(journal: Journal, table: str) -> None:
    journal.save(record())
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute(f"DROP TABLE {table}")
    with pytest.raises(CertclientError) as damaged:
        read_statuses(Journal(journal.path))
    assert damaged.value.code is ErrorCode.JOURNAL_DAMAGED


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_journal_that_another_program_holds_is_told_as_that(journal: Journal, lock: str) -> None:
    journal.save(record())
    with closing(sqlite3.connect(journal.path, isolation_level=None)) as holder:
        if lock == "EXCLUSIVE":  # what keeps even readers out of a journal with a log
            holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute(f"BEGIN {lock}")
        holder.execute("UPDATE procedure SET leftover = leftover")
        with pytest.raises(CertclientError) as held:
            Journal(journal.path, busy_seconds=0.05).save(replace(record(), changed=NOW))
        holder.execute("ROLLBACK")
    assert held.value.code is ErrorCode.JOURNAL_HELD
    assert EXIT_CODES[held.value.code.kind] == EXIT_CODES[ErrorKind.RETRY_LATER]


def test_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CertclientError) as failed:
        Journal(tmp_path / "file" / "journal.sqlite3")
    assert failed.value.code is ErrorCode.DATA_FOLDER
    assert "journal.sqlite3" in failed.value.data["path"]


_SAVE_AND_DIE = """
import os, pathlib, sys
from dataclasses import replace
sys.path.insert(0, sys.argv[2])
from test_journal import record
from certclient.enrollment.journal import Journal, ProcedureState
journal = Journal(pathlib.Path(sys.argv[1]))
journal.save(record())
journal.save(replace(record(), state=ProcedureState.KEY_CREATED, key_id=b"made"))
os.kill(os.getpid(), int(sys.argv[3]))
"""
_KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL
"""On Windows every signal to a process is TerminateProcess, with the number as exit code."""


def test_saved_records_survive_a_killed_process(journal: Journal) -> None:
    here = os.fspath(Path(__file__).parent)
    arguments = [os.fspath(journal.path), here, str(int(_KILL))]
    killed = subprocess.run([sys.executable, "-c", _SAVE_AND_DIE, *arguments], check=False)
    assert abs(killed.returncode) == _KILL
    found = Journal(journal.path).load("p1")
    assert found is not None
    assert (found.state, found.key_id) == (ProcedureState.KEY_CREATED, b"made")


_LOOK = """
import contextlib, sqlite3, sys
with contextlib.closing(sqlite3.connect(sys.argv[1])) as connection:
    print(*(row[0] for row in connection.execute("SELECT id FROM procedure ORDER BY id")))
"""


def seen_by_another_program(journal: Journal) -> str:
    command = [sys.executable, "-I", "-c", _LOOK, os.fspath(journal.path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_records_are_kept_while_a_window_and_another_program_read_the_journal(
    journal: Journal,
) -> None:
    """A window opens the journal in the process of a running procedure; another program that then
    closes the file must not take the log away that the procedure writes to."""
    with journal.kept_open():
        journal.save(record("p1", "A"))
        Journal(journal.path).open_procedures()
        assert seen_by_another_program(journal) == "p1"
        journal.save(record("p2", "B"))
        assert seen_by_another_program(journal) == "p1 p2"
    assert seen_by_another_program(journal) == "p1 p2"

"""An update from 1.0.0rc1: what it has written is read; what goes by the version is made anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient import __version__
from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.journal import Journal, ProcedureState
from certclient.enrollment.last_seen import FILE, LastSeen
from certclient.enrollment.open_procedures import read_open_procedures
from certclient.enrollment.preferred_store import PreferredStore
from certclient.enrollment.reminder_index.index import identity, index_name, nothing_due
from support.announcements import PROFILE
from support.earlier_home import PROCEDURE, VERSION, WAITING_USER, text, write_journal

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    path = tmp_path / "journal.sqlite"
    write_journal(path, tmp_path)
    return Journal(path)


def test_the_open_procedure_goes_on(journal: Journal, tmp_path: Path) -> None:
    (view,) = read_open_procedures(journal).views
    assert (view.id, view.user_id, view.state) == (PROCEDURE, WAITING_USER, ProcedureState.WAITING)
    record = journal.load(PROCEDURE)
    assert record is not None
    assert record.store_id == f"nss:{tmp_path.as_posix()}/.pki/nssdb"
    assert record.old is not None
    assert not record.old.unreadable
    assert record.transaction_state
    journal.save(record)
    assert journal.load(PROCEDURE) == record
    assert not read_statuses(journal).damaged


def test_a_list_of_another_version_is_not_shown(tmp_path: Path) -> None:
    seen = text(FILE, tmp_path)
    assert f'"{VERSION}"' in seen
    (tmp_path / FILE).write_text(seen, encoding="utf-8")
    assert __version__ != VERSION
    assert LastSeen(tmp_path, [PROFILE]).read((), NOW) is None


def test_the_reminder_index_of_another_version_proves_nothing(tmp_path: Path) -> None:
    bank = str(tmp_path / "bank.toml")
    (tmp_path / index_name(bank)).write_text(text("remind.json", tmp_path), encoding="utf-8")
    mine = identity(bank, __version__, "program", {})
    assert not nothing_due(str(tmp_path), mine, NOW.timestamp())


def test_the_preferred_store_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "store.json"
    path.write_text(text("store.json", tmp_path), encoding="utf-8")
    assert PreferredStore(path).recall() == f"nss:{tmp_path.as_posix()}/.pki/nssdb"

"""An update from 1.0.0rc1: what it has written is read; what goes by the version is made anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient import __version__
from certclient.enrollment.bank_status import BankStatuses, read_statuses
from certclient.enrollment.journal import Journal, ProcedureState
from certclient.enrollment.last_seen import FILE, LastSeen
from certclient.enrollment.open_procedures import read_open_procedures
from certclient.enrollment.overview import read_overview
from certclient.enrollment.preferred_store import PreferredStore
from certclient.enrollment.reminder import ReminderHistory
from certclient.enrollment.reminder_index.index import identity, index_name, nothing_due
from certclient.enrollment.reminder_index.keeping import IndexKeeper, Surroundings
from support.announcements import PROFILE
from support.earlier_home import PROCEDURE, VERSION, WAITING_USER, text, write_journal

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
STAMP = ("stamp", "")
"""Of the journal."""
LOOK = read_overview([PROFILE], [], NOW, BankStatuses())
"""A look at a computer without stores."""


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
    file = tmp_path / FILE
    LastSeen(tmp_path, [PROFILE]).note(LOOK, STAMP)
    assert LastSeen(tmp_path, [PROFILE]).read(STAMP, NOW) is not None
    assert f'"{VERSION}"' in text(FILE, tmp_path)
    write_as_earlier_version(file)
    assert LastSeen(tmp_path, [PROFILE]).read(STAMP, NOW) is None


def test_the_reminder_index_of_another_version_proves_nothing(tmp_path: Path) -> None:
    bank = str(tmp_path / "bank.toml")
    mine = identity(bank, __version__, "program", {})
    look = IndexKeeper(
        Surroundings(
            folder=tmp_path,
            identity=mine,
            settings=lambda: [bank],
            records=[],
            browsers=list,
            history=ReminderHistory(tmp_path / "reminders.json"),
            anything_else=lambda: False,
            checks=[],
            next_check=lambda _rows, _now: None,
        )
    ).look()
    look.found([])
    look.end(LOOK, [PROFILE])
    assert nothing_due(str(tmp_path), mine, NOW.timestamp())
    assert f'"{VERSION}"' in text("remind.json", tmp_path)
    write_as_earlier_version(tmp_path / index_name(bank))
    assert not nothing_due(str(tmp_path), mine, NOW.timestamp())


def write_as_earlier_version(file: Path) -> None:
    """Replaces nothing but the version."""
    written = file.read_text(encoding="utf-8")
    assert written.count(f'"{__version__}"') == 1
    file.write_text(written.replace(f'"{__version__}"', f'"{VERSION}"'), encoding="utf-8")


def test_the_preferred_store_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "store.json"
    path.write_text(text("store.json", tmp_path), encoding="utf-8")
    assert PreferredStore(path).recall() == f"nss:{tmp_path.as_posix()}/.pki/nssdb"

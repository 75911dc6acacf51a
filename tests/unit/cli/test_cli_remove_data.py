"""remove-data and status --unfinished, which the uninstaller runs; with the program's own files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from certclient.bootstrap import open_procedures
from certclient.cli.main import run
from certclient.enrollment.journal import Journal, ProcedureKind, ProcedureState, Record
from certclient.enrollment.open_procedures import OpenProcedures
from support.cli_runner import NOW, CliRunner, view

Capture = pytest.CaptureFixture[str]
USER = "TKYM1408054"

LIST_FILES = """
from certclient.platform import folders
for folder in folders.own_folders():
    for path in (folder, *folder.rglob("*")) if folder.exists() else ():
        print(path.name)
"""
CREATE_EVERY_FILE = """
from datetime import UTC, datetime
from certclient.platform import folders, log
from certclient.enrollment.journal import Journal
from certclient.enrollment.lock import exclusive
from certclient.ui.settings import UiSettings
from certclient.updates.cache import CachedAnnouncement, AnnouncementCache
from certclient.i18n.catalogue import Language

now, data = datetime.now(UTC), folders.data_folder()
with log.writing_to(folders.log_file()), exclusive(data / "locks", "bank", "user"):
    log.event("start")
    Journal(folders.journal_file())
    AnnouncementCache(data / "updates.json").note("bank", CachedAnnouncement(now))
    folders.reminders_file().write_text("{}")
    (data / "daily-reminder.xml").write_text("left by a power cut")
    UiSettings(folders.settings_file()).language = Language.ENGLISH
    (data / "instance.lock").touch()
"""


@dataclass(frozen=True)
class Home:
    """A user's home folder; on Windows, that of the current Windows user."""

    folder: Path

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        path = os.pathsep.join(sys.path)
        return subprocess.run(
            (sys.executable, "-W", "error", *arguments),
            env={**kept, "HOME": str(self.folder), "PYTHONPATH": path, "LANG": "ja_JP.UTF-8"},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )

    def names(self, after: str = "") -> set[str]:
        """Names of the files that the program keeps there, after running the code in `after`."""
        done = self.python("-c", after + LIST_FILES)
        assert done.returncode == 0, done.stderr
        return set(done.stdout.splitlines())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def record(user_id: str, number: int, *, state: ProcedureState = ProcedureState.WAITING) -> Record:
    name = f"p{number}"
    started = NOW.replace(minute=number)
    return Record(name, ProcedureKind.RENEW, "a bank", user_id, state, started, NOW, "nss:/x", name)


def test_remove_data_deletes_every_file_of_the_program(home: Home) -> None:
    assert home.names(after=CREATE_EVERY_FILE) >= {
        *("certclient.log", "journal.sqlite", "updates.json", "reminders.json", "settings.ini"),
        *("instance.lock", "daily-reminder.xml", "locks"),
    }
    done = home.python("-m", "certclient", "remove-data", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert home.names() == set(), "the command's own log is deleted, too"


def make_data_folder(folder: Path) -> Path:
    """Creates a data folder with a settings file."""
    folder.mkdir()
    (folder / "settings.ini").touch()
    return folder


def run_command(
    cli_runner: CliRunner, *arguments: str, folders: tuple[Path, ...] = (), users: str = ""
) -> int:
    views = tuple(view(user_id, f"p{number}") for number, user_id in enumerate(users.split()))
    services = replace(
        cli_runner.services(),
        open_procedures=lambda: OpenProcedures(views),
        own_folders=lambda: folders,
    )
    return run(["--language", "ja", *arguments], services)


def test_remove_data_requires_consent_and_no_unfinished_procedure(
    cli_runner: CliRunner, capsys: Capture, tmp_path: Path
) -> None:
    folder = make_data_folder(tmp_path / "certclient")
    assert run_command(cli_runner, "remove-data", folders=(folder,)) == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert run_command(cli_runner, "remove-data", "--yes", folders=(folder,), users=USER) == 2
    errors = capsys.readouterr().err
    assert "CC-PROCEDURE-UNFINISHED" in errors
    assert f"ユーザID：{USER}" in errors
    assert (folder / "settings.ini").exists()


def test_undeletable_folder_is_reported(
    cli_runner: CliRunner, capsys: Capture, tmp_path: Path
) -> None:
    undeletable = tmp_path / "no folder"
    undeletable.touch()
    folder = make_data_folder(tmp_path / "certclient")
    assert run_command(cli_runner, "remove-data", "--yes", folders=(undeletable, folder)) == 5
    errors = capsys.readouterr().err
    assert "CC-DATA-REMAINS" in errors
    assert "no folder" in errors
    undeletable.unlink()
    assert (
        run_command(cli_runner, "remove-data", "--yes", "--json", folders=(undeletable, folder))
        == 0
    )
    assert json.loads(capsys.readouterr().out)["removed"] == [str(folder)]
    assert not folder.exists()


def test_unfinished_prints_one_user_id_per_line(cli_runner: CliRunner, capsys: Capture) -> None:
    assert run_command(cli_runner, "status", "--unfinished", users=f"{USER} TKYM1408055") == 0
    assert capsys.readouterr().out == f"{USER}\nTKYM1408055\n"
    assert run_command(cli_runner, "status", "--unfinished") == 0
    assert capsys.readouterr().out == ""
    assert run_command(cli_runner, "status", "--unfinished", "--json", users=USER) == 0
    assert json.loads(capsys.readouterr().out)["unfinished"] == [USER]


def test_open_procedures_of_every_bank_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    assert open_procedures(path).user_ids == ()
    assert not path.exists(), "a query creates no journal"
    journal = Journal(path)
    journal.save(record("TKYM1408055", 2))
    journal.save(replace(record(USER, 1), profile_id="another bank"))
    journal.save(record("TKYM1408056", 3, state=ProcedureState.DONE))
    assert open_procedures(path).user_ids == (USER, "TKYM1408055")


def test_damaged_journal_is_not_treated_as_empty(
    cli_runner: CliRunner, capsys: Capture, tmp_path: Path
) -> None:
    folder = make_data_folder(tmp_path / "certclient")
    journal = folder / "journal.sqlite"
    journal.write_bytes(b"not a journal" * 100)
    services = replace(
        cli_runner.services(),
        open_procedures=lambda: open_procedures(journal),
        own_folders=lambda: (folder,),
    )
    for command in (["status", "--unfinished"], ["remove-data", "--yes"]):
        assert run(command, services) == 2
        assert "CC-JOURNAL" in capsys.readouterr().err
    assert journal.exists()

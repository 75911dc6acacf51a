"""remove-data and status --unfinished, which the uninstaller asks; with the program's own files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from certclient.bootstrap import unfinished
from certclient.cli.main import run
from certclient.enrollment.journal import Journal, Kind, Record, State
from support.clerk import NOW, Clerk

Capture = pytest.CaptureFixture[str]
USER = "TKYM1408054"

TELL = """
from certclient.platform import folders
for folder in folders.own_folders():
    for path in (folder, *folder.rglob("*")) if folder.exists() else ():
        print(path.name)
"""
LEAVE_EVERYTHING = """
from datetime import UTC, datetime
from certclient.platform import folders, log
from certclient.enrollment.journal import Journal
from certclient.enrollment.lock import exclusive
from certclient.ui.settings import Settings
from certclient.updates.book import Heard, UpdateBook
from certclient.i18n.catalogue import Language

now, data = datetime.now(UTC), folders.data_folder()
with log.writing_to(folders.log_file()), exclusive(data / "locks", "bank", "user"):
    log.event("start")
    Journal(folders.journal_file())
    UpdateBook(data / "updates.json").note("bank", Heard(now))
    folders.reminders_file().write_text("{}")
    (data / "daily-reminder.xml").write_text("left by a power cut")
    Settings(folders.settings_file()).language = Language.ENGLISH
    (data / "instance.lock").touch()
"""


@dataclass(frozen=True)
class Home:
    """Somebody's home folder; on Windows that of this Windows' user."""

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
        """Of what the program keeps there, when the lines `after` have run."""
        done = self.python("-c", after + TELL)
        assert done.returncode == 0, done.stderr
        return set(done.stdout.splitlines())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def record(user_id: str, number: int, *, state: State = State.WAITING) -> Record:
    name = f"p{number}"
    started = NOW.replace(minute=number)
    return Record(name, Kind.RENEW, "a bank", user_id, state, started, NOW, "nss:/x", name)


def test_everything_that_the_program_keeps_goes(home: Home) -> None:
    assert home.names(after=LEAVE_EVERYTHING) >= {
        *("certclient.log", "journal.sqlite", "updates.json", "reminders.json", "settings.ini"),
        *("instance.lock", "daily-reminder.xml", "locks"),
    }
    done = home.python("-m", "certclient", "remove-data", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert home.names() == set(), "not even the log of the command itself"


def kept(folder: Path) -> Path:
    """What the program keeps."""
    folder.mkdir()
    (folder / "settings.ini").touch()
    return folder


def says(clerk: Clerk, *arguments: str, folders: tuple[Path, ...] = (), users: str = "") -> int:
    services = replace(
        clerk.services(), unfinished=lambda: users.split(), own_folders=lambda: folders
    )
    return run(["--language", "ja", *arguments], services)


def test_it_is_never_done_unasked_or_while_a_procedure_is_unfinished(
    clerk: Clerk, capsys: Capture, tmp_path: Path
) -> None:
    folder = kept(tmp_path / "certclient")
    assert says(clerk, "remove-data", folders=(folder,)) == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert says(clerk, "remove-data", "--yes", folders=(folder,), users=USER) == 2
    told = capsys.readouterr().err
    assert "CC-PROCEDURE-UNFINISHED" in told
    assert f"ユーザID：{USER}" in told
    assert (folder / "settings.ini").exists()


def test_what_cannot_be_deleted_is_named(clerk: Clerk, capsys: Capture, tmp_path: Path) -> None:
    stubborn = tmp_path / "no folder"
    stubborn.touch()
    folder = kept(tmp_path / "certclient")
    assert says(clerk, "remove-data", "--yes", folders=(stubborn, folder)) == 5
    told = capsys.readouterr().err
    assert "CC-DATA-REMAINS" in told
    assert "no folder" in told
    stubborn.unlink()
    assert says(clerk, "remove-data", "--yes", "--json", folders=(stubborn, folder)) == 0
    assert json.loads(capsys.readouterr().out)["removed"] == [str(folder)]
    assert not folder.exists()


def test_unfinished_user_ids_come_one_a_line_and_nothing_else(
    clerk: Clerk, capsys: Capture
) -> None:
    assert says(clerk, "status", "--unfinished", users=f"{USER} TKYM1408055") == 0
    assert capsys.readouterr().out == f"{USER}\nTKYM1408055\n"
    assert says(clerk, "status", "--unfinished") == 0
    assert capsys.readouterr().out == ""
    assert says(clerk, "status", "--unfinished", "--json", users=USER) == 0
    assert json.loads(capsys.readouterr().out)["unfinished"] == [USER]


def test_procedures_of_every_bank_count(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    assert unfinished(path) == ()
    assert not path.exists(), "asking makes no journal"
    journal = Journal(path)
    journal.save(record("TKYM1408055", 2))
    journal.save(replace(record(USER, 1), profile_id="another bank"))
    journal.save(record("TKYM1408056", 3, state=State.DONE))
    assert unfinished(path) == (USER, "TKYM1408055")


def test_a_damaged_journal_is_no_empty_one(clerk: Clerk, capsys: Capture, tmp_path: Path) -> None:
    folder = kept(tmp_path / "certclient")
    journal = folder / "journal.sqlite"
    journal.write_bytes(b"not a journal" * 100)
    services = replace(
        clerk.services(), unfinished=lambda: unfinished(journal), own_folders=lambda: (folder,)
    )
    for command in (["status", "--unfinished"], ["remove-data", "--yes"]):
        assert run(command, services) == 2
        assert "CC-JOURNAL" in capsys.readouterr().err
    assert journal.exists()

"""A journal that is damaged while a renewal is open: told, kept, and a fresh start possible."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from certclient.cli.exit_codes import DONE
from certclient.model.errors import ErrorCode
from support.torture.computer import Computers
from support.torture.selection import sample

BEGUN = 1
"""The journal has its first record, and no key has been made: tests/torture/test_kills.py."""


def cut(journal: Path) -> None:
    journal.write_bytes(journal.read_bytes()[: journal.stat().st_size // 2])


def overwrite(journal: Path) -> None:
    journal.write_bytes(b"not a journal of anybody" * 1000)


def overwrite_a_page(journal: Path) -> None:
    with journal.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)


def become_newer(journal: Path) -> None:
    with closing(sqlite3.connect(journal)) as connection:
        connection.execute("PRAGMA user_version = 99")


def lose_a_table(journal: Path) -> None:
    with closing(sqlite3.connect(journal)) as connection:
        connection.execute("DROP TABLE procedure")


def become_a_folder(journal: Path) -> None:
    journal.unlink()
    journal.mkdir()


DAMAGES: dict[str, tuple[Callable[[Path], None], ErrorCode]] = {
    "cut short": (cut, ErrorCode.JOURNAL_DAMAGED),
    "overwritten": (overwrite, ErrorCode.JOURNAL_DAMAGED),
    "one page overwritten": (overwrite_a_page, ErrorCode.JOURNAL_DAMAGED),
    "a table lost": (lose_a_table, ErrorCode.JOURNAL_DAMAGED),
    "of a newer version": (become_newer, ErrorCode.JOURNAL_NEWER),
    "a folder in its place": (become_a_folder, ErrorCode.DATA_FOLDER),
}


@pytest.mark.reliability("journal", "{damage}")
@pytest.mark.parametrize("damage", sample("journal", list(DAMAGES), 2))
def test_told_and_kept(computers: Computers, damage: str) -> None:
    computer, old = computers.with_certificate("NSS")
    computer.is_killed(f"kill@{BEGUN}", "renew")
    assert len(computer.open_procedures()) == 1  # closes the file, and its log is in it
    journal = computer.journal_path
    apply, code = DAMAGES[damage]
    apply(journal)
    before = journal.read_bytes() if journal.is_file() else b""
    for command in (("resume",), ("renew", computer.user_id, "--yes")):
        done = computer.certclient(*command)
        assert done.code != DONE
        assert code.code in json.dumps(done.json), done.out
    assert (journal.read_bytes() if journal.is_file() else b"") == before
    assert computer.usable() == [old]

    journal.rename(computer.home.parent / "moved away")
    assert computer.certclient("renew", computer.user_id, "--yes").code == DONE
    computer.assert_one_certificate_logs_in(old)

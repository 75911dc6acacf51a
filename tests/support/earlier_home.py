"""A customer's home as certclient 1.0.0rc1 has left it, recorded on 30 November 2026.

One certificate whose renewal waits for the bank (the bank is gone), one that was put away, one of
another user ID that ends in three days; the list that a window saw last, the reminder index,
settings, and the preferred store.
"""

from __future__ import annotations

import lzma
import sqlite3
from contextlib import closing
from pathlib import Path

RECORDED = Path(__file__).resolve().parents[1] / "updates" / "rc1"
VERSION = "1.0.0rc1"
MOMENT = "2026-12-01 12:00:00"
"""When its certificates are as described (faketime; UTC)."""
PROCEDURE = "8ff13c696bbde57a"
WAITING_USER, OTHER_USER = "TKYM1408054", "TKYM1408099"


def text(name: str, home: Path) -> str:
    """A recorded text, with this home's path."""
    return (RECORDED / name).read_text(encoding="utf-8").replace("@HOME@", home.as_posix())


def write_journal(path: Path, home: Path) -> None:
    """The recorded journal as a database."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(text("journal.sql", home))


def make_home(home: Path) -> None:
    """The whole home, as on Linux. The bank's profile is `bank.toml` in it."""
    data, settings = home / ".local/share/certclient", home / ".config/certclient"
    places = {
        data / "last-seen.json": "last-seen.json",
        data / "remind-771f0019.json": "remind.json",
        settings / "settings.ini": "settings.ini",
        settings / "store.json": "store.json",
        home / "bank.toml": "bank.toml",
    }
    write_journal(data / "journal.sqlite", home)
    for path, name in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(name, home), encoding="utf-8")
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True, mode=0o700)
    for packed in RECORDED.glob("*.xz"):
        (database / packed.stem).write_bytes(lzma.decompress(packed.read_bytes()))

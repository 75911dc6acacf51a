"""What is in a store, by looking into its files and not by the program's own code."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pkcs11
from pkcs11 import Attribute, ObjectClass

from support.nss import NssDatabase
from support.softhsm import SoftHsmToken

CERTIFICATE, PUBLIC, PRIVATE = 1, 2, 3
"""CKO_ constants."""

Objects = Counter[int]
"""The number of objects of each class."""


def nss_objects(nss: NssDatabase) -> Objects:
    """Of a database, as its two files have them (column a0: CKA_CLASS)."""
    found: Objects = Counter()
    for name, table in (("cert9.db", "nssPublic"), ("key4.db", "nssPrivate")):
        file = nss.directory / name
        if not file.exists():
            continue
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            for (kind,) in database.execute(f"SELECT a0 FROM {table}"):
                found[int.from_bytes(kind, "big")] += 1
    return found


def token_objects(token: SoftHsmToken) -> Objects:
    """Of a token; fails if its folder holds a file that belongs to none of them.

    An empty file is none: SoftHSM leaves one if it is killed while it creates an object, and shows
    nothing of it to anybody.
    """
    library = pkcs11.lib(str(token.hsm.module().path))
    found: Objects = Counter()
    with library.get_token(token_label=token.label).open(user_pin=token.pin) as session:
        for kind in (ObjectClass.CERTIFICATE, ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY):
            found[int(kind)] = len(list(session.get_objects({Attribute.CLASS: kind})))
    files = [one for one in token.folder.glob("*.object") if one.stat().st_size]
    files.remove(token.folder / "token.object")
    assert len(files) == found.total(), "a file of the token that is no object"
    return found


def foreign_files(home: Path) -> list[str]:
    """Files below `home` that a program which has ended has no business to leave."""
    ours = (
        ".pki/nssdb/cert9.db",
        ".pki/nssdb/key4.db",
        ".pki/nssdb/pkcs11.txt",
        ".local/share/certclient/journal.sqlite",
        ".local/share/certclient/journal.sqlite-wal",
        ".local/share/certclient/journal.sqlite-shm",
        ".local/share/certclient/last-seen.json",
        ".local/state/certclient/log/certclient.log",
    )
    found = [path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()]
    return [name for name in found if name not in ours and "/locks/" not in name]

"""An NSS database that cannot be read says what is wrong with it, and is left as it is."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.store.base import Unavailable, no_pin
from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn
from support.keyed_stores import LAST_YEAR, KeyedStores
from support.nss import NssDatabase
from support.pki import make_lab

pytestmark = pytest.mark.reliability("stores", "NSS: damaged, locked, without rights")

Fault = Callable[[Path], None]

DAMAGED = b"this was once a database\n" * 400


def _cut(size: int) -> Fault:
    return lambda file: os.truncate(file, size)


def _garbled_inside(file: Path) -> None:
    """The head of the file is intact."""
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)


def _of_another_program(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("CREATE TABLE moz_cookies (id)")


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _garbage(file: Path) -> None:
    file.write_bytes(DAMAGED)


def _dead_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("/nowhere")


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


FAULTS: dict[str, tuple[Fault, str]] = {
    "empty": (_empty, "damaged"),
    "garbage": (_garbage, "damaged"),
    "cut in the head": (_cut(50), "damaged"),
    "cut in a page": (_cut(9000), "damaged"),
    "cut between pages": (_cut(8192), "damaged"),
    "cut at the end": (_cut(20480), "damaged"),
    "garbled inside": (_garbled_inside, "damaged"),
    "of another program": (_of_another_program, "damaged"),
    "folder": (_folder, "damaged"),
    "missing": (Path.unlink, "missing-file"),
    "dead link": (_dead_link, "broken-link"),
}


@pytest.fixture
def filled(keyed_stores: KeyedStores, nss: NssDatabase) -> NssDatabase:
    """A database with a certificate and its key."""
    lab = make_lab()
    with keyed_stores.fill(nss).store().open(no_pin) as session:
        key = session.create_key(KeySpec(), LAST_YEAR)
        session.install(key, lab.issue(session.signer(key).spki), "bank")
    return nss


def _files(directory: Path) -> dict[str, bytes | None]:
    return {
        file.name: file.read_bytes() if file.is_file() else None for file in directory.iterdir()
    }


@pytest.mark.parametrize("name", ["cert9.db", "key4.db"])
@pytest.mark.parametrize("fault", FAULTS)
def test_damage_is_reported_and_nothing_is_written(
    filled: NssDatabase, name: str, fault: str
) -> None:
    damage, problem = FAULTS[fault]
    damage(filled.directory / name)
    before = _files(filled.directory)
    store = filled.store()
    state = store.availability()
    assert isinstance(state, Unavailable)
    for use in (store.certificates, store.unused_keys, lambda: store.open(no_pin).__enter__()):
        with pytest.raises(CertclientError) as error:
            use()
        assert error.value.code is state.reason is ErrorCode.STORE_UNAVAILABLE
        assert error.value.data["path"] == str(filled.directory)
        assert error.value.data["problem"] == problem
    assert _files(filled.directory) == before


def test_an_old_format_is_reported_until_it_has_been_converted(
    filled: NssDatabase, tmp_path: Path
) -> None:
    """NSS would show an empty database; the conversion is the one that the guide tells."""
    exported = tmp_path / "exported.p12"
    filled.pk12util("-o", str(exported), "-n", "bank", "-W", "x")
    old = NssDatabase(tmp_path / "old", "dbm")
    old.create()
    old.pk12util("-i", str(exported), "-W", "x", "-K", "")
    before = _files(old.directory)
    assert "cert9.db" not in before
    for use in (old.store().certificates, lambda: old.store().open(no_pin).__enter__()):
        with pytest.raises(CertclientError) as error:
            use()
        assert error.value.code is ErrorCode.STORE_UNAVAILABLE
        assert error.value.data["problem"] == "old-format"
        assert error.value.data["path"] == str(old.directory)
    assert _files(old.directory) == before

    converted = NssDatabase(old.directory)
    converted.certutil("-M", "-n", "bank", "-t", "u,u,u")
    (stored,) = converted.store().certificates()
    assert stored.key is not None
    assert stored.certificate == filled.store().certificates()[0].certificate
    assert _files(old.directory).items() >= before.items()


def test_database_damaged_after_it_was_read(filled: NssDatabase) -> None:
    assert len(filled.store().certificates()) == 1
    (filled.directory / "cert9.db").write_bytes(DAMAGED)
    with pytest.raises(CertclientError) as error:
        filled.store().certificates()
    assert error.value.data["problem"] == "damaged"


@pytest.mark.parametrize("name", ["cert9.db", "key4.db"])
@pytest.mark.parametrize("already_read", [False, True])
def test_a_locked_database_is_waited_for_only_briefly(
    filled: NssDatabase, name: str, already_read: bool
) -> None:
    if already_read:
        assert len(filled.store().certificates()) == 1
    with closing(sqlite3.connect(filled.directory / name, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        with pytest.raises(CertclientError) as error:
            filled.store().certificates()
        assert time.monotonic() - started < 20, "a guard against hanging, not a measurement"
        assert error.value.code is ErrorCode.STORE_UNAVAILABLE
        assert error.value.data["problem"] == "locked"
        assert error.value.data["path"] == str(filled.directory)
        other.execute("ROLLBACK")
    assert len(filled.store().certificates()) == 1


def test_reading_changes_no_file(filled: NssDatabase) -> None:
    before = {file: file.stat().st_mtime_ns for file in filled.directory.iterdir()}
    assert filled.store().availability()
    assert len(filled.store().certificates()) == 1
    assert {file: file.stat().st_mtime_ns for file in filled.directory.iterdir()} == before


def test_a_database_without_a_password_yet_is_usable(nss: NssDatabase) -> None:
    """Not "the USB token has not been set up"."""
    store = nss.store()
    with store.open(no_pin):
        pass
    with closing(sqlite3.connect(nss.directory / "key4.db")) as keys, keys:
        keys.execute("DELETE FROM metaData")
    assert not isinstance(store.availability(), Unavailable)
    assert list(store.certificates()) == []


def test_thirty_databases_are_read_again_and_again(tmp_path: Path) -> None:
    """Firefox profiles add up. Each read is checked against its own database."""
    lab = make_lab()
    stores = [NssStore(load_softokn(), tmp_path / f"profile-{number}") for number in range(30)]
    for store in stores[::10]:
        with store.open(no_pin) as session:
            key = session.create_key(KeySpec(), "certclient 0001")
            session.install(key, lab.issue(session.signer(key).spki), "bank")
    for store in stores:
        with store.open(no_pin):
            pass
    for _round in range(4):
        counts = [len(store.certificates()) for store in stores]
        assert counts == [1 if number % 10 == 0 else 0 for number in range(30)]

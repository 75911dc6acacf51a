"""Certificates in every browser of this user, and stores that cannot be read, with the commands."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from certclient.model.certificate import Certificate
from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn
from support.command_line import PC_USER, PIN, CliComputer
from support.nss import NssDatabase

OTHER_USER = "TKYM1408077"
FIREFOX = ".mozilla/firefox/abcd1234.default-release"
SNAP = "snap/chromium/2805/.pki/nssdb"
FLATPAK = ".var/app/com.google.Chrome/data/pki/nssdb"


def store_at(pc: CliComputer, folder: str) -> NssStore:
    return NssStore(load_softokn(), pc.home / folder)


def chromium(pc: CliComputer) -> NssStore:
    return store_at(pc, ".pki/nssdb")


def firefox(pc: CliComputer) -> NssStore:
    root = pc.home / ".mozilla/firefox"
    root.mkdir(parents=True, exist_ok=True)
    (root / "profiles.ini").write_text(
        "[Profile0]\nName=default-release\nIsRelative=1\nPath=abcd1234.default-release\n"
    )
    return store_at(pc, FIREFOX)


def errors_of(done: Any) -> list[dict[str, Any]]:
    found = [store["error"] for store in done.json["stores"] if store["error"]]
    return [error for error in found if error["code"] != "CC-STORE-MIDDLEWARE"]


def test_a_certificate_in_any_browser_is_listed_with_its_name(pc: CliComputer) -> None:
    (pc.home / "snap/chromium/2805").mkdir(parents=True)
    (pc.home / "snap/chromium/current").symlink_to("2805")
    places = {
        FIREFOX: (firefox(pc), "Firefox"),
        SNAP.replace("2805", "current"): (store_at(pc, SNAP), "Chromium (snap)"),
        FLATPAK: (store_at(pc, FLATPAK), "Google Chrome (Flatpak)"),
    }
    for number, (store, _browser) in enumerate(places.values()):
        pc.add_certificate(f"TKYM140805{number}", store)
    listed = {one["user_id"]: one for one in pc.list()}
    for number, (folder, (_store, browser)) in enumerate(places.items()):
        entry = listed[f"TKYM140805{number}"]
        assert entry["browser"] == browser
        assert entry["store"] == f"nss:{pc.home / folder}"
        assert entry["has_key"]
    table = pc.run("list").out
    for browser in ("Firefox", "Chromium (snap)", "Google Chrome (Flatpak)"):
        assert f"パソコン（{browser}）" in table


def test_a_single_browser_is_just_the_pc(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, chromium(pc))
    done = pc.run("list")
    assert done.code == 0
    assert " パソコン " in done.out
    assert "（" not in done.out


def test_a_certificate_is_renewed_in_its_own_browser(pc: CliComputer) -> None:
    chromium(pc).directory.mkdir(parents=True)
    old = pc.add_certificate(PC_USER, firefox(pc))
    done = pc.run("renew", PC_USER, "--yes", "--json")
    assert done.code == 0, done.out + done.err
    (result,) = done.json["results"]
    assert result["store"] == f"nss:{pc.home / FIREFOX}"
    assert not (pc.home / ".pki/nssdb/cert9.db").exists()
    (new,) = [one for one in pc.list() if not one["archived"]]
    assert (new["browser"], new["has_key"]) == ("Firefox", True)
    assert new["serial"] != old.serial_hex


def test_to_names_another_browser(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, chromium(pc))
    with firefox(pc).open(lambda _request: None):
        pass
    done = pc.run("renew", PC_USER, "--to", "firefox", "--yes", "--json")
    assert done.code == 0, done.out + done.err
    assert done.json["results"][0]["store"] == f"nss:{pc.home / FIREFOX}"
    assert "u,u,u" in NssDatabase(pc.home / FIREFOX).certutil("-L")


def test_obtain_without_a_terminal_names_the_choices_and_remembers(pc: CliComputer) -> None:
    for store in (chromium(pc), firefox(pc)):
        with store.open(lambda _request: None):
            pass
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    arguments = ("obtain", PC_USER, "--yes", "--code-stdin", "--json")
    refused = pc.run(*arguments, stdin=f"{code}\n")
    assert refused.code == 2
    error = refused.json["error"]
    assert error["code"] == "CC-STORE-AMBIGUOUS"
    assert error["data"]["stores"] == "Chromium, Firefox"
    done = pc.run(*arguments, "--to", "Firefox", stdin=f"{code}\n")
    assert done.code == 0, done.out + done.err
    assert done.json["results"][0]["store"] == f"nss:{pc.home / FIREFOX}"
    pc.bank.add_customer(OTHER_USER)
    again = pc.bank.issue_code(OTHER_USER).reveal()
    later = pc.run("obtain", OTHER_USER, "--yes", "--code-stdin", "--json", stdin=f"{again}\n")
    assert later.code == 0, later.out + later.err
    assert later.json["results"][0]["store"] == f"nss:{pc.home / FIREFOX}"


def copy_database(source: NssStore, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in ("cert9.db", "key4.db"):
        shutil.copy(source.directory / name, target / name)


def test_one_certificate_in_two_browsers_is_two_rows_and_one_renewal(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, chromium(pc))
    copy_database(chromium(pc), firefox(pc).directory)
    assert {one["browser"] for one in pc.list()} == {"Chromium", "Firefox"}
    done = pc.run("renew", "--all", "--yes", "--json")
    assert done.code == 0, done.out + done.err
    assert len(done.json["results"]) == 1
    assert pc.run("renew", "--all", "--yes", "--json").code == 3


def test_one_of_two_copies_is_removed(pc: CliComputer) -> None:
    certificate = pc.add_certificate(PC_USER, chromium(pc))
    copy_database(chromium(pc), firefox(pc).directory)
    arguments = ("remove", certificate.serial_hex, "--yes", "--json")
    error = pc.run(*arguments).json["error"]
    assert (error["code"], error["data"]["stores"]) == ("CC-STORE-AMBIGUOUS", "Chromium, Firefox")
    done = pc.run(*arguments, "--store", "chromium")
    assert done.code == 0, done.out + done.err
    assert {one["browser"]: one["archived"] for one in pc.list()} == {
        "Chromium": True,
        "Firefox": False,
    }
    last = pc.run(*arguments, "--store", "firefox").json["error"]
    assert last["code"] == "CC-CERT-LAST-VALID"


def test_tokens_with_one_label_are_told_apart_by_what_can_be_typed(pc: CliComputer) -> None:
    first, second = pc.plug_in_token("USB"), pc.plug_in_token("USB")
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    arguments = ("obtain", PC_USER, "--yes", "--code-stdin", "--pin-stdin", "--json")
    stdin = f"{code}\n{PIN}\n"
    error = pc.run(*arguments, "--to", "usb", stdin=stdin).json["error"]
    assert error["code"] == "CC-STORE-AMBIGUOUS"
    names = error["data"]["stores"].split(", ")
    assert set(names) == {f"USB ({token.name.serial})" for token in (first, second)}
    assert pc.run(*arguments, "--store", "USB", stdin=stdin).json["error"]["code"] == error["code"]
    done = pc.run(*arguments, "--store", second.name.serial, stdin=stdin)
    assert done.code == 0, done.out + done.err
    assert done.json["results"][0]["store"] == second.store().store_id
    assert f"USB ({second.name.serial})" in pc.run("list").out


# Stores that cannot be read.


@contextmanager
def modes(*changes: tuple[Path, int]) -> Iterator[None]:
    """Restores the modes, so that pytest can remove the folder."""
    before = [(path, path.stat().st_mode & 0o7777) for path, _mode in changes]
    for path, mode in changes:
        path.chmod(mode)
    try:
        yield
    finally:
        for path, mode in reversed(before):
            path.chmod(mode)


def _pki_000(folder: Path) -> Iterator[None]:
    with modes((folder.parent, 0)):
        yield


def _folder_000(folder: Path) -> Iterator[None]:
    with modes((folder, 0)):
        yield


def _file_000(folder: Path) -> Iterator[None]:
    with modes((folder / "cert9.db", 0)):
        yield


def _keys_000(folder: Path) -> Iterator[None]:
    with modes((folder / "key4.db", 0)):
        yield


def _empty(folder: Path) -> Iterator[None]:
    (folder / "cert9.db").write_bytes(b"")
    yield


def _garbage(folder: Path) -> Iterator[None]:
    (folder / "key4.db").write_bytes(b"garbage" * 500)
    yield


def _cut(folder: Path) -> Iterator[None]:
    os.truncate(folder / "cert9.db", 9000)
    yield


def _missing(folder: Path) -> Iterator[None]:
    (folder / "key4.db").unlink()
    yield


def _old_format(folder: Path) -> Iterator[None]:
    shutil.rmtree(folder)
    NssDatabase(folder, "dbm").create()
    yield


def _dead_link(folder: Path) -> Iterator[None]:
    shutil.rmtree(folder)
    folder.symlink_to("/nowhere/nssdb")
    yield


def _file(folder: Path) -> Iterator[None]:
    shutil.rmtree(folder)
    folder.write_text("")
    yield


def _locked(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "cert9.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


KINDS: dict[str, Callable[[Path], Iterator[None]]] = {
    "~/.pki 000": _pki_000,
    "folder 000": _folder_000,
    "cert9.db 000": _file_000,
    "key4.db 000": _keys_000,
    "cert9.db empty": _empty,
    "key4.db garbage": _garbage,
    "cert9.db cut": _cut,
    "key4.db missing": _missing,
    "old format": _old_format,
    "dead link": _dead_link,
    "file": _file,
    "locked": _locked,
}


@pytest.mark.reliability("stores", "one that cannot be read is named: {kind}")
@pytest.mark.parametrize("kind", KINDS)
def test_an_unreadable_store_is_named_and_the_others_go_on(pc: CliComputer, kind: str) -> None:
    kept = pc.add_certificate(PC_USER, chromium(pc))
    pc.add_certificate(OTHER_USER, firefox(pc))
    folder = chromium(pc).directory
    pc.modes_apply = True
    with contextmanager(KINDS[kind])(folder):
        listed = pc.run("list", "--json")
        assert listed.code == 0, listed.out + listed.err
        assert [one["user_id"] for one in listed.json["certificates"]] == [OTHER_USER]
        (error,) = errors_of(listed)
        assert error["code"] == "CC-STORE-UNAVAILABLE"
        assert error["data"]["path"] == str(folder)

        shown = pc.run("list")
        assert OTHER_USER in shown.out
        assert "CC-STORE-UNAVAILABLE" in shown.err
        assert str(folder) in shown.err

        renewed = pc.run("renew", PC_USER, "--yes", "--json")
        assert renewed.code == 2
        assert renewed.json["error"]["code"] == "CC-STORE-UNAVAILABLE"
        assert renewed.json["error"]["data"]["path"] == str(folder)

        reminded = pc.run("remind", "--json")
        assert [one["user_id"] for one in reminded.json["certificates"]] == [OTHER_USER]
        assert reminded.json["unusable"][0]["error"]["data"]["path"] == str(folder)

        removed = pc.run("remove", kept.serial_hex, "--yes", "--json")
        assert removed.json["error"]["data"]["path"] == str(folder)

        obtained = pc.run("obtain", PC_USER, "--to", "Chromium", "--yes", "--code-stdin", "--json")
        assert obtained.json["error"]["code"] == "CC-STORE-UNAVAILABLE"

        everything = pc.run("renew", "--all", "--yes", "--json")
        assert everything.code == 0, everything.out + everything.err
        assert [one["user_id"].split()[0] for one in everything.json["results"]] == [OTHER_USER]
        assert str(folder) in everything.err

        nothing = pc.run("renew", "--all", "--yes", "--json")
        assert nothing.json["error"]["code"] == "CC-STORE-UNAVAILABLE"


def test_an_unreadable_list_of_profiles_is_named_and_hides_no_profile(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, firefox(pc))
    pc.modes_apply = True
    listing = pc.home / ".mozilla/firefox/profiles.ini"
    with modes((listing, 0)):
        listed = pc.run("list", "--json")
        assert [one["user_id"] for one in listed.json["certificates"]] == [PC_USER]
        (error,) = errors_of(listed)
        assert error["data"]["reason"].endswith(f": {listing}")
    with modes((listing.parent, 0)):
        listed = pc.run("list", "--json")
        assert listed.json["certificates"] == []
        (error,) = errors_of(listed)
        assert error["code"] == "CC-STORE-UNAVAILABLE"
        assert error["data"]["path"] == str(listing.parent)


def _owned(pc: CliComputer) -> tuple[NssStore, Certificate]:
    pc.modes_apply = True
    store = chromium(pc)
    return store, pc.add_certificate(PC_USER, store)


@pytest.mark.reliability("stores", "NSS: read-only")
def test_a_store_that_can_only_be_read_is_listed(pc: CliComputer) -> None:
    store, certificate = _owned(pc)
    before = {file.name: file.read_bytes() for file in store.directory.iterdir()}
    files = ((file, 0o444) for file in store.directory.glob("*.db"))
    with modes(*files, (store.directory, 0o555)):
        listed = pc.run("list", "--json")
        (entry,) = listed.json["certificates"]
        assert entry["serial"] == certificate.serial_hex
        assert entry["has_key"]
        assert errors_of(listed) == []
        renewed = pc.run("renew", PC_USER, "--yes")
        assert renewed.code == 2
        assert "CC-STORE-UNAVAILABLE" in renewed.err
        assert "読み取り専用" in renewed.err
        assert str(store.directory) in renewed.err
    assert {file.name: file.read_bytes() for file in store.directory.iterdir()} == before


def test_from_a_store_that_can_only_be_read_into_another_browser(pc: CliComputer) -> None:
    """The old key signs the request; only archiving the old certificate is not possible."""
    store, _certificate = _owned(pc)
    with firefox(pc).open(lambda _request: None):
        pass
    files = ((file, 0o444) for file in store.directory.glob("*.db"))
    with modes(*files, (store.directory, 0o555)):
        done = pc.run("renew", PC_USER, "--to", "Firefox", "--yes", "--json")
        assert done.code == 0, done.out + done.err
        (result,) = done.json["results"]
        assert result["store"] == f"nss:{pc.home / FIREFOX}"
        assert result["old_kept"]


@pytest.mark.parametrize("name", [b"it's (mine)", "信金".encode("cp932")], ids=["quotes", "cp932"])
def test_any_name_of_the_home_folder(pc: CliComputer, tmp_path: Path, name: bytes) -> None:
    pc.home = tmp_path / os.fsdecode(name)
    pc.home.mkdir()
    pc.add_certificate(PC_USER, chromium(pc))
    assert pc.run("list").code == 0
    done = pc.run("renew", PC_USER, "--yes", "--json")
    assert done.code == 0, done.out + done.err
    assert pc.run("list", "--json").json["certificates"][0]["has_key"]

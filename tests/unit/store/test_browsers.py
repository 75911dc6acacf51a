"""Every browser's database is found, once, with a name that customers know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from certclient.model.errors import ErrorCode
from certclient.store.base import no_pin
from certclient.store.browsers import default_directory, find_databases, titles
from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn
from support.nss import NssDatabase

CLASSIC = Path(".pki/nssdb")
MODERN = Path(".local/share/pki/nssdb")


def not_installed(_program: str) -> str | None:
    return None


def database(home: Path, folder: str | Path) -> Path:
    """An empty database like the one that a browser creates at its first start."""
    directory = home / folder
    with NssStore(load_softokn(), directory).open(no_pin):
        pass
    return directory


def found(home: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Titles by folder below the home folder."""
    databases = find_databases(environment or {}, home, not_installed)
    names = titles(databases)
    return {
        str(one.directory.relative_to(home)): name
        for one, name in zip(databases, names, strict=True)
    }


@pytest.mark.parametrize(
    ("existing", "environment", "expected"),
    [
        ([], {}, CLASSIC),
        ([CLASSIC], {}, CLASSIC),
        ([MODERN], {}, MODERN),
        ([CLASSIC, MODERN], {}, CLASSIC),
        (["data/pki/nssdb"], {"XDG_DATA_HOME": "{home}/data"}, "data/pki/nssdb"),
        (["data/pki/nssdb", CLASSIC], {"XDG_DATA_HOME": "{home}/data"}, CLASSIC),
        ([MODERN], {"XDG_DATA_HOME": "{home}/data"}, CLASSIC),
        ([MODERN], {"XDG_DATA_HOME": ""}, MODERN),
        ([MODERN], {"XDG_DATA_HOME": "relative"}, MODERN),
    ],
)
def test_default_folder_is_the_one_that_chromium_reads(
    tmp_path: Path, existing: list[Path], environment: dict[str, str], expected: Path
) -> None:
    """Creating the first folder when only the second exists would hide the user's certificates."""
    for folder in existing:
        (tmp_path / folder).mkdir(parents=True)
    variables = {name: value.format(home=tmp_path) for name, value in environment.items()}
    assert default_directory(variables, tmp_path) == tmp_path / expected
    (first, *_others) = find_databases(variables, tmp_path, not_installed)
    assert first.directory == tmp_path / expected


def test_the_only_browser_needs_no_name(tmp_path: Path) -> None:
    assert found(tmp_path) == {".pki/nssdb": ""}
    database(tmp_path, ".mozilla/firefox/abcd.default-release")
    assert found(tmp_path) == {".mozilla/firefox/abcd.default-release": ""}


def test_every_kind_of_package_has_its_own_folder(tmp_path: Path) -> None:
    places = {
        ".pki/nssdb": "Chromium",
        ".mozilla/firefox/a.default-release": "Firefox",
        ".config/mozilla/firefox/b.default-release": "Firefox",
        "snap/chromium/2805/.pki/nssdb": "Chromium (snap)",
        "snap/firefox/common/.mozilla/firefox/c.default": "Firefox (snap)",
        ".var/app/com.google.Chrome/data/pki/nssdb": "Google Chrome (Flatpak)",
        ".var/app/org.chromium.Chromium/.pki/nssdb": "Chromium (Flatpak)",
        ".var/app/org.mozilla.firefox/.mozilla/firefox/d.default": "Firefox (Flatpak)",
    }
    for place in places:
        database(tmp_path, place)
    (tmp_path / "snap/chromium/current").symlink_to("2805")
    expected = {place.replace("2805", "current"): name for place, name in places.items()}
    expected[".mozilla/firefox/a.default-release"] = "Firefox: a.default-release"
    expected[".config/mozilla/firefox/b.default-release"] = "Firefox: b.default-release"
    assert found(tmp_path) == expected


def test_installed_browsers_give_the_shared_folder_its_name(tmp_path: Path) -> None:
    for folder in (".config/google-chrome", ".config/microsoft-edge"):
        (tmp_path / folder).mkdir(parents=True)
    database(tmp_path, ".mozilla/firefox/a.default")
    assert found(tmp_path) == {
        ".pki/nssdb": "Google Chrome / Microsoft Edge",
        ".mozilla/firefox/a.default": "Firefox",
    }


def test_a_program_on_the_path_counts_and_a_snap_does_not(tmp_path: Path) -> None:
    database(tmp_path, ".mozilla/firefox/a.default")
    paths = {"chromium": "/snap/bin/chromium", "google-chrome": "/usr/bin/google-chrome"}
    first, *_others = find_databases({}, tmp_path, paths.get)
    assert first.browser == "Google Chrome"
    del paths["google-chrome"]
    first, *_others = find_databases({}, tmp_path, paths.get)
    assert first.browser == "Firefox"


PROFILES = """\ufeff[Install4F96D1932A9F858E]
Default=work.dir
Locked=1

[Profile1]
Name=default
IsRelative=1
Path=Profiles/old
Default=1

[Profile0]
Name=仕事
IsRelative=1
Path=work.dir

[Profile2]
Name=elsewhere
IsRelative=0
Path={elsewhere}

[Profile3]
Name=never started
IsRelative=1
Path=new
"""


def test_firefox_profiles_have_the_names_of_about_profiles(tmp_path: Path) -> None:
    root = tmp_path / ".mozilla/firefox"
    for folder in ("Profiles/old", "work.dir", "not-listed"):
        database(root, folder)
    elsewhere = database(tmp_path, "disk/firefox")
    (root / "new").mkdir()
    (root / "profiles.ini").write_text(PROFILES.format(elsewhere=elsewhere), encoding="utf-8")
    assert found(tmp_path) == {
        ".mozilla/firefox/work.dir": "Firefox: 仕事",
        ".mozilla/firefox/Profiles/old": "Firefox: default",
        "disk/firefox": "Firefox: elsewhere",
    }


@pytest.mark.parametrize(
    "text", [b"", b"garbage", b"\xff\xfe[\0P", b"[Profile0]\nPath=\0\n", b"[Profile0\nPath=a"]
)
def test_a_damaged_list_of_profiles_hides_none_or_lists_none(tmp_path: Path, text: bytes) -> None:
    database(tmp_path, ".mozilla/firefox/a.default")
    (tmp_path / ".mozilla/firefox/profiles.ini").write_bytes(text)
    assert set(found(tmp_path)) <= {".mozilla/firefox/a.default", ".pki/nssdb"}


@pytest.mark.parametrize("text", ["", "[General]\nVersion=2\n", "[Profile0]\nName=default\n"])
def test_a_list_that_names_no_profile_hides_none(tmp_path: Path, text: str) -> None:
    database(tmp_path, ".mozilla/firefox/a.default")
    (tmp_path / ".mozilla/firefox/profiles.ini").write_text(text)
    assert found(tmp_path) == {".mozilla/firefox/a.default": ""}


def test_installs_ini_names_a_profile_that_profiles_ini_lacks(tmp_path: Path) -> None:
    root = tmp_path / ".mozilla/firefox"
    database(root, "esr.default")
    (root / "profiles.ini").write_text("[General]\nStartWithLastProfile=1\n")
    (root / "installs.ini").write_text("[3B6073811A6ABF12]\nDefault=esr.default\n")
    assert found(tmp_path) == {".mozilla/firefox/esr.default": ""}


def test_one_folder_with_two_names_is_one_store(tmp_path: Path) -> None:
    shared = database(tmp_path, ".pki/nssdb")
    (tmp_path / ".local/share").mkdir(parents=True)
    (tmp_path / ".local/share/pki").symlink_to(tmp_path / ".pki")
    flatpak = tmp_path / ".var/app/com.google.Chrome/.pki"
    flatpak.mkdir(parents=True)
    (flatpak / "nssdb").symlink_to(shared)
    assert found(tmp_path) == {".pki/nssdb": ""}


def test_a_folder_that_no_browser_reads_is_not_a_second_browser(tmp_path: Path) -> None:
    """With one browser, nothing asks which one: an empty folder of another program is left out."""
    database(tmp_path, CLASSIC)
    database(tmp_path, MODERN)
    database(tmp_path, ".var/app/com.slack.Slack/data/pki/nssdb")
    assert found(tmp_path) == {str(CLASSIC): ""}


def test_a_certificate_in_such_a_folder_is_listed(tmp_path: Path) -> None:
    database(tmp_path, CLASSIC)
    modern = NssDatabase(database(tmp_path, MODERN))
    modern.certutil(
        *("-S", "-n", "x", "-s", "CN=x", "-x", "-t", ",,", "-z", "/bin/sh", "-k", "rsa", "-g"),
        *("2048", "-m", "1"),
    )
    databases = find_databases({}, tmp_path, not_installed)
    assert [(one.directory.relative_to(tmp_path), one.offered) for one in databases] == [
        (CLASSIC, True),
        (MODERN, False),
    ]
    assert list(titles(databases)) == ["Chromium", f"Chromium: {tmp_path / MODERN}"]


@pytest.mark.parametrize("kind", ["file", "dead link", "file above", "dead link above"])
def test_something_else_in_the_folders_place_is_listed(tmp_path: Path, kind: str) -> None:
    pki = tmp_path / ".pki"
    if kind == "file":
        pki.mkdir()
        (pki / "nssdb").write_text("")
    elif kind == "dead link":
        pki.mkdir()
        (pki / "nssdb").symlink_to(tmp_path / "missing")
    elif kind == "file above":
        pki.write_text("")
    else:
        pki.symlink_to(tmp_path / "missing")
    database(tmp_path, ".mozilla/firefox/a.default")
    assert set(found(tmp_path)) == {".pki/nssdb", ".mozilla/firefox/a.default"}
    error = NssStore(load_softokn(), pki / "nssdb").write_problem()
    assert error is not None
    assert error.code is ErrorCode.STORE_UNAVAILABLE
    assert error.data["problem"] == ("not-a-folder" if "file" in kind else "broken-link")

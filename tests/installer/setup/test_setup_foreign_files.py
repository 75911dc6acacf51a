"""Files and variables that would make Qt load foreign plugins: the program refuses or removes
them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.setups import PLACE, SetupBuilder, SetupUser, customer

CONSOLE = rf"{PLACE}\certclient.exe"
DONE, ABSENT, REFUSES = 0, 1, 6
LIBRARY = b"MZ, somebody's"


@pytest.fixture(scope="module")
def hanako(
    bench: SetupBuilder, new: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SetupUser]:
    with customer(tmp_path_factory.mktemp("shared")) as somebody:
        assert somebody.sets_up(new) == DONE, somebody.log
        yield somebody


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("qt.conf", b"[Paths]\r\nPlugins=C:/elsewhere\r\n"),
        ("QT6.CONF", b""),
        ("imageformats/stranger.dll", LIBRARY),
        ("Platforms/notes.txt", LIBRARY),
        ("styles.of.mine/style.dll", LIBRARY),
        ("profiles/library.toml", LIBRARY),
        ("profiles-available/library.dll", LIBRARY),
    ],
)
def test_file_that_qt_would_load_stops_program(
    hanako: SetupUser, name: str, content: bytes
) -> None:
    file = hanako.windows.path(PLACE) / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    done = hanako.windows.wine(CONSOLE)
    file.unlink()
    assert done.returncode == REFUSES
    assert name.replace("/", "\\") in done.stdout.decode()
    assert hanako.starts()


def test_reparse_point_stops_program(hanako: SetupUser) -> None:
    """Wine shows a symbolic link as a reparse point."""
    link = hanako.windows.path(PLACE) / "platforms-elsewhere"
    link.symlink_to("../../Temp")
    done = hanako.windows.wine(CONSOLE)
    link.unlink()
    assert done.returncode == REFUSES


@pytest.mark.parametrize(
    "name",
    [
        *("readme.txt", "tools/other.exe", "tools/qt.conf", "tools/deeper/library.dll"),
        *("set-aside/1/library.dll", "certclient-incoming/library.dll", "app-0.9/library.dll"),
    ],
)
def test_file_that_is_never_loaded_is_accepted(hanako: SetupUser, name: str) -> None:
    file = hanako.windows.path(PLACE) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"mine" if name.endswith((".txt", ".conf")) else LIBRARY)
    starts = hanako.starts()
    file.unlink()
    assert starts


@pytest.mark.parametrize(
    ("variable", "code"),
    [
        ("OTHER", DONE),
        ("QT_PLUGIN_PATH", ABSENT),
        ("QT_QPA_PLATFORM_PLUGIN_PATH", ABSENT),
        ("PYSIDE_DISABLE_INTERNAL_QT_CONF", ABSENT),
        ("OPENSSL_CONF", ABSENT),
        ("OPENSSL_MODULES", ABSENT),
        ("OPENSSL_ENGINES", ABSENT),
    ],
)
def test_search_path_variables_are_removed(hanako: SetupUser, variable: str, code: int) -> None:
    """Wine does not pass such variables to Windows programs, so cmd sets them."""
    line = rf"set {variable}=C:\elsewhere&& cd /d {PLACE}&& certclient.exe has {variable}"
    assert hanako.windows.wine("cmd", "/c", line).returncode == code

"""A setup that is interrupted, blocked or run on a damaged program leaves one that starts."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.antivirus import Antivirus
from support.setups import (
    BANKS,
    INCOMING,
    OWN_KEY,
    PLACE,
    PROGRAM_FILES,
    UNINSTALL_KEY,
    UNINSTALLER,
    SetupBuilder,
    SetupUser,
    contents,
)

DONE, ABORTED, BUSY, RUNNING = 0, 2, 10, 11
NEW = "1.1.0rc1"
REFUSES = 6

STAGES = [
    # a file whose rename is blocked, and the one before it, which is in place by then
    ("LICENSE.txt", rf"app-{NEW}\installed.lst"),
    ("certclientw.exe", rf"profiles-available\{BANKS[0]}.toml"),
    ("certclient.exe", "certclientw.exe"),
]


def begin(taro: SetupUser, setup: Path, *, after: str) -> subprocess.Popen[bytes]:
    """Starts a setup and returns when it has moved the file `after` into place and is blocked."""
    shutil.rmtree(taro.windows.path(INCOMING), ignore_errors=True)
    shutil.copyfile(setup, taro.windows.shared / "begun.exe")
    running = taro.windows.start("wine", r"Z:\keep\begun.exe", "/S", "/LANG=en")
    taro.wait_until(lambda: taro.has(rf"{INCOMING}\uninstall.exe"))
    taro.wait_until(lambda: not taro.has(rf"{INCOMING}\{after}"))
    return running


def cut_power(taro: SetupUser) -> None:
    taro.windows.run("wineserver", "-k9")


def test_both_programs_start_after_power_cut(
    taro: SetupUser, bench: SetupBuilder, old: Path, new: Path
) -> None:
    antivirus = Antivirus.installed(taro, bench.payload("1.0.0"))
    assert taro.sets_up(old) == DONE
    for held, after in STAGES:
        with antivirus.holds(held):
            running = begin(taro, new, after=after)
            assert taro.has(rf"{INCOMING}\{held}"), "it was interrupted in the middle"
            cut_power(taro)
            running.wait(300)
        assert taro.starts(), f"stopped after {after}"
    assert taro.sets_up(new) == DONE, taro.log
    assert taro.files() == PROGRAM_FILES | contents(NEW)
    assert taro.starts()


def test_repair_restores_files_and_sets_foreign_ones_aside(
    taro: SetupUser, bench: SetupBuilder, new: Path
) -> None:
    antivirus = Antivirus.installed(taro, bench.payload("1.0.0"))
    assert taro.sets_up(new) == DONE
    place = taro.windows.path(PLACE)
    strange = {
        *("version.dll", "notes.dat", rf"app-{NEW}\colorama.py", rf"app-{NEW}\flask\__init__.py"),
        *(rf"app-{NEW}\PySide6\plugin.dll", rf"app-{NEW}\python312.dll\in the way.txt"),
        *("qt.conf", r"imageformats\stranger.dll", r"profiles\library.toml"),
    }
    (place / f"app-{NEW}" / "python312.dll").unlink()
    for name in strange:
        file = place / name.replace("\\", "/")
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"MZ, somebody's")
    (place / f"app-{NEW}" / "PySide6" / "Qt6Core.dll").write_text("damaged")
    (place / "readme of mine.txt").write_text("mine")
    (place / "imageformats" / "picture.txt").write_text("mine, too")
    (place / "certclientw.exe").unlink()
    assert taro.windows.wine(rf"{PLACE}\certclient.exe").returncode == REFUSES
    with antivirus.holds("certclient.exe"):
        running = begin(taro, new, after="certclientw.exe")
        cut_power(taro)
        running.wait(300)
    assert taro.sets_up(new) == DONE, taro.log
    assert taro.starts()
    aside = {name for name in taro.files(rf"{PLACE}\set-aside\1") if not name.endswith("\\")}
    assert aside == strange
    assert rf"app-{NEW}\colorama.py" in taro.log
    assert taro.text(rf"{PLACE}\readme of mine.txt") == "mine"
    assert taro.text(rf"{PLACE}\imageformats\picture.txt") == "mine, too"
    with antivirus.holds("LICENSE.txt"):
        running = begin(taro, new, after=rf"app-{NEW}\installed.lst")
        assert taro.starts(), "a repair never removes intact files"
        cut_power(taro)
        running.wait(300)


@pytest.mark.installer
def test_failed_change_over_keeps_libraries_of_each_program(
    taro: SetupUser, bench: SetupBuilder, old: Path, new: Path
) -> None:
    antivirus = Antivirus.installed(taro, bench.payload("1.0.0"))
    assert taro.sets_up(old) == DONE
    before = taro.files()
    with antivirus.holds("certclientw.exe"):
        assert taro.sets_up(new) == ABORTED
    assert taro.files() == before, "it had not changed anything, and leaves nothing"
    assert taro.starts()
    with antivirus.holds("certclient.exe"):
        assert taro.sets_up(new) == ABORTED
    assert "cannot write" in taro.log
    assert contents(NEW) | contents("1.0.0") < taro.files(), "one is new, the other is old"
    assert not taro.has(INCOMING)
    assert taro.starts()
    assert taro.sets_up(new) == DONE
    assert taro.files() == PROGRAM_FILES | contents(NEW)


@pytest.mark.installer
def test_failed_first_setup_leaves_nothing(taro: SetupUser, new: Path) -> None:
    folder = taro.windows.path(PLACE)
    folder.mkdir(parents=True)
    (folder / "profiles-available").write_text("a file where a folder has to be")
    assert taro.sets_up(new) == ABORTED
    assert taro.files() == {"profiles-available"}
    assert not taro.windows.registry(OWN_KEY)


@pytest.mark.installer
def test_program_started_during_setup_is_asked_to_quit(
    taro: SetupUser, bench: SetupBuilder, old: Path
) -> None:
    """A link, the daily task or the logon may start it while the setup writes large files."""
    large = {f"app-2.0.0/data-{n}.bin": chr(65 + n) * (40 << 20) for n in range(4)}
    update = bench.setup("2.0.0", more=large)
    assert taro.sets_up(old) == DONE
    (taro.windows.shared / "busy").touch()
    shutil.copyfile(update, taro.windows.shared / "update.exe")
    running = taro.windows.start("wine", r"Z:\keep\update.exe", "/S", "/LANG=en")
    taro.wait_until(lambda: taro.has(rf"{INCOMING}\app-2.0.0\data-0.bin"))
    program = taro.windows.start("wine", rf"{PLACE}\certclientw.exe", "hold")
    assert taro.sets_up(old, name="another.exe") == BUSY
    taro.wait_until((taro.windows.shared / "holding").exists)
    assert running.wait(300) == RUNNING, taro.log
    assert program.poll() is None
    assert taro.files() == PROGRAM_FILES | contents("1.0.0") | {"README-1.txt"}
    (taro.windows.shared / "busy").unlink()
    assert taro.sets_up(update) == DONE
    assert program.wait(300) == 0


@pytest.mark.installer
def test_files_are_flushed_before_change_over(taro: SetupUser, new: Path) -> None:
    """Otherwise a power cut some seconds later would leave the new names with empty files."""
    shutil.copyfile(new, taro.windows.shared / "new.exe")
    traced = taro.windows.run(
        "wine", r"Z:\keep\new.exe", "/S", environment={"WINEDEBUG": "+file,+reg"}
    ).stdout.decode(errors="replace")
    assert taro.starts()
    written, renamed, _ = traced.partition("MoveFileWithProgressW")
    assert renamed
    opened, on_disk = "", set()
    for line in written.splitlines():
        if found := re.search(r'CreateFileW L".*certclient-incoming\\\\([^"]*)"', line):
            opened = found[1].replace("\\\\", "\\")
        elif "NtFlushBuffersFile" in line:
            on_disk.add(opened)
    copied = {rf"profiles\{BANKS[0]}.toml"}
    files = {name for name in taro.files() if not name.endswith("\\")} - copied
    assert on_disk == {name.replace("日本語", r"\65e5\672c\8a9e") for name in files}
    assert "NtFlushKey" in traced.rpartition('L"NoRepair"')[2], "the registry is flushed, too"


@pytest.mark.installer
def test_interrupted_uninstallation_can_be_continued(
    taro: SetupUser, bench: SetupBuilder, new: Path
) -> None:
    files_left = "not all files could be removed"
    antivirus = Antivirus.installed(taro, bench.payload("1.0.0"))
    assert taro.sets_up(new) == DONE
    with antivirus.holds(rf"app-{NEW}\python312.dll"):
        first = taro.windows.start("wine", rf"{PLACE}\uninstall.exe", "/S")
        taro.wait_until(lambda: "removing the files of" in taro.log)
        taro.windows.kill(UNINSTALLER)
        first.wait(300)
        assert taro.windows.registry(UNINSTALL_KEY), "Windows still offers to uninstall"
        said = taro.log.count(files_left)  # on a busy machine, it may have come so far
        taro.windows.wine(rf"{PLACE}\uninstall.exe", "/S")
        taro.wait_until(lambda: taro.log.count(files_left) > said)
        taro.wait_until(lambda: not taro.windows.runs(UNINSTALLER))
        assert taro.has(rf"{PLACE}\app-{NEW}\python312.dll")
    assert taro.windows.registry(UNINSTALL_KEY), "and still does"
    taro.uninstalls()
    taro.windows.settle()
    assert not taro.has(PLACE)
    assert not taro.windows.registry(UNINSTALL_KEY)
    assert not taro.windows.registry(OWN_KEY)
    assert "nobody knows what is not finished" in taro.log, "the program had been removed by then"

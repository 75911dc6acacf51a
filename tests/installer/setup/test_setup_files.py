"""The setup on a fresh Windows, silent: what it writes, updates and takes away again.

The program behind its own check of files is a stand-in (support/stand_ins.py);
test_setup_program.py has the real one.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from support.setups import (
    BANKS,
    MENU,
    OWN_KEY,
    PLACE,
    PROGRAM_FILES,
    RUN_KEY,
    SCHEME_KEY,
    UNINSTALL_KEY,
    Customer,
    Workbench,
    contents,
)

DONE, RUNNING, DOWNGRADE = 0, 11, 12
TITLE_JA = "電子証明書の更新"


def test_it_writes_what_is_documented(taro: Customer, new: Path) -> None:
    assert taro.sets_up(new) == DONE, taro.log
    assert taro.files() == PROGRAM_FILES | contents("1.1.0rc1")
    program = rf"{PLACE}\certclientw.exe".replace("\\", "\\\\")
    registry = taro.windows.registry(r"HKEY_CURRENT_USER\Software")
    assert registry[RUN_KEY]["certclient"] == rf'"\"{program}\" remind"'
    assert registry[SCHEME_KEY] == {"@": '"URL:certclient"', "URL Protocol": '""'}
    command = registry[SCHEME_KEY + r"\shell\open\command"]
    assert command["@"] == rf'"\"{program}\" \"%1\""'
    entry = registry[UNINSTALL_KEY]
    assert entry["DisplayName"] == '"Client certificates"'
    assert entry["DisplayVersion"] == '"1.1.0rc1"'
    assert entry["Publisher"] == '"certclient"'
    assert entry["EstimatedSize"].startswith("dword:")
    assert entry["QuietUninstallString"].endswith(r'uninstall.exe\" /S"')
    assert registry[OWN_KEY]["Version"] == '"1.1.0.3001"'
    assert taro.has(rf"{MENU}\Client certificates.lnk")
    assert "installed 1.1.0rc1" in taro.log
    assert taro.starts()


@pytest.mark.installer
def test_in_japanese_elsewhere_and_with_a_log_of_its_own(taro: Customer, new: Path) -> None:
    """What an administrator may say: /LANG=, /LOG= and, last and without quotes, /D=."""
    folder, log = r"C:\a bank\renewals", r"C:\a log.txt"
    shutil.copyfile(new, taro.windows.shared / "setup.exe")
    line = rf'Z:\keep\setup.exe /S /LANG=ja /LOG="{log}" /D={folder}'
    assert taro.types(line) == DONE
    assert taro.files(folder) == PROGRAM_FILES | contents("1.1.0rc1")
    assert not taro.has(PLACE)
    assert rf"in {folder}" in taro.windows.path(log).read_text(encoding="utf-16")
    assert taro.has(rf"{MENU}\{TITLE_JA}.lnk")
    entry = taro.windows.registry(UNINSTALL_KEY)[UNINSTALL_KEY]
    assert entry["DisplayName"] == f'"{TITLE_JA}"'
    assert taro.starts(folder)
    assert taro.sets_up(new) == DONE, "an update finds the folder by itself"
    assert taro.has(rf"{MENU}\Client certificates.lnk")
    assert not taro.has(rf"{MENU}\{TITLE_JA}.lnk")
    taro.uninstalls(place=folder)
    assert not taro.has(folder)


def test_an_update_takes_the_old_files_and_nothing_else(
    taro: Customer, old: Path, new: Path
) -> None:
    assert taro.sets_up(old, f"/PROFILE={BANKS[1]}") == DONE, taro.log
    notes = taro.windows.path(PLACE) / "my notes.txt"
    notes.write_text("mine")
    (notes.parent / "app-1.0.0" / "mine.txt").write_text("mine, too")
    assert taro.sets_up(new) == DONE, taro.log
    kept = {"my notes.txt", "app-1.0.0\\", r"app-1.0.0\mine.txt"}
    bank = {r"profiles\rei-shinkin.toml"}, {rf"profiles\{BANKS[1]}.toml"}
    assert taro.files() == PROGRAM_FILES - bank[0] | bank[1] | contents("1.1.0rc1") | kept
    assert taro.text(rf"{PLACE}\profiles\{BANKS[1]}.toml") == f"{BANKS[1]} 1.1.0rc1"
    assert taro.windows.registry(UNINSTALL_KEY)[UNINSTALL_KEY]["DisplayVersion"] == '"1.1.0rc1"'
    assert taro.starts()


@pytest.mark.installer
def test_a_release_follows_its_candidates(taro: Customer, bench: Workbench, new: Path) -> None:
    release = bench.setup("1.1.0")
    assert taro.sets_up(new) == DONE
    assert taro.sets_up(release) == DONE
    assert taro.sets_up(new) == DOWNGRADE


def test_the_running_program_is_asked_and_comes_back(taro: Customer, old: Path, new: Path) -> None:
    assert taro.sets_up(old) == DONE
    program = start_program(taro)
    assert taro.sets_up(new) == DONE, taro.log
    assert program.wait(300) == 0, "it went by itself"
    assert taro.files() == PROGRAM_FILES | contents("1.1.0rc1")
    taro.wait_until(lambda: any("remind" in call for call in taro.calls))
    assert [call.rpartition('"')[2].strip() for call in taro.calls] == [
        *("hold", "quit --wait 30", "remind")
    ]


@pytest.mark.installer
def test_a_program_at_work_is_left_alone(taro: Customer, old: Path, new: Path) -> None:
    assert taro.sets_up(old) == DONE
    (taro.windows.shared / "busy").touch()
    program = start_program(taro)
    assert taro.sets_up(new) == RUNNING
    assert program.poll() is None, "never ended by force"
    assert taro.files() == PROGRAM_FILES | contents("1.0.0") | {"README-1.txt"}
    (taro.windows.shared / "busy").unlink()
    assert taro.sets_up(new) == DONE
    assert program.wait(300) == 0


def start_program(taro: Customer) -> subprocess.Popen[bytes]:
    program = taro.windows.start("wine", rf"{PLACE}\certclientw.exe", "hold")
    taro.wait_until((taro.windows.shared / "holding").exists)
    return program


def test_uninstalling_leaves_nothing(taro: Customer, old: Path, new: Path) -> None:
    taro.windows.wine("reg", "add", r"HKCU\Software\Classes\other", "/f")
    before = snapshot(taro)
    assert taro.sets_up(old) == DONE
    assert taro.sets_up(new) == DONE
    taro.uninstalls()
    asked = [call.rpartition('exe"')[2].strip() for call in taro.calls]
    assert asked == ["status --unfinished", "quit --wait 30", "register-reminder --remove"]
    assert snapshot(taro) == before


def snapshot(taro: Customer) -> tuple[set[str], dict[str, dict[str, str]]]:
    """The users' files and the registry, but for what every setup shares: the folder for temporary
    files (its log, uninstallers at work), and the parents of its own places."""
    taro.windows.settle()
    registry = taro.windows.registry("HKEY_CURRENT_USER")
    registry.pop(UNINSTALL_KEY.rpartition("\\")[0], None)
    files = taro.files(r"C:\users")
    shared = {path for path in files if r"\Local\Temp" in path or path.endswith("Programs\\")}
    return files - shared, registry


@pytest.mark.installer
def test_uninstalling_leaves_what_others_put_there(taro: Customer, new: Path) -> None:
    assert taro.sets_up(new) == DONE
    (taro.windows.path(PLACE) / "app-1.1.0rc1" / "theirs.txt").write_text("theirs")
    other = r'"C:\other bank\certclientw.exe" "%1"'
    taro.windows.wine("reg", "add", SCHEME_KEY + r"\shell\open\command", "/ve", "/d", other, "/f")
    taro.uninstalls()
    assert taro.files() == {"app-1.1.0rc1\\", r"app-1.1.0rc1\theirs.txt"}
    assert taro.windows.registry(SCHEME_KEY), "the scheme is somebody else's by now"


@pytest.mark.installer
def test_what_is_not_finished_is_noted(taro: Customer, new: Path) -> None:
    assert taro.sets_up(new) == DONE
    user_ids = [f"TKYM{1408054 + number}" for number in range(200)]
    (taro.windows.shared / "unfinished.txt").write_text("".join(f"{one}\r\n" for one in user_ids))
    taro.uninstalls()
    assert f"not finished: {' '.join(user_ids[:25])}" in taro.log
    assert not any("remove-data" in call for call in taro.calls)


@pytest.mark.installer
def test_a_damaged_setup_does_nothing(taro: Customer, new: Path, tmp_path: Path) -> None:
    damaged = bytearray(new.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "damaged.exe").write_bytes(damaged)
    assert taro.sets_up(tmp_path / "damaged.exe") == 2
    assert not taro.has(PLACE)


def test_the_same_payload_gives_the_same_setup(bench: Workbench, new: Path) -> None:
    again = bench.setup("1.1.0rc1", name="again.exe")
    assert again.read_bytes() == new.read_bytes()

"""The silent setup on a fresh Windows: what it writes, updates and removes.

The program is a stand-in behind the real check of files (support/fakes.py);
test_setup_program.py uses the real program.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from support.setups import (
    BANKS,
    MENU,
    NOTIFICATIONS_KEY,
    OWN_KEY,
    PLACE,
    PROGRAM_FILES,
    RUN_KEY,
    SCHEME_KEY,
    UNINSTALL_KEY,
    SetupBuilder,
    SetupUser,
    contents,
)

DONE, RUNNING, DOWNGRADE = 0, 11, 12
TITLE_JA = "電子証明書の更新"


def test_setup_writes_documented_files_and_registry(taro: SetupUser, new: Path) -> None:
    assert taro.sets_up(new) == DONE, taro.log
    assert taro.files() == PROGRAM_FILES | contents("1.1.0rc1")
    program = rf"{PLACE}\certclientw.exe".replace("\\", "\\\\")
    registry = taro.windows.registry(r"HKEY_CURRENT_USER\Software")
    assert registry[RUN_KEY]["certclient"] == rf'"\"{program}\" remind"'
    assert registry[SCHEME_KEY] == {"@": '"URL:certclient"', "URL Protocol": '""'}
    picture = rf"{PLACE}\app-1.1.0rc1\certclient\resources\program.png".replace("\\", "\\\\")
    assert registry[NOTIFICATIONS_KEY] == {
        "DisplayName": '"Client certificates"',
        "IconUri": f'"{picture}"',
    }
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
def test_language_log_and_folder_switches(taro: SetupUser, new: Path) -> None:
    """/LANG=, /LOG= and, as the last one and without quotes, /D=."""
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
    assert taro.sets_up(new) == DONE, "an update uses the same folder"
    assert taro.has(rf"{MENU}\Client certificates.lnk")
    assert not taro.has(rf"{MENU}\{TITLE_JA}.lnk")
    taro.uninstalls(place=folder)
    assert not taro.has(folder)


def test_update_removes_only_files_of_old_version(taro: SetupUser, old: Path, new: Path) -> None:
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
def test_release_replaces_candidate_but_not_vice_versa(
    taro: SetupUser, bench: SetupBuilder, new: Path
) -> None:
    release = bench.setup("1.1.0")
    assert taro.sets_up(new) == DONE
    assert taro.sets_up(release) == DONE
    assert taro.sets_up(new) == DOWNGRADE


def test_running_program_quits_and_is_restarted(taro: SetupUser, old: Path, new: Path) -> None:
    assert taro.sets_up(old) == DONE
    program = start_program(taro)
    assert taro.sets_up(new) == DONE, taro.log
    assert program.wait(300) == 0, "it quit by itself"
    assert taro.files() == PROGRAM_FILES | contents("1.1.0rc1")
    taro.wait_until(lambda: any("remind" in call for call in taro.calls))
    assert [call.rpartition('"')[2].strip() for call in taro.calls] == [
        *("hold", "quit --wait 30", "remind")
    ]


@pytest.mark.installer
def test_busy_program_is_not_terminated(taro: SetupUser, old: Path, new: Path) -> None:
    assert taro.sets_up(old) == DONE
    (taro.windows.shared / "busy").touch()
    program = start_program(taro)
    assert taro.sets_up(new) == RUNNING
    assert program.poll() is None, "it is never terminated"
    assert taro.files() == PROGRAM_FILES | contents("1.0.0") | {"README-1.txt"}
    (taro.windows.shared / "busy").unlink()
    assert taro.sets_up(new) == DONE
    assert program.wait(300) == 0


def start_program(taro: SetupUser) -> subprocess.Popen[bytes]:
    program = taro.windows.start("wine", rf"{PLACE}\certclientw.exe", "hold")
    taro.wait_until((taro.windows.shared / "holding").exists)
    return program


def test_uninstallation_leaves_nothing(taro: SetupUser, old: Path, new: Path) -> None:
    taro.windows.wine("reg", "add", r"HKCU\Software\Classes\other", "/f")
    before = snapshot(taro)
    assert taro.sets_up(old) == DONE
    assert taro.sets_up(new) == DONE
    taro.uninstalls()
    asked = [call.rpartition('exe"')[2].strip() for call in taro.calls]
    assert asked == ["status --unfinished", "quit --wait 30", "register-reminder --remove"]
    assert snapshot(taro) == before


def snapshot(taro: SetupUser) -> tuple[set[str], dict[str, dict[str, str]]]:
    """The users' files and the registry, without what all setups share: the folder for temporary
    files (log, running uninstallers), and the parent folder and key of the program's own."""
    taro.windows.settle()
    registry = taro.windows.registry("HKEY_CURRENT_USER")
    registry.pop(UNINSTALL_KEY.rpartition("\\")[0], None)
    files = taro.files(r"C:\users")
    shared = {path for path in files if r"\Local\Temp" in path or path.endswith("Programs\\")}
    return files - shared, registry


@pytest.mark.installer
def test_uninstallation_keeps_foreign_files_and_scheme(taro: SetupUser, new: Path) -> None:
    assert taro.sets_up(new) == DONE
    (taro.windows.path(PLACE) / "app-1.1.0rc1" / "theirs.txt").write_text("theirs")
    other = r'"C:\other bank\certclientw.exe" "%1"'
    taro.windows.wine("reg", "add", SCHEME_KEY + r"\shell\open\command", "/ve", "/d", other, "/f")
    taro.uninstalls()
    assert taro.files() == {"app-1.1.0rc1\\", r"app-1.1.0rc1\theirs.txt"}
    assert taro.windows.registry(SCHEME_KEY), "another program owns the scheme now"


@pytest.mark.installer
def test_unfinished_procedures_are_logged(taro: SetupUser, new: Path) -> None:
    assert taro.sets_up(new) == DONE
    user_ids = [f"TKYM{1408054 + number}" for number in range(200)]
    (taro.windows.shared / "unfinished.txt").write_text("".join(f"{one}\r\n" for one in user_ids))
    taro.uninstalls()
    assert f"not finished: {' '.join(user_ids[:25])}" in taro.log
    assert not any("remove-data" in call for call in taro.calls)


@pytest.mark.installer
def test_damaged_setup_changes_nothing(taro: SetupUser, new: Path, tmp_path: Path) -> None:
    damaged = bytearray(new.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "damaged.exe").write_bytes(damaged)
    assert taro.sets_up(tmp_path / "damaged.exe") == 2
    assert not taro.has(PLACE)


def test_same_payload_gives_identical_setup(bench: SetupBuilder, new: Path) -> None:
    again = bench.setup("1.1.0rc1", name="again.exe")
    assert again.read_bytes() == new.read_bytes()

"""The setup on a fresh Windows, silent: what it writes, upgrades, refuses and takes away again.

The program is a stand-in of a few kilobytes (native/stand_in.c); test_setup_program.py has the real
one.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.setups import (
    BANKS,
    MENU,
    OWN_KEY,
    PLACE,
    RUN_KEY,
    SCHEME_KEY,
    UNINSTALL_KEY,
    Customer,
    Workbench,
    customer,
)

if os.geteuid() != 0:
    pytest.skip("Wine in a chroot needs root: sudo make test", allow_module_level=True)

BUSY, RUNNING, DOWNGRADE, PROFILE, SPACE = 10, 11, 12, 13, 14
PROGRAM_FILES = {
    *("LICENSE.txt", "certclient.exe", "certclientw.exe", "uninstall.exe"),
    *("profiles\\", "profiles\\rei-shinkin.toml", "profiles-available\\"),
    *(rf"profiles-available\{bank}.toml" for bank in BANKS),
}


def contents(version: str) -> set[str]:
    names = ("", "PySide6\\", r"PySide6\Qt6Core.dll", "certclient\\", "certclient\\日本語 $1.txt")
    return {rf"app-{version}\{name}" for name in (*names, "installed.lst", "python312.dll")}


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench.furnish(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="session")
def old(bench: Workbench) -> Path:
    return bench.setup("1.0.0", more={"README-1.txt": "of this version only"})


@pytest.fixture(scope="session")
def new(bench: Workbench) -> Path:
    return bench.setup("1.1.0rc1")


@pytest.fixture
def taro(tmp_path: Path) -> Iterator[Customer]:
    with customer(tmp_path) as somebody:
        yield somebody


def test_it_writes_what_is_documented(taro: Customer, new: Path) -> None:
    assert taro.sets_up(new) == 0, taro.log
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


def test_an_update_takes_the_old_files_and_nothing_else(
    taro: Customer, old: Path, new: Path
) -> None:
    assert taro.sets_up(old, f"/PROFILE={BANKS[1]}") == 0, taro.log
    notes = taro.windows.path(PLACE) / "my notes.txt"
    notes.write_text("mine")
    (notes.parent / "app-1.0.0" / "mine.txt").write_text("mine, too")
    assert taro.sets_up(new) == 0, taro.log
    kept = {"my notes.txt", "app-1.0.0\\", r"app-1.0.0\mine.txt"}
    bank = {r"profiles\rei-shinkin.toml"}, {rf"profiles\{BANKS[1]}.toml"}
    assert taro.files() == PROGRAM_FILES - bank[0] | bank[1] | contents("1.1.0rc1") | kept
    assert taro.text(rf"{PLACE}\profiles\{BANKS[1]}.toml") == f"{BANKS[1]} 1.1.0rc1"
    assert taro.windows.registry(UNINSTALL_KEY)[UNINSTALL_KEY]["DisplayVersion"] == '"1.1.0rc1"'


@pytest.mark.installer
def test_the_same_version_repairs(taro: Customer, new: Path) -> None:
    assert taro.sets_up(new) == 0
    library = taro.windows.path(rf"{PLACE}\app-1.1.0rc1\python312.dll")
    library.write_text("damaged")
    taro.windows.path(rf"{PLACE}\certclientw.exe").unlink()
    assert taro.sets_up(new) == 0
    assert library.read_text() == "library 1.1.0rc1"
    assert taro.files() == PROGRAM_FILES | contents("1.1.0rc1")


def test_an_older_version_only_if_told_so(taro: Customer, old: Path, new: Path) -> None:
    assert taro.sets_up(new) == 0
    assert taro.sets_up(old) == DOWNGRADE
    assert taro.files() == PROGRAM_FILES | contents("1.1.0rc1")
    assert taro.sets_up(old, "/ALLOWDOWNGRADE") == 0
    assert taro.files() == PROGRAM_FILES | contents("1.0.0") | {"README-1.txt"}


@pytest.mark.installer
def test_a_release_follows_its_candidates(taro: Customer, bench: Workbench, new: Path) -> None:
    release = bench.setup("1.1.0")
    assert taro.sets_up(new) == 0
    assert taro.sets_up(release) == 0
    assert taro.sets_up(new) == DOWNGRADE


CHOICES = [
    ("certclient-setup.exe", (), BANKS[:1]),
    ("setup.exe", (), BANKS[:1]),
    (f"certclient-setup-{BANKS[1]}.exe", (), BANKS[1:]),
    (f"certclient-setup-{BANKS[1]} (1).exe", (), BANKS[1:]),
    (f"certclient-setup-{BANKS[1]}(2).exe", (), BANKS[1:]),
    (f"certclient-setup-{BANKS[1]} - コピー.exe", (), BANKS[1:]),
    (f"CERTCLIENT-SETUP-{BANKS[1].upper()}.EXE", (), BANKS[1:]),
    ("certclient-setup - コピー.exe", (), BANKS[:1]),
    (f"certclient-setup-{BANKS[1]}.exe", (f"/PROFILE={BANKS[0]}",), BANKS[:1]),
    ("certclient-setup.exe", (f"/PROFILE={BANKS[1]},{BANKS[0]}",), BANKS),
]


@pytest.mark.installer
def test_the_bank_is_chosen_by_name_or_switch(taro: Customer, new: Path) -> None:
    for name, switches, banks in CHOICES:
        assert taro.sets_up(new, *switches, name=name) == 0, taro.log
        assert taro.files(rf"{PLACE}\profiles") == {f"{bank}.toml" for bank in banks}, name
        taro.uninstalls()


@pytest.mark.parametrize(
    ("name", "switches"),
    [("certclient-setup-other-bank.exe", ()), ("certclient-setup.exe", ("/PROFILE=rei",))],
)
@pytest.mark.installer
def test_a_bank_that_is_not_in_it_is_refused(
    taro: Customer, new: Path, name: str, switches: tuple[str, ...]
) -> None:
    assert taro.sets_up(new, *switches, name=name) == PROFILE
    assert "does not know the bank" in taro.log
    assert not taro.has(PLACE)


@pytest.mark.installer
def test_a_second_bank_is_added_and_both_stay(taro: Customer, old: Path, new: Path) -> None:
    assert taro.sets_up(old) == 0
    assert taro.sets_up(old, name=f"certclient-setup-{BANKS[1]}.exe") == 0
    assert taro.sets_up(new) == 0
    assert taro.files(rf"{PLACE}\profiles") == {f"{bank}.toml" for bank in BANKS}
    taro.uninstalls()
    assert not taro.has(PLACE)


@pytest.mark.installer
def test_without_room_nothing_is_begun(taro: Customer, new: Path) -> None:
    assert taro.sets_up(new, "/SPACE=99000000000") == SPACE
    assert "not enough room" in taro.log
    assert not taro.has(PLACE)


def test_the_running_program_is_asked_and_comes_back(taro: Customer, old: Path, new: Path) -> None:
    assert taro.sets_up(old) == 0
    program = start_program(taro)
    assert taro.sets_up(new) == 0, taro.log
    assert program.wait(10) == 0, "it went by itself"
    assert taro.files() == PROGRAM_FILES | contents("1.1.0rc1")
    taro.wait_until(lambda: any("remind" in call for call in taro.calls))
    assert [call.rpartition('"')[2].strip() for call in taro.calls] == [
        *("hold", "quit --wait 30", "remind")
    ]


@pytest.mark.installer
def test_a_program_at_work_is_left_alone(taro: Customer, old: Path, new: Path) -> None:
    assert taro.sets_up(old) == 0
    (taro.windows.shared / "busy").touch()
    program = start_program(taro)
    assert taro.sets_up(new) == RUNNING
    assert program.poll() is None, "never ended by force"
    assert taro.files() == PROGRAM_FILES | contents("1.0.0") | {"README-1.txt"}
    (taro.windows.shared / "busy").unlink()
    assert taro.sets_up(new) == 0
    assert program.wait(10) == 0


def start_program(taro: Customer) -> subprocess.Popen[bytes]:
    program = taro.windows.start("wine", rf"{PLACE}\certclientw.exe", "hold")
    taro.wait_until((taro.windows.shared / "holding").exists)
    return program


@pytest.mark.installer
def test_a_power_cut_leaves_the_old_version_whole(
    taro: Customer, bench: Workbench, old: Path
) -> None:
    large = {f"app-2.0.0/data-{n}.bin": random_text(n) for n in range(24)}
    update = bench.setup("2.0.0", more=large)
    assert taro.sets_up(old) == 0
    before = taro.windows.path(rf"{PLACE}\certclientw.exe").read_bytes()
    shutil.copyfile(update, taro.windows.shared / "update.exe")
    running = taro.windows.start("wine", r"Z:\keep\update.exe", "/S")
    taro.wait_until(lambda: taro.has(rf"{PLACE}\app-2.0.0\data-3.bin"))
    taro.windows.run("wineserver", "-k9")
    running.wait(20)
    assert not taro.has(rf"{PLACE}\app-2.0.0\python312.dll"), "it was really in the middle"
    assert contents("1.0.0") <= taro.files()
    assert taro.windows.path(rf"{PLACE}\certclientw.exe").read_bytes() == before
    assert taro.windows.wine(rf"{PLACE}\certclientw.exe").returncode == 0
    assert taro.sets_up(update) == 0, taro.log
    assert contents("2.0.0") <= taro.files()
    assert not contents("1.0.0") & taro.files()


def random_text(seed: int) -> str:
    return random.Random(seed).randbytes(1 << 20).hex()


def test_uninstalling_leaves_nothing(taro: Customer, old: Path, new: Path) -> None:
    taro.windows.wine("reg", "add", r"HKCU\Software\Classes\other", "/f")
    before = snapshot(taro)
    assert taro.sets_up(old) == 0
    assert taro.sets_up(new) == 0
    taro.uninstalls()
    assert any(call.endswith("register-reminder --remove") for call in taro.calls)
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
    assert taro.sets_up(new) == 0
    (taro.windows.path(PLACE) / "app-1.1.0rc1" / "theirs.txt").write_text("theirs")
    other = r'"C:\other bank\certclientw.exe" "%1"'
    taro.windows.wine("reg", "add", SCHEME_KEY + r"\shell\open\command", "/ve", "/d", other, "/f")
    taro.uninstalls()
    assert taro.files() == {"app-1.1.0rc1\\", r"app-1.1.0rc1\theirs.txt"}
    assert taro.windows.registry(SCHEME_KEY), "the scheme is somebody else's by now"


@pytest.mark.installer
def test_what_is_not_finished_is_told_and_kept(taro: Customer, new: Path) -> None:
    assert taro.sets_up(new) == 0
    (taro.windows.shared / "status.json").write_text(
        '{"procedures": [{"id": "1", "user_id": "TKYM1408054"}, {"user_id": "TKYM1408055"}]}'
    )
    data = taro.windows.path(PLACE).parent.parent / "certclient"
    data.mkdir()
    (data / "journal.sqlite").write_text("a journal")
    taro.uninstalls()
    assert "not finished: TKYM1408054 TKYM1408055" in taro.log
    assert (data / "journal.sqlite").exists()


@pytest.mark.installer
def test_a_damaged_setup_does_nothing(taro: Customer, new: Path, tmp_path: Path) -> None:
    damaged = bytearray(new.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "damaged.exe").write_bytes(damaged)
    assert taro.sets_up(tmp_path / "damaged.exe") != 0
    assert not taro.has(PLACE)


def test_the_same_payload_gives_the_same_setup(bench: Workbench, new: Path) -> None:
    again = bench.setup("1.1.0rc1", name="again.exe")
    assert again.read_bytes() == new.read_bytes()

"""What the setup refuses before it changes anything, each with its own exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.setups import OWN_KEY, PLACE, TEMPORARY, SetupBuilder, SetupUser

pytestmark = [pytest.mark.installer]

DONE, SPACE, WINDOWS, MACHINE, FOLDER = 0, 14, 15, 16, 17
MACHINE_KEY = r"HKLM\Software\certclient"
WINE_KEY = r"HKCU\Software\Wine"


def test_insufficient_space_is_refused(taro: SetupUser, bench: SetupBuilder) -> None:
    """Too little space for the program's folder, or for temporary files."""
    large = bench.setup("3.0.0", more={"app-3.0.0/data.bin": "x" * (1 << 20)})
    taro.windows.path(PLACE).parent.mkdir()
    for folder in (PLACE.rpartition("\\")[0], TEMPORARY):
        with taro.windows.small_disk(folder, kilobytes=800):
            assert taro.sets_up(large) == SPACE, folder
            assert not taro.has(PLACE)
    assert taro.sets_up(large) == DONE, taro.log


def test_setup_is_refused_beside_machine_wide_installation(taro: SetupUser, new: Path) -> None:
    taro.windows.wine("reg", "add", MACHINE_KEY, "/v", "InstallDir", "/d", r"C:\program", "/f")
    assert taro.sets_up(new) == MACHINE
    assert "for everybody on this computer" in taro.log
    assert not taro.has(PLACE)
    taro.windows.wine("reg", "delete", MACHINE_KEY, "/f")
    assert taro.sets_up(new) == DONE, taro.log


def test_windows_8_is_refused(taro: SetupUser, new: Path) -> None:
    taro.windows.wine("reg", "add", WINE_KEY, "/v", "Version", "/d", "win81", "/f")
    assert taro.sets_up(new) == WINDOWS
    assert "needs Windows 10 or newer" in taro.log
    assert not taro.has(PLACE)


def test_second_or_foreign_folder_is_refused(taro: SetupUser, old: Path, new: Path) -> None:
    strange = taro.windows.path(r"C:\tools")
    strange.mkdir()
    (strange / "their.dll").write_bytes(b"MZ of another program")
    assert taro.sets_up(old, r"/D=C:\tools") == FOLDER
    assert "their.dll" in taro.log
    assert taro.files(r"C:\tools") == {"their.dll"}
    (strange / "plugins").mkdir()
    (strange / "their.dll").rename(strange / "plugins" / "their.dll")
    assert taro.sets_up(old, r"/D=C:\tools") == FOLDER
    assert taro.files(r"C:\tools") == {"plugins\\", r"plugins\their.dll"}
    assert taro.sets_up(old) == DONE
    assert taro.sets_up(new, r"/D=C:\second") == FOLDER
    assert not taro.has(r"C:\second")
    assert taro.sets_up(new, f"/D={PLACE}") == DONE, "the folder of the installed program"


def test_stale_registry_entry_is_ignored(taro: SetupUser, old: Path, new: Path) -> None:
    """After the folder was deleted by hand, or with a roaming profile from another PC."""
    assert taro.sets_up(new, r"/D=C:\first") == DONE
    taro.windows.wine("cmd", "/c", "rd", "/s", "/q", r"C:\first")
    assert taro.sets_up(old) == DONE, "no downgrade, as nothing is installed"
    assert taro.starts()
    assert not taro.has(r"C:\first")
    place = taro.windows.registry(OWN_KEY)[OWN_KEY]["InstallDir"]
    assert place == f'"{PLACE}"'.replace("\\", "\\\\")

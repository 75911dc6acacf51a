"""How a setup chooses banks: by its file name or a switch, in succession, from an older setup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.screen import screen
from support.setups import (
    BANKS,
    PLACE,
    PROGRAM_FILES,
    UNINSTALL_KEY,
    SetupBuilder,
    SetupUser,
    contents,
    customer,
)

DONE, DOWNGRADE, PROFILE = 0, 12, 13

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
def test_bank_is_chosen_by_file_name_or_switch(taro: SetupUser, new: Path) -> None:
    for name, switches, banks in CHOICES:
        assert taro.sets_up(new, *switches, name=name) == DONE, taro.log
        assert taro.banks() == set(banks), name
        taro.uninstalls()
    assert not taro.has(PLACE)


@pytest.mark.installer
def test_unknown_bank_is_refused(taro: SetupUser, new: Path) -> None:
    assert taro.sets_up(new, name="certclient-setup-other-bank.exe") == PROFILE
    assert 'does not know the bank "other-bank"' in taro.log
    assert taro.sets_up(new, "/PROFILE=rei") == PROFILE
    assert not taro.has(PLACE)


@pytest.mark.installer
def test_second_bank_is_added(taro: SetupUser, old: Path, new: Path) -> None:
    assert taro.sets_up(old) == DONE
    assert taro.sets_up(old, name=f"certclient-setup-{BANKS[1]}.exe") == DONE
    assert taro.sets_up(new) == DONE
    assert taro.banks() == set(BANKS)
    taro.uninstalls()
    assert not taro.has(PLACE)


@pytest.fixture
def customer_with_screen(bench: SetupBuilder, tmp_path: Path) -> Iterator[SetupUser]:
    """With a screen, a message box of a silent setup would wait for a click, and `sets_up` time
    out."""
    with screen() as shown, customer(tmp_path, shown.display) as somebody:
        yield somebody


def test_older_setup_adds_bank_without_downgrade(
    customer_with_screen: SetupUser, old: Path, new: Path
) -> None:
    """Two banks publish the same program, the second one in an older version."""
    taro = customer_with_screen
    assert taro.sets_up(new) == DONE
    assert taro.sets_up(old) == DOWNGRADE
    assert taro.sets_up(old, f"/PROFILE={BANKS[0]}") == DOWNGRADE, "that bank is installed already"
    # The newer program does not contain the second bank.
    (taro.windows.path(PLACE) / "profiles-available" / f"{BANKS[1]}.toml").unlink()
    assert taro.sets_up(old, name=f"certclient-setup-{BANKS[1]}.exe") == DONE, taro.log
    assert taro.banks() == set(BANKS)
    assert taro.text(rf"{PLACE}\profiles\{BANKS[1]}.toml") == f"{BANKS[1]} 1.0.0"
    assert f"only a bank is added: ,{BANKS[1]}," in taro.log
    added = {rf"profiles\{BANKS[1]}.toml"}, {rf"profiles-available\{BANKS[1]}.toml"}
    assert taro.files() == PROGRAM_FILES - added[1] | added[0] | contents("1.1.0rc1")
    assert taro.windows.registry(UNINSTALL_KEY)[UNINSTALL_KEY]["DisplayVersion"] == '"1.1.0rc1"'
    assert taro.starts()
    assert taro.sets_up(old, "/ALLOWDOWNGRADE") == DONE
    assert taro.files() == PROGRAM_FILES | added[0] | contents("1.0.0") | {"README-1.txt"}
    taro.uninstalls()
    assert not taro.has(PLACE)


@pytest.mark.installer
def test_profile_of_newer_installed_version_wins(taro: SetupUser, old: Path, new: Path) -> None:
    assert taro.sets_up(new) == DONE
    assert taro.sets_up(old, f"/PROFILE={BANKS[0]},{BANKS[1]}") == DONE, taro.log
    assert taro.text(rf"{PLACE}\profiles\{BANKS[1]}.toml") == f"{BANKS[1]} 1.1.0rc1"

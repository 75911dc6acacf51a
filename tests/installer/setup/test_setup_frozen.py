"""The frozen program in the setup: what setup and uninstaller need the real program for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.dialogs import Dialogs
from support.screen import screen
from support.setups import (
    INCOMING,
    PLACE,
    PLACE_OF_DATA,
    SETTINGS,
    UNINSTALLER,
    SetupUser,
    customer,
)
from tools.installer.settings import ROOT
from tools.installer.short import ShortBuild

pytestmark = [pytest.mark.installer, pytest.mark.timeout(3600)]

DONE = 0
CONSOLE = rf"{PLACE}\certclient.exe"


@pytest.fixture(scope="module")
def setup(frozen: ShortBuild) -> Path:
    return frozen.setup()


@pytest.fixture
def hanako(tmp_path: Path) -> Iterator[Dialogs]:
    with screen() as shown, customer(tmp_path, shown.display) as somebody:
        yield Dialogs.of(somebody, shown, ROOT / "build" / "screenshots" / "setup")


def starts(taro: SetupUser) -> bool:
    return taro.windows.wine(CONSOLE, "--version").returncode == DONE


def test_frozen_program_starts_beside_stopped_setup_and_removes_its_data(
    hanako: Dialogs, setup: Path, frozen: ShortBuild
) -> None:
    taro = hanako.customer
    assert taro.sets_up(setup) == DONE, taro.log
    taro.windows.path(INCOMING).mkdir()
    shutil.copyfile(
        frozen.payload / "certclient.exe", taro.windows.path(INCOMING) / "certclient.exe"
    )
    assert starts(taro)
    foreign_file = taro.windows.path(PLACE) / "version.dll"
    shutil.copyfile(frozen.payload / "certclient.exe", foreign_file)
    assert not starts(taro)
    assert taro.sets_up(setup) == DONE, "the advice with CC-PROGRAM-CHANGED: run it again"
    assert starts(taro)

    assert taro.windows.wine(CONSOLE, "status").returncode == DONE
    assert taro.has(rf"{PLACE_OF_DATA}\journal.sqlite")
    uninstaller = taro.windows.start("wine", rf"{PLACE}\uninstall.exe")
    hanako.waits_with("削除する(&U)")
    hanako.screen.press("alt+d", "alt+u")
    hanako.waits_with("閉じる(&C)")
    hanako.screen.press("Return")
    uninstaller.wait(300)
    taro.wait_until(lambda: not taro.windows.runs(UNINSTALLER))
    assert not taro.has(CONSOLE)
    assert not taro.has(PLACE_OF_DATA)
    assert not taro.has(SETTINGS)
    assert "設定と記録を削除しました" in taro.log

"""The setup's pages (次へ → インストール → 完了) and the uninstaller's questions.

It saves a picture of each page in build/screenshots/setup.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.dialogs import Dialogs
from support.screen import screen
from support.setups import BANKS, MENU, PLACE, UNINSTALL_KEY, UNINSTALLER, customer
from tools.installer.settings import ROOT

DONE, CANCELLED, BUSY = 0, 1, 10
REFUSES = 6
TITLE = "電子証明書の更新"
PICTURES = ROOT / "build" / "screenshots" / "setup"
USER_ID = "TKYM1408054"
SETUP = "certclient-setup.exe"


@pytest.fixture
def hanako(old: Path, tmp_path: Path) -> Iterator[Dialogs]:
    """A user at the screen who has downloaded the setup."""
    with screen() as shown, customer(tmp_path, shown.display) as somebody:
        shutil.copyfile(old, tmp_path / SETUP)
        yield Dialogs.of(somebody, shown, PICTURES)


def double_click(hanako: Dialogs, bank: str = "") -> subprocess.Popen[bytes]:
    """Starts the setup, by its own name or by the one that chooses `bank`."""
    shared = hanako.customer.windows.shared
    name = f"certclient-setup-{bank}.exe" if bank else SETUP
    if bank:
        shutil.copyfile(shared / SETUP, shared / name)
    return hanako.customer.windows.start("wine", rf"Z:\keep\{name}")


def test_next_install_finish(hanako: Dialogs, old: Path) -> None:
    taro = hanako.customer
    setup = double_click(hanako)
    hanako.waits_with("次へ(&N)")
    hanako.picture("1-welcome")
    assert hanako.find(f"{TITLE} セットアップ")
    first_page = hanako.find("インターネットバンキングの電子証明書を更新・取得する")
    assert first_page is not None
    assert "バージョン：1.0.0 発行元：" in " ".join(first_page.text.split())
    assert taro.sets_up(old, name="again.exe") == BUSY
    hanako.screen.press("Return")
    hanako.waits_with("インストール(&I)")
    assert hanako.find("このソフトウェアは Apache License 2.0")
    hanako.picture("2-licence")
    hanako.screen.press("Escape")
    hanako.waits_with("インストールを中止しますか？")
    hanako.screen.press("alt+y")
    assert setup.wait(300) == CANCELLED
    assert not taro.has(PLACE)

    setup = double_click(hanako)
    hanako.waits_with("次へ(&N)")
    hanako.screen.press("Return")
    hanako.waits_with("インストール(&I)")
    hanako.screen.press("Return")
    hanako.waits_with("完了(&F)")
    hanako.picture("3-finish")
    assert (box := hanako.find("起動する(&R)")) is not None
    assert box.ticked
    hanako.screen.press("Return")
    assert setup.wait(300) == DONE
    taro.wait_until(lambda: any(call.endswith('certclientw.exe"') for call in taro.calls))
    assert taro.has(rf"{MENU}\{TITLE}.lnk")
    entry = taro.windows.registry(UNINSTALL_KEY)[UNINSTALL_KEY]
    assert entry["DisplayName"] == f'"{TITLE}"'


def test_setup_of_the_installed_version_offers_to_repair_it(hanako: Dialogs) -> None:
    taro = hanako.customer
    assert taro.sets_up(taro.windows.shared / SETUP) == DONE
    damaged = taro.windows.path(PLACE) / "app-1.0.0" / "python312.dll"
    damaged.write_text("damaged")
    setup = double_click(hanako)
    hanako.waits_with("次へ(&N)")
    hanako.picture("repair")
    assert hanako.find(f"{TITLE} 入れ直し（修復）")
    text = hanako.find("この版（1.0.0）は、すでにこのパソコンに入っています")
    assert text is not None
    assert "電子証明書、設定、途中の手続きは、そのまま残ります" in text.text
    hanako.screen.press("Return")
    hanako.waits_with("インストール(&I)")
    hanako.screen.press("Return")
    hanako.waits_with("完了(&F)")
    hanako.screen.press("alt+r")  # without starting the program
    hanako.screen.press("Return")
    assert setup.wait(300) == DONE
    assert damaged.read_text() != "damaged"


def test_start_is_seen_before_the_program_is_ready(hanako: Dialogs) -> None:
    """Python and Qt need seconds; the customer must not double-click again."""
    taro = hanako.customer
    assert taro.sets_up(taro.windows.shared / SETUP) == DONE
    program = taro.windows.start("wine", rf"{PLACE}\certclientw.exe", "certclient:open")
    assert hanako.screen.shows("起動しています")
    assert not hanako.screen.windows("certclient-stand-in")
    hanako.picture("starting")
    assert hanako.screen.shows("certclient-stand-in")
    taro.wait_until(lambda: not hanako.screen.windows("起動しています"))
    assert taro.windows.wine(rf"{PLACE}\certclient.exe", "quit", "--wait", "60").returncode == 0
    assert program.wait(300) == 0


@pytest.mark.installer
def test_older_setup_announces_bank_and_waits_for_running_program(
    hanako: Dialogs, new: Path
) -> None:
    taro, shared = hanako.customer, hanako.customer.windows.shared
    assert taro.sets_up(new) == DONE
    (shared / "busy").touch()
    program = taro.windows.start("wine", rf"{PLACE}\certclientw.exe", "hold")
    taro.wait_until((shared / "holding").exists)
    setup = double_click(hanako, BANKS[1])
    hanako.waits_with("新しい版（1.1.0rc1）がすでに入っているため")
    hanako.picture("older")
    hanako.screen.press("Return")
    hanako.waits_with("次へ(&N)")
    hanako.screen.press("Return")
    hanako.waits_with("インストール(&I)")
    hanako.screen.press("Return")
    hanako.waits_with(f"「{TITLE}」がまだ動いています")
    hanako.picture("still-running")
    (shared / "busy").unlink()
    hanako.screen.press("alt+r")
    hanako.waits_with("完了(&F)")
    hanako.screen.press("Return")
    assert setup.wait(300) == DONE
    assert program.wait(300) == 0
    assert taro.banks() == set(BANKS)


@pytest.mark.installer
def test_damaged_program_shows_box_unless_unattended(hanako: Dialogs) -> None:
    taro = hanako.customer
    assert taro.sets_up(taro.windows.shared / SETUP) == DONE
    (taro.windows.path(PLACE) / "app-1.0.0" / "python312.dll").write_text("damaged")
    program = taro.windows.start("wine", rf"{PLACE}\certclientw.exe", "remind")
    hanako.waits_with("変更・削除・追加されたファイルがあります")
    hanako.picture("damaged")
    hanako.screen.press("Return")
    assert program.wait(300) == REFUSES
    job = ("renew", "--all", "--unattended", "--json")
    assert taro.windows.wine(rf"{PLACE}\certclientw.exe", *job).returncode == REFUSES


@pytest.mark.installer
def test_uninstaller_waits_for_program_and_blocks_setup(hanako: Dialogs) -> None:
    taro, shared = hanako.customer, hanako.customer.windows.shared
    assert taro.sets_up(shared / SETUP) == DONE
    (shared / "busy").touch()
    program = taro.windows.start("wine", rf"{PLACE}\certclientw.exe", "hold")
    taro.wait_until((shared / "holding").exists)
    uninstaller = Uninstaller(hanako)
    uninstaller.shows("削除する(&U)")
    setup = double_click(hanako)
    hanako.waits_with("インストールまたはアンインストールをすでに実行中です")
    hanako.picture("already-running")
    hanako.screen.press("Return")
    assert setup.wait(300) == BUSY
    uninstaller.shows("削除する(&U)")
    hanako.screen.press("Return")
    message = f"「{TITLE}」がまだ動いています"
    uninstaller.shows(message, "still-running-uninstaller")
    assert (box := hanako.find(message)) is not None
    assert "もう一度インストールすれば再開できます" in box.text
    (shared / "busy").unlink()
    hanako.screen.press("alt+r")
    uninstaller.shows("閉じる(&C)")
    hanako.screen.press("Return")
    uninstaller.end()
    assert program.wait(300) == 0
    assert not taro.has(PLACE)


class Uninstaller:
    """An uninstaller started from Windows' list of programs."""

    def __init__(self, hanako: Dialogs) -> None:
        self.hanako = hanako
        self.process = hanako.customer.windows.start("wine", rf"{PLACE}\uninstall.exe")

    def shows(self, text: str, picture: str = "") -> None:
        self.hanako.waits_with(text)
        if picture:
            self.hanako.picture(picture)

    def cancel(self) -> None:
        self.hanako.screen.press("Escape")
        self.shows("アンインストールをやめますか？")
        self.hanako.screen.press("alt+y")
        self.end()

    def end(self) -> None:
        """Waits for the copy of itself in which it continues."""
        self.process.wait(300)
        windows = self.hanako.customer.windows
        self.hanako.customer.wait_until(lambda: not windows.runs(UNINSTALLER))


@pytest.mark.installer
def test_uninstaller_confirms_every_deletion(hanako: Dialogs) -> None:
    taro, shared = hanako.customer, hanako.customer.windows.shared
    assert taro.sets_up(shared / SETUP) == DONE

    # It names unfinished procedures. The default button, which Return presses, is no.
    (shared / "unfinished.txt").write_bytes(f"{USER_ID}\nTKYM1408055\n".encode())
    uninstaller = Uninstaller(hanako)
    uninstaller.shows(
        f"電子証明書の手続きが終わっていません：{USER_ID} TKYM1408055", "4-unfinished"
    )
    hanako.screen.press("Return")
    uninstaller.end()
    uninstaller = Uninstaller(hanako)
    uninstaller.shows("電子証明書の手続きが終わっていません")
    hanako.screen.press("alt+y")
    uninstaller.shows("削除する(&U)", "5-choices-unfinished")
    assert (settings := hanako.find("個人の設定も削除する")) is not None
    assert (settings.enabled, settings.ticked) == (False, False)
    uninstaller.cancel()

    # If the program cannot report unfinished procedures, its data cannot be deleted, either.
    (shared / "unfinished.txt").unlink()
    (shared / "dumb").touch()
    uninstaller = Uninstaller(hanako)
    uninstaller.shows("途中の手続きがあるかどうかを確かめられませんでした", "6-unknown")
    hanako.screen.press("alt+y")
    uninstaller.shows("削除する(&U)")
    assert (settings := hanako.find("個人の設定も削除する")) is not None
    assert not settings.enabled
    uninstaller.cancel()
    (shared / "dumb").unlink()
    assert not any("remove-" in call for call in taro.calls)

    # Deleting certificates needs another confirmation. Its default button is no, too.
    uninstaller = Uninstaller(hanako)
    uninstaller.shows("削除する(&U)", "7-choices")
    assert (keep := hanako.find("パソコンの電子証明書をすべて残す")) is not None
    assert keep.ticked
    assert (settings := hanako.find("個人の設定も削除する")) is not None
    assert (settings.enabled, settings.ticked) == (True, False)
    hanako.screen.press("alt+k", "alt+d", "alt+u")
    uninstaller.shows("期限が切れた電子証明書と、しまった電子証明書を", "8-really")
    hanako.screen.press("Return")
    uninstaller.shows("削除する(&U)")
    assert not any("remove-" in call for call in taro.calls)
    (shared / "dumb").touch()
    hanako.screen.press("alt+u")
    uninstaller.shows("期限が切れた電子証明書と、しまった電子証明書を")
    hanako.screen.press("alt+y")
    uninstaller.shows("削除できなかったものがあります", "9-not-deleted")
    assert (box := hanako.find("削除できなかったものがあります")) is not None
    assert "CC-DATA-REMAINS" in box.text
    hanako.screen.press("Return")
    uninstaller.shows("閉じる(&C)", "10-end")
    hanako.screen.press("Return")
    uninstaller.end()
    assert not taro.has(PLACE)
    asked = [call.rpartition('exe"')[2].strip() for call in taro.calls if "remove-" in call]
    assert asked == ["remove-old --yes", "remove-data --yes"]


@pytest.mark.installer
def test_uninstaller_defaults_keep_certificates_and_settings(hanako: Dialogs) -> None:
    taro = hanako.customer
    assert taro.sets_up(taro.windows.shared / SETUP) == DONE
    uninstaller = Uninstaller(hanako)
    uninstaller.shows("削除する(&U)")
    hanako.screen.press("Return")
    uninstaller.shows("閉じる(&C)")
    hanako.screen.press("Return")
    uninstaller.end()
    assert not taro.has(PLACE)
    assert not any("remove-" in call for call in taro.calls)

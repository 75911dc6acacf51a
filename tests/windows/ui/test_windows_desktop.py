"""Features of the Windows desktop: platform plugin, fonts, tray, second start, browser
processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from PySide6.QtGui import QFontDatabase, QFontInfo, QGuiApplication, QRawFont
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from certclient.model.deep_link import Verb
from certclient.platform import folders
from certclient.store.windows import parent_window
from certclient.ui.enrollment.browsers import running_browsers
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.shell.single_instance import (
    InstanceRequest,
    SingleInstance,
    StartRequest,
    socket_name,
)
from certclient.ui.shell.tray import Tray
from certclient.ui.widgets.appearance import WINDOWS_FONTS
from support.bank_service import BankService
from support.shell_driver import ShellDriver
from support.windows_pc import WindowsComputer
from support.wizards import until
from tools.translations import FOLDER

Program = Callable[..., ShellDriver]


def test_platform_plugin_is_windows(qapp: QApplication) -> None:
    assert QGuiApplication.platformName() == "windows"


# Glyphs


def test_font_supports_japanese(qapp: QApplication) -> None:
    assert QFontInfo(qapp.font()).family() in WINDOWS_FONTS
    assert QFontDatabase.WritingSystem.Japanese in QFontDatabase.writingSystems(
        qapp.font().families()[0]
    )
    assert qapp.font().pointSizeF() >= 9


def test_font_has_every_character_of_texts(qapp: QApplication) -> None:
    texts = [*FOLDER.glob("*_ja.ts"), *FOLDER.glob("*.ja.toml")]
    assert len(texts) == 2
    letters = {letter for text in texts for letter in text.read_text(encoding="utf-8")}
    font = QRawFont.fromFont(qapp.font())
    missing = [one for one in letters if one.isprintable() and not font.supportsCharacter(ord(one))]
    assert missing == []
    assert 0 not in font.glyphIndexesForString("電子証明書の更新をお願いします")


def test_characters_are_not_drawn_as_boxes(qapp: QApplication, qtbot: QtBot) -> None:
    """Characters that no font has are all drawn as the same box."""

    def drawn(letter: str) -> bytes:
        label = QLabel(letter)
        qtbot.addWidget(label)
        label.setFixedSize(40, 40)
        picture = label.grab().toImage()
        return bytes(picture.constBits())

    pictures = {letter: drawn(letter) for letter in "電子証明書更新鍵認\U0010fffe"}
    assert len(set(pictures.values())) == len(pictures)


# Windows' prompts about keys


def test_key_prompts_belong_to_active_window(qtbot: QtBot) -> None:
    window = QLabel("電子証明書更新開始")
    qtbot.addWidget(window)
    assert parent_window.foreground_window() != window.winId()
    window.show()
    window.activateWindow()
    until(lambda: parent_window.foreground_window() == window.winId())
    window.hide()
    until(lambda: parent_window.foreground_window() != window.winId())


# Tray


def test_reminder_shows_tray_icon(
    computer: WindowsComputer, bank_service: BankService, program: Program
) -> None:
    assert Tray.available()
    user_id = bank_service.new_customer()
    computer.add_certificate(bank_service, user_id, 5)
    driver = program(resident=True)
    driver.starts(StartRequest(request=InstanceRequest.REMIND))
    tray = driver.shell.tray
    until(lambda: tray.icon.isVisible())
    assert not driver.shell.window.isVisible()
    assert user_id in tray.icon.toolTip()
    tray.renew.trigger()
    until(lambda: len(driver.shell.wizard_manager.wizards) == 1)
    driver.wizard_driver.arrives_at(WizardPageId.START)


# Two starts


@pytest.fixture
def first_instance(program: Program) -> Iterator[ShellDriver]:
    """The first instance, which listens for links as at the program's start."""
    driver = program()
    instance = SingleInstance(socket_name(folders.data_folder()))
    assert instance.listen()
    instance.start_requested.connect(driver.shell.carry_out)
    yield driver
    instance.close()


def second_start(profile: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = (sys.executable, "-m", "certclient", "--profile", str(profile), *arguments)
    return subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def test_link_reaches_running_instance(
    computer: WindowsComputer,
    bank_service: BankService,
    first_instance: ShellDriver,
    tmp_path: Path,
) -> None:
    users = [bank_service.new_customer() for _ in range(2)]
    for days, user_id in zip((10, 20), users, strict=True):
        computer.add_certificate(bank_service, user_id, days)
    first_instance.starts()
    profile = tmp_path / "練習 bank.toml"
    profile.write_text(bank_service.profile_text(), encoding="utf-8")
    link = f"certclient:{Verb.RENEW.value}?profile=practice&user={users[1]}"
    with second_start(profile, link) as second:
        try:
            until(lambda: second.poll() is not None)
        finally:
            second.kill()
        assert second.stdout is not None
        assert (second.returncode, second.stdout.read().decode(errors="replace")) == (0, "")
    until(lambda: bool(first_instance.shell.wizard_manager.wizards))
    first_instance.wizard_driver.arrives_at(WizardPageId.NOTICE)
    assert users[1] in first_instance.wizard_driver.text
    assert list(first_instance.shell.scanner.overview.pending) == [], "no procedure was started"
    assert len(computer.usable()) == 2


# Browsers


@pytest.mark.parametrize(
    ("program_name", "known_as"),
    [("msedge.exe", "Microsoft Edge"), ("Chrome.exe", "Google Chrome"), ("firefox.exe", "Firefox")],
)
def test_running_browser_is_detected(program_name: str, known_as: str, tmp_path: Path) -> None:
    assert known_as not in running_browsers()
    browser = tmp_path / program_name
    shutil.copy(Path(os.environ["SYSTEMROOT"]) / "system32" / "cmd.exe", browser)
    with subprocess.Popen([browser, "/k"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as run:
        until(lambda: known_as in running_browsers())
        run.kill()
    assert known_as not in running_browsers()

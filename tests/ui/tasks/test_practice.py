"""練習する: one rehearsal at a time, and what it says about itself."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from certclient.model.errors import ErrorCode
from certclient.model.practice import PracticeCode
from certclient.model.secret import Secret
from certclient.ui.overview.menu_entries import menu_entries
from certclient.ui.overview.window_frame import WindowFrame
from certclient.ui.tasks.practice import PracticeLauncher, PracticeLetter
from support.wizards import LONG, UiEnvironment


def test_a_second_click_starts_no_second_rehearsal(
    qtbot: QtBot, tmp_path: Path, qapp: QObject
) -> None:
    marks = tmp_path / "marks"
    go_on = tmp_path / "go-on"
    script = (
        "import pathlib, time\n"
        f"with open({str(marks)!r}, 'a') as file: file.write('x')\n"
        f"while not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.05)\n"
    )
    launcher = PracticeLauncher([sys.executable, "-c", script], qapp)
    launcher.start()
    qtbot.waitUntil(marks.exists, timeout=LONG)
    launcher.start()
    go_on.touch()
    qtbot.waitUntil(lambda: not launcher.running, timeout=LONG)
    assert marks.read_text() == "x"


def test_rehearsal_that_fails_is_reported(qtbot: QtBot, qapp: QObject) -> None:
    launcher = PracticeLauncher([sys.executable, "-c", "raise SystemExit(2)"], qapp)
    with qtbot.waitSignal(launcher.failed, timeout=LONG) as failed:
        launcher.start()
    assert failed.args is not None
    assert failed.args[0].code is ErrorCode.PRACTICE_BANK
    assert not launcher.running


def test_program_that_cannot_be_started_is_reported(
    qtbot: QtBot, tmp_path: Path, qapp: QObject
) -> None:
    launcher = PracticeLauncher([str(tmp_path / "nothing")], qapp)
    with qtbot.waitSignal(launcher.failed, timeout=LONG):
        launcher.start()


def test_menu_offers_it_where_there_is_a_practice_bank(
    qtbot: QtBot, tmp_path: Path, qapp: QObject, ui: UiEnvironment
) -> None:
    (entry,) = (one for one in menu_entries() if one.name == "practise")
    without = ui.context()
    assert not entry.available(without)
    go_on = tmp_path / "go-on"
    script = (
        f"import pathlib, time\nwhile not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.05)"
    )
    launcher = PracticeLauncher([sys.executable, "-c", script], qapp)
    context = replace(without, practise=launcher)
    assert entry.available(context)
    window = WindowFrame(context)
    qtbot.addWidget(window)
    for said in ("黄色い帯", "練習中です"):
        entry.open(context, window)
        assert launcher.running
        (box,) = (one for one in window.findChildren(QMessageBox) if one.isVisible())
        assert said in box.text()
        box.close()
    go_on.touch()
    qtbot.waitUntil(lambda: not launcher.running, timeout=LONG)


def test_letter_names_the_code_and_outside_a_rehearsal_there_is_none(qtbot: QtBot) -> None:
    letter = PracticeLetter()
    with qtbot.waitSignal(letter.ready, timeout=LONG) as ready:
        letter.show(PracticeCode("TKYM1408055", Secret("ABCD1234")))
    assert ready.args is not None
    assert "TKYM1408055" in ready.args[0]
    assert "ABCD1234" in ready.args[0]
    with qtbot.assertNotEmitted(letter.ready):
        letter.show(None)

"""The first window: painted before anything else is loaded, filled from what was last seen, and
then from the stores, without a row drawn twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from certclient.enrollment.last_seen import FILE, LastSeen
from certclient.ui.context import AppContext
from certclient.ui.overview.certificate_table import CertificateTable
from certclient.ui.overview.frame_context import EarlyContext
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.store_scanner import StoreScanner
from support.imports import beyond_python, budgets, imports_of, problems
from support.wizards import LONG, UiEnvironment, until

USERS = ("TKYM1408054", "TKYM1408055", "TKYM1408056")

PAINTED = """
import os, sys
from certclient.ui.shell import opening
opening.Opening._load = lambda _self: os._exit(0)
sys.argv = ["certclient"]
from certclient.bootstrap import main
main()
"""
"""The program, which ends when its first window is on the screen."""


@pytest.mark.skipif(os.name == "nt", reason="counts the modules of Linux")
def test_the_first_window_stays_in_its_budget(tmp_path: Path) -> None:
    folders = {f"XDG_{name}_HOME": str(tmp_path) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    environment = {
        **os.environ,
        **folders,
        "HOME": str(tmp_path),
        "QT_QPA_PLATFORM": "offscreen",
    }
    loaded = beyond_python(imports_of(["-c", PAINTED], environment))
    assert problems("window", budgets()["window"], loaded) == []


class Program:
    """The main window and its scanner, as one start of the program has them."""

    def __init__(self, context: AppContext, last_seen: LastSeen, qtbot: QtBot) -> None:
        self.context = replace(context, last_seen=last_seen)
        overview = last_seen.read(context.journal_stamp(), context.clock())
        self.shown_at_once = overview is not None
        if overview is not None:
            context.state.state.show_last_seen(overview)
        self.window = MainWindow(EarlyContext(context.languages, context.settings))
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.fill(self.context)
        # The new language and the style announce themselves.
        QCoreApplication.processEvents()
        self.scanner = StoreScanner(self.context)

    def check(self) -> None:
        """Reads the stores and waits until the window shows them."""
        self.scanner.start()
        until(lambda: self.scanner.complete)

    @property
    def names(self) -> list[str]:
        table = self.window.table
        model = table.certificates
        return [str(model.index(number, 0).data()) for number in range(model.rowCount())]


class Programs:
    """Starts of the program, one after the other, on one computer."""

    def __init__(self, ui: UiEnvironment, qtbot: QtBot, folder: Path) -> None:
        self._ui, self._qtbot, self._folder = ui, qtbot, folder
        self._started: list[Program] = []

    def start(self) -> Program:
        self.close()
        last_seen = LastSeen(self._folder, (self._ui.profile,))
        self._started.append(Program(self._ui.context(), last_seen, self._qtbot))
        return self._started[-1]

    def close(self) -> None:
        for program in self._started:
            program.scanner.stop()
            program.window.close()


@pytest.fixture
def programs(ui: UiEnvironment, qtbot: QtBot, tmp_path: Path) -> Iterator[Programs]:
    made = Programs(ui, qtbot, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def second(ui: UiEnvironment, programs: Programs) -> Program:
    """A start after one that has seen three certificates; its stores are not read yet."""
    for days, user_id in enumerate(USERS, 20):
        ui.add_certificate(ui.pc, days, user_id)
    first = programs.start()
    assert not first.shown_at_once
    first.check()
    return programs.start()


@contextmanager
def counted(program: Program, name: str) -> Iterator[SimpleNamespace]:
    """Counts the calls of a method of the program's table."""
    calls, method = SimpleNamespace(number=0), getattr(CertificateTable, name)

    def count(table: CertificateTable) -> None:
        calls.number += table is program.window.table
        method(table)

    with patch.object(CertificateTable, name, count):
        yield calls


def test_a_frame_is_shown_before_anything_is_known(ui: UiEnvironment, qtbot: QtBot) -> None:
    context = ui.context()
    window = MainWindow(EarlyContext(context.languages, context.settings))
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.painted, timeout=LONG):
        window.raise_window()
    assert window.windowTitle() == "電子証明書の更新と取得"
    assert not window.actions_row.obtain.isEnabled()
    window.fill(context)
    assert window.actions_row.obtain.isEnabled()
    window.close()


def test_the_list_is_there_before_the_stores_are_read(second: Program) -> None:
    assert second.shown_at_once
    assert [name.split()[0] for name in second.names] == list(USERS)
    assert second.window.card.isVisible()


def test_nothing_is_drawn_again_if_the_stores_hold_what_was_seen(second: Program) -> None:
    table = second.window.table
    last = table.certificates.index(2, 0)
    table.setCurrentIndex(last)
    table.setFocus()
    resets = QSignalSpy(table.certificates.modelReset)
    changes = QSignalSpy(table.certificates.dataChanged)
    with counted(second, "_measure_columns") as measured:
        second.check()
    assert (resets.count(), changes.count(), measured.number) == (0, 0, 0)
    assert table.currentIndex() == last
    assert second.window.focusWidget() is table


def test_columns_are_measured_once_for_one_content(ui: UiEnvironment, programs: Programs) -> None:
    ui.add_certificate(ui.pc)
    program = programs.start()
    with counted(program, "_measure_columns") as measured:
        program.check()
        program.window.resize(700, 500)
        program.window.resize(900, 600)
    assert measured.number == 1


def test_an_action_waits_until_the_stores_have_been_read(second: Program) -> None:
    requested: list[object] = []
    second.window.renew_requested.connect(requested.append)
    second.window.card.act_button.click()
    assert requested == []
    assert "確認" in second.window.checking.text()
    second.check()
    (row,) = requested
    assert row is second.window.table.row
    assert second.window.checking.text() == ""


def test_an_action_on_what_is_gone_does_nothing(ui: UiEnvironment, second: Program) -> None:
    stored = next(
        one for one in ui.pc.certificates() if one.certificate.common_name.startswith(USERS[0])
    )
    with ui.pc.open(lambda _request: None) as session:
        session.delete(stored.certificate)
    requested: list[object] = []
    second.window.renew_requested.connect(requested.append)
    second.window.card.act_button.click()
    second.check()
    assert requested == []
    assert [name.split()[0] for name in second.names] == list(USERS[1:])


def test_the_slow_way_if_what_was_seen_is_damaged(
    ui: UiEnvironment, programs: Programs, tmp_path: Path
) -> None:
    ui.add_certificate(ui.pc)
    programs.start().check()
    file = tmp_path / "data" / FILE
    file.write_bytes(file.read_bytes()[:100])
    program = programs.start()
    assert not program.shown_at_once
    assert program.names == []
    program.check()
    assert len(program.names) == 1

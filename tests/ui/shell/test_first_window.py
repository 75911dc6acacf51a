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
from certclient.ui.overview.owner_card import OwnerCard
from certclient.ui.overview.owner_state import MOST_CARDS
from certclient.ui.overview.store_scanner import StoreScanner
from support.imports import beyond_python, budgets, imports_of, problems
from support.wizards import LONG, UiEnvironment, until

Counted = OwnerCard | CertificateTable

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
        return [card.state.user_id for card in self.window.cards.cards]


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
def counted(kind: type[OwnerCard] | type[CertificateTable], name: str) -> Iterator[SimpleNamespace]:
    """Counts the calls of a method of all objects of a class."""
    calls, method = SimpleNamespace(number=0), getattr(kind, name)

    def count(one: Counted) -> None:
        calls.number += 1
        method(one)

    with patch.object(kind, name, count):
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
    assert second.names == list(USERS)
    assert second.window.card.isVisible()
    assert second.window.row is second.window.card.state.row


def test_nothing_is_drawn_again_if_the_stores_hold_what_was_seen(
    ui: UiEnvironment, second: Program
) -> None:
    cards = second.window.cards.cards
    cards[2].act_button.setFocus()
    with counted(OwnerCard, "_retranslate") as drawn:
        second.check()
        assert drawn.number == 0
        assert second.window.cards.cards == cards
        assert second.window.focusWidget() is cards[2].act_button
        ui.add_certificate(ui.pc, 40, "TKYM1408057")
        second.scanner.refresh()
        until(lambda: len(second.names) == len(USERS) + 1)
    assert drawn.number > 0, "it counts"


@pytest.fixture
def many(ui: UiEnvironment, programs: Programs) -> Program:
    """A start after one that has seen too many certificates for cards."""
    for number in range(MOST_CARDS + 1):
        ui.add_certificate(ui.pc, 20 + number, f"TKYM14080{54 + number}")
    programs.start().check()
    return programs.start()


def test_no_row_of_a_table_is_drawn_again(ui: UiEnvironment, many: Program) -> None:
    table = many.window.cards.table
    assert table.isVisible()
    assert table.certificates.rowCount() == MOST_CARDS + 1
    last = table.certificates.index(MOST_CARDS, 0)
    table.setCurrentIndex(last)
    table.setFocus()
    resets = QSignalSpy(table.certificates.modelReset)
    changes = QSignalSpy(table.certificates.dataChanged)
    with counted(CertificateTable, "_measure_columns") as measured:
        many.check()
        many.window.resize(700, 500)
        many.window.resize(900, 600)
        assert (resets.count(), changes.count(), measured.number) == (0, 0, 0)
        assert table.currentIndex() == last
        assert many.window.focusWidget() is table
        ui.add_certificate(ui.pc, 40, "TKYM1408099")
        many.scanner.refresh()
        until(lambda: table.certificates.rowCount() == MOST_CARDS + 2)
    assert measured.number > 0, "it counts"
    assert resets.count() + changes.count() > 0


def test_an_action_waits_until_the_stores_have_been_read(second: Program) -> None:
    requested: list[object] = []
    second.window.renew_requested.connect(requested.append)
    second.window.card.act_button.click()
    assert requested == []
    assert "確認" in second.window.checking.text()
    second.check()
    (row,) = requested
    assert row is second.window.row
    assert second.window.checking.text() == ""


def test_an_action_on_what_is_gone_does_nothing(ui: UiEnvironment, second: Program) -> None:
    stored = next(
        one for one in ui.stored(ui.pc) if one.certificate.common_name.startswith(USERS[0])
    )
    with ui.pc.open(lambda _request: None) as session:
        session.delete(stored.certificate)
    requested: list[object] = []
    second.window.renew_requested.connect(requested.append)
    second.window.card.act_button.click()
    second.check()
    assert requested == []
    assert second.names == list(USERS[1:])


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

"""A token that is pulled out and put back while the main window is open, behind a real module."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from certclient.store.isolated import modules
from certclient.store.registry import StoreRegistry
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.store_scanner import StoreScanner
from support.wizards import LONG, UiEnvironment

Play = Callable[[str], None]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Sets the behaviour of the module in its child process."""
    behaviours = tmp_path / "behaviours"
    behaviours.write_text("")
    monkeypatch.setenv("SHIM_FILE", str(behaviours))
    modules.stop_all()

    def play(text: str) -> None:
        new = behaviours.with_suffix(".new")
        new.write_text(text)
        new.replace(behaviours)

    return play


@pytest.mark.parametrize("absence", ["no-card", "no-reader"])
def test_rows_turn_grey_by_the_tokens_name_and_come_back(
    ui: UiEnvironment, qtbot: QtBot, shim_module: Path, play: Play, absence: str
) -> None:
    token = ui.new_token()
    ui.add_certificate(token.store(), 20)
    tokens = StoreRegistry([shim_module], lambda: (), lambda: ())
    context = dataclasses.replace(ui.context(), stores=tokens.stores)
    window, scanner = MainWindow(context), StoreScanner(context)
    qtbot.addWidget(window)
    window.show()

    def state() -> str:
        row = window.row
        return window.cards.texts.rows.state(row) if row is not None else "no card"

    def texts() -> str:
        return "\n".join(one.text() for one in window.findChildren(QLabel) if one.isVisible())

    scanner.start()
    try:
        qtbot.waitUntil(lambda: window.row is not None, timeout=LONG)
        present, unplugged = state(), f"「{token.label}」を差し込んでください"
        for _ in range(2):
            play(absence)
            qtbot.waitUntil(lambda: state() == unplugged, timeout=LONG)
            assert ".so" not in texts()
            play("")
            qtbot.waitUntil(lambda: state() == present, timeout=LONG)
    finally:
        scanner.stop()
        modules.stop_all()

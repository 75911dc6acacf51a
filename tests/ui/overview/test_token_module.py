"""The main window while a token's software is slow, and when a token comes and goes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from certclient.store.base import CertificateStore
from certclient.store.isolated.store import find_tokens
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.store_scanner import StoreScanner
from support.faulty_module import FaultyModule
from support.wizards import LONG, UiEnvironment

if sys.platform == "win32":
    pytest.skip("the module is built with Linux' compiler", allow_module_level=True)

PC_USER, USB_USER = "TKYM1408054", "TKYM1408055"


def shown(scanner: StoreScanner) -> set[str]:
    """Whose certificates are there; rows of a token that was pulled out stay, but are not."""
    return {row.entry.owner.user_id for row in scanner.overview.rows if not row.absent}


def texts(window: MainWindow) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def scanner(ui: UiEnvironment, faulty: FaultyModule, qtbot: QtBot) -> Iterator[StoreScanner]:
    """Of a window; the PC has one certificate, the token behind the module another."""

    def search() -> Sequence[CertificateStore]:
        return [ui.pc, *find_tokens(faulty.path, patience=0)]

    ui.add_certificate(ui.pc, 20, PC_USER)
    ui.add_certificate(faulty.token.store(), 20, USB_USER)
    ui.search = search
    context = ui.context()
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    scanner = StoreScanner(context, window)
    yield scanner
    scanner.stop()


def test_rows_of_the_pc_come_before_a_slow_token(
    scanner: StoreScanner, faulty: FaultyModule, qtbot: QtBot
) -> None:
    window = scanner.parent()
    assert isinstance(window, MainWindow)
    faulty.plan("C_GetSlotList", "wait")
    scanner.start()
    qtbot.waitUntil(lambda: shown(scanner) == {PC_USER}, timeout=LONG)
    qtbot.waitUntil(lambda: "CC-TOKEN-MODULE-HANGS" in texts(window), timeout=LONG)
    faulty.go_on()
    qtbot.waitUntil(lambda: shown(scanner) == {PC_USER, USB_USER}, timeout=LONG)
    assert "CC-TOKEN-MODULE-HANGS" not in texts(window)


def test_token_that_is_pulled_out_and_plugged_in_is_noticed(
    scanner: StoreScanner, faulty: FaultyModule, qtbot: QtBot
) -> None:
    both = {PC_USER, USB_USER}
    scanner.start()
    qtbot.waitUntil(lambda: shown(scanner) == both, timeout=LONG)
    faulty.pull()
    qtbot.waitUntil(lambda: shown(scanner) == {PC_USER}, timeout=LONG)
    faulty.plug()
    qtbot.waitUntil(lambda: shown(scanner) == both, timeout=LONG)

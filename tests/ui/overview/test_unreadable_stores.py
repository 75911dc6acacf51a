"""A browser's store that cannot be read is named in the main window; the others are listed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.store_scanner import StoreScanner
from support.wizards import LONG, UiEnvironment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="NSS is the PC's store on Linux")

Fault = Callable[[Path], AbstractContextManager[object]]


def _garbage(folder: Path) -> AbstractContextManager[object]:
    (folder / "cert9.db").write_bytes(b"garbage" * 900)
    return nullcontext()


def _cut(folder: Path) -> AbstractContextManager[object]:
    os.truncate(folder / "key4.db", 9000)
    return nullcontext()


def _missing(folder: Path) -> AbstractContextManager[object]:
    (folder / "key4.db").unlink()
    return nullcontext()


def _dead_link(folder: Path) -> AbstractContextManager[object]:
    shutil.rmtree(folder)
    folder.symlink_to("/nowhere")
    return nullcontext()


def _file(folder: Path) -> AbstractContextManager[object]:
    shutil.rmtree(folder)
    folder.write_text("")
    return nullcontext()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    other = sqlite3.connect(folder / "cert9.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.close()


FAULTS: dict[str, tuple[Fault, str]] = {
    "garbage": (_garbage, "cert9.db: file is not a database"),
    "cut": (_cut, "key4.db: database disk image is malformed"),
    "missing": (_missing, "key4.db"),
    "dead link": (_dead_link, "/nowhere"),
    "file": (_file, "ファイルの名前を変える"),
    "locked": (_locked, "ほかのソフトをすべて閉じて"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_window_names_the_store_and_lists_the_others(
    ui: UiEnvironment, qtbot: QtBot, fault: str
) -> None:
    broken, good = (
        NssStore(load_softokn(), ui.folder / name, browser=name, title=name)
        for name in ("Chromium", "Firefox")
    )
    ui.stores[:] = [broken, good]
    for store in (broken, good):
        ui.add_certificate(store)
    context = ui.context()
    window = MainWindow(context)
    qtbot.addWidget(window)
    scanner = StoreScanner(context)
    damage, expected = FAULTS[fault]
    with damage(broken.directory):
        with qtbot.waitSignal(scanner.scanned, timeout=LONG):
            scanner.refresh()
        (card,) = window.cards.cards
        assert "パソコン（Firefox）" in card.accessibleDescription()
        note = window.notes.text()
        assert "パソコン（Chromium）は使えません" in note
        assert "[CC-STORE-UNAVAILABLE]" in note
        assert str(broken.directory) in note
        assert expected in note
    scanner.stop()
    window.card_actions.close()

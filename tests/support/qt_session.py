"""Fixtures for windows: which screen, and nothing strange may be said on the way.

A conftest.py imports this before anything of Qt's.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before Qt is asked for an application object, and where no environment passes through (Wine).
# The screen is as small as one that customers may still have; Wine's is made so, too.
_SCREEN = Path(__file__).parents[1] / "ui" / "screen.json"
os.environ["QT_QPA_PLATFORM"] = os.environ.get(
    "CERTCLIENT_TEST_PLATFORM",
    "windows" if sys.platform == "win32" else f"offscreen:configfile={_SCREEN}",
)

from PySide6.QtWidgets import QApplication

from certclient.ui.widgets.looks import dress
from tools.translations import compile_changed


@pytest.fixture(scope="session", autouse=True)
def texts() -> None:
    """Switching languages needs the .qm files, which are not committed."""
    compile_changed()


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> None:
    """As the program's first lines do it. The collections after each test leave out what the
    imports have made."""
    dress(qapp)
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_stray_log_record(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning in the log fails the test that caused it; Qt's own are pytest-qt's matter."""
    yield
    stray = [
        record
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING
    ]
    assert not stray, [record.getMessage() for record in stray]


@pytest.fixture(autouse=True)
def garbage_in_the_gui_thread() -> Iterator[None]:
    """As the program does it (`ui.garbage`): no worker destroys a widget."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()

"""Fixtures for window tests: the screen, and a check for stray log records.

A conftest.py imports this before any Qt module.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Set here before Qt creates an application object, because Wine passes no environment through. The
# screen is as small as the smallest that customers still have; Wine's screen has the same size.
_SCREEN = Path(__file__).parents[1] / "ui" / "screen.json"
os.environ["QT_QPA_PLATFORM"] = os.environ.get(
    "CERTCLIENT_TEST_PLATFORM",
    "windows" if sys.platform == "win32" else f"offscreen:configfile={_SCREEN}",
)

from PySide6.QtWidgets import QApplication

from certclient.ui.widgets.appearance import apply_style
from tools.translations import compile_changed


@pytest.fixture(scope="session", autouse=True)
def texts() -> None:
    """Switching languages needs the .qm files, which are not committed."""
    compile_changed()


@pytest.fixture(scope="session", autouse=True)
def styled(qapp: QApplication) -> None:
    """Applies the style as the program does at its start, and excludes all objects created by the
    imports from the garbage collections after each test."""
    apply_style(qapp)
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_stray_log_record(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fails a test that logged a warning; pytest-qt handles Qt's own warnings."""
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
    """Collects garbage as the program does (`ui.garbage`), so that no worker destroys a widget."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()

"""ヘルプ: the way from the program to its documentation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from certclient.i18n.catalogue import Language
from certclient.ui.context import AppContext
from certclient.ui.dialogs.help_window import HelpWindow
from support.wizards import UiEnvironment


@pytest.fixture
def installed(ui: UiEnvironment, tmp_path: Path) -> AppContext:
    """A computer with the documentation."""
    pages = tmp_path / "html" / "docs"
    pages.mkdir(parents=True)
    for language in ("ja", "en"):
        (pages / f"guide.{language}.html").write_text("<!doctype html>", encoding="utf-8")
    return replace(ui.context(), documentation=tmp_path / "html")


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def shown(context: AppContext, parent: QWidget, qtbot: QtBot) -> HelpWindow:
    window = HelpWindow(context, parent)
    window.show()
    qtbot.waitExposed(window)
    return window


def test_help_opens_the_guide_in_the_language_of_the_windows(
    installed: AppContext, ui: UiEnvironment, parent: QWidget, qtbot: QtBot
) -> None:
    window = shown(installed, parent, qtbot)
    window.guide_button.click()
    installed.languages.switch(Language.ENGLISH)
    qtbot.waitUntil(lambda: "guide" in window.guide_button.text())
    window.guide_button.click()
    assert installed.documentation is not None
    pages = installed.documentation / "docs"
    assert ui.desktop.opened == [(pages / f"guide.{one}.html").as_uri() for one in ("ja", "en")]


def test_help_offers_no_guide_where_none_is_installed(
    ui: UiEnvironment, parent: QWidget, qtbot: QtBot
) -> None:
    assert not shown(ui.context(), parent, qtbot).guide_button.isVisible()

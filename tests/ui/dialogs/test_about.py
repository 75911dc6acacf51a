"""このソフトについて: version, banks and licences, also by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from certclient import __version__
from certclient.i18n.catalogue import Language
from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.context import AppContext
from certclient.ui.dialogs.about.dialog import QT_SOURCE, AboutWindow
from certclient.ui.enrollment.messages import for_support
from certclient.ui.overview.main_window import MainWindow
from support.wizards import LONG, UiEnvironment


@pytest.fixture
def context(ui: UiEnvironment) -> AppContext:
    return ui.context()


@pytest.fixture
def about(context: AppContext, qtbot: QtBot) -> AboutWindow:
    window = AboutWindow(context)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def texts(window: AboutWindow) -> str:
    labels = window.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisible())


def open_notices(about: AboutWindow, qtbot: QtBot) -> None:
    about.tabs.setCurrentWidget(about.notices)
    qtbot.waitUntil(lambda: about.notices.parts.count() > 0, timeout=LONG)


def test_summary_shows_version_bank_and_licences(
    about: AboutWindow, context: AppContext, qtbot: QtBot
) -> None:
    displayed = texts(about)
    for part in (__version__, context.profiles[0].bank.ja, "Apache License 2.0", "LGPL"):
        assert part in displayed
    context.languages.switch(Language.ENGLISH)
    qtbot.waitUntil(lambda: context.profiles[0].bank.en in texts(about), timeout=LONG)


def test_summary_explains_qt_replacement_and_links_its_source(
    about: AboutWindow, ui: UiEnvironment
) -> None:
    displayed = texts(about)
    assert "PySide6とshiboken6というフォルダー" in displayed
    assert "3年間" in displayed
    about.summary.source_button.click()
    assert ui.desktop.opened == [QT_SOURCE]


def test_licence_text_is_shown(about: AboutWindow) -> None:
    assert "TERMS AND CONDITIONS" in about.licence.toPlainText()
    assert about.licence.isReadOnly()


def test_search_in_the_notices(about: AboutWindow, qtbot: QtBot) -> None:
    open_notices(about, qtbot)
    page = about.notices
    all_parts = page.visible_parts
    assert len(all_parts) > 60
    QTest.keyClicks(page.search, "harfbuzz")
    assert len(page.visible_parts) < len(all_parts)
    assert "Qt: HarfBuzz-NG 14.3.0" in page.visible_parts
    current = page.parts.currentItem()
    assert current is not None
    assert not current.isHidden()
    first = page.text.textCursor()
    assert first.selectedText().lower() == "harfbuzz"
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    assert page.text.textCursor() != first
    page.search.setText("nowhere-to-be-found")
    assert page.visible_parts == []
    assert page.text.toPlainText() == ""
    page.search.clear()
    assert page.visible_parts == all_parts


def test_enter_wraps_around_after_the_last_match(about: AboutWindow, qtbot: QtBot) -> None:
    open_notices(about, qtbot)
    page = about.notices
    page.search.setText("wbond")
    first = page.text.textCursor().position()
    seen = set()
    for _ in range(20):
        QTest.keyClick(page.search, Qt.Key.Key_Return)
        seen.add(page.text.textCursor().position())
    assert first in seen, "the search wraps around"
    assert about.isVisible(), "Enter searches and does not close the window"


def test_window_works_by_keyboard_alone(about: AboutWindow, qtbot: QtBot) -> None:
    open_notices(about, qtbot)
    about.activateWindow()
    reached = set()
    about.notices.search.setFocus()
    for _ in range(12):
        reached.add(about.focusWidget())
        QTest.keyClick(about.focusWidget(), Qt.Key.Key_Tab)
    assert {about.notices.parts, about.notices.text, about.copy_button} <= reached
    QTest.keyClick(about, Qt.Key.Key_Escape)
    assert not about.isVisible()


def test_copied_text_for_support(about: AboutWindow, context: AppContext) -> None:
    about.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    for part in (f"certclient {__version__}", context.profiles[0].id, "Qt 6", "Python 3"):
        assert part in copied
    shown = context.catalogue.error(CertclientError(ErrorCode.TOO_LATE))
    assert f"certclient {__version__}" in for_support(shown, {})


def test_main_window_and_help_open_the_same_window(context: AppContext, qtbot: QtBot) -> None:
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    assert __version__ in window.about.text()
    window.about.click()
    (about,) = window.findChildren(AboutWindow)
    assert about.isVisible()
    about.close()
    window.actions_row.help.click()
    window.help_window.about_button.click()
    assert window.findChildren(AboutWindow) == [about]
    assert about.isVisible()
    about.close()
    window.help_window.close()

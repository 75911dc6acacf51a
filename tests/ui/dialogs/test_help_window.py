"""ヘルプ: the way from the program to its documentation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from certclient.enrollment.overview import Condition, Overview, Row
from certclient.i18n.catalogue import Language
from certclient.i18n.help_guide import Topic, pages
from certclient.model.certificate import Certificate
from certclient.model.profile import AccountingLink
from certclient.ui.context import AppContext
from certclient.ui.dialogs.check.window import CheckWindow
from certclient.ui.dialogs.help.chooser import BrowserWindow
from certclient.ui.dialogs.help.picker import Chooser
from certclient.ui.dialogs.help_window import HelpWindow
from certclient.ui.widgets.buttons import LinkButton, SecondaryButton
from certclient.ui.widgets.status import StatusPill
from support.odd_certificates import OddCertificate, simple_name
from support.rows import NOON, row_in
from support.window_rules import faults_of_markup, label_texts
from support.wizards import UiEnvironment, until


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


def test_a_search_lists_the_pages_that_fit_and_opens_the_first(
    ui: UiEnvironment, parent: QWidget, qtbot: QtBot
) -> None:
    window = shown(ui.context(), parent, qtbot)
    assert window.topics.count() == len(Topic)
    window.search.setText("暗証番号 忘れ")
    assert [window.topics.item(row).text() for row in range(window.topics.count())] == [
        "PIN（暗証番号）とは"
    ]
    assert window.topic is Topic.PIN
    assert window.page is not None
    assert window.page.page.topic is Topic.PIN
    window.search.setText("ほげほげ")
    assert window.topics.count() == 0
    assert "見つかりませんでした" in label_texts(window)


def test_it_opens_at_a_page_and_keeps_it_in_another_language(
    ui: UiEnvironment, parent: QWidget, qtbot: QtBot
) -> None:
    context = ui.context()
    window = shown(context, parent, qtbot)
    window.search.setText("freee")
    window.open_topic(Topic.LOST)
    assert window.search.text() == "", "a search would hide the page"
    assert "失効" in label_texts(window)
    context.languages.switch(Language.ENGLISH)
    qtbot.waitUntil(lambda: "Call the bank at once" in label_texts(window))


def test_each_page_in_each_language_can_be_shown(
    ui: UiEnvironment, parent: QWidget, qtbot: QtBot
) -> None:
    context = ui.context()
    window = shown(context, parent, qtbot)
    for language in Language:
        context.languages.switch(language)
        for page in pages(language):
            window.open_topic(page.topic)
            assert page.title in label_texts(window)
            assert list(faults_of_markup(window)) == []


def test_the_keyboard_alone_finds_and_reads(
    ui: UiEnvironment, parent: QWidget, qtbot: QtBot
) -> None:
    window = shown(ui.context(), parent, qtbot)
    window.activateWindow()
    qtbot.waitUntil(window.search.hasFocus)
    QTest.keyClicks(window.search, "usb")
    QTest.keyClick(window.search, Qt.Key.Key_Down)
    assert window.topics.hasFocus()
    first = window.topic
    QTest.keyClick(window.topics, Qt.Key.Key_Down)
    assert window.topic is not first
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_the_pages_of_accounting_software_are_opened_only_when_asked(
    ui: UiEnvironment, parent: QWidget, qtbot: QtBot
) -> None:
    context = ui.context()
    links = (AccountingLink("<b>弥生 & 会計</b>", "https://a.example/x"),)
    profile = replace(context.profiles[0], accounting=links)
    window = shown(replace(context, profiles=(profile,)), parent, qtbot)
    window.open_topic(Topic.ACCOUNTING)
    assert list(faults_of_markup(window)) == []
    assert "https://a.example/x" in label_texts(window)
    (button,) = [one for one in window.findChildren(LinkButton) if "弥生" in one.text()]
    assert ui.desktop.opened == []
    button.click()
    assert ui.desktop.opened == ["https://a.example/x"]


def test_a_browsers_window_is_drawn_for_each_browser_with_an_example(
    ui: UiEnvironment, parent: QWidget, qtbot: QtBot
) -> None:
    """Nobody has a certificate here yet."""
    window = shown(ui.context(), parent, qtbot)
    window.open_topic(Topic.CHOOSE)
    (chooser,) = window.findChildren(Chooser)
    for browser, button in chooser.buttons.items():
        button.setChecked(True)
        picture = chooser.pages.currentWidget()
        assert isinstance(picture, BrowserWindow)
        assert picture.browser is browser
        assert "これを選びます" in picture.accessibleDescription()
        assert (
            sum(pill.text() == "これを選びます" for pill in picture.findChildren(StatusPill)) == 1
        )


def test_hidden_characters_of_a_certificate_are_shown_in_a_browsers_window(
    ui: UiEnvironment, parent: QWidget, qtbot: QtBot
) -> None:
    window = shown(ui.context(), parent, qtbot)
    window.open_topic(Topic.CHOOSE)
    rows = tuple(odd(row_in(one)) for one in (Condition.RENEWABLE, Condition.REPLACED))
    window.show_overview(Overview(NOON, rows=rows))
    pictures = window.findChildren(BrowserWindow)
    assert pictures
    for picture in pictures:
        texts = label_texts(picture) + picture.accessibleDescription()
        assert "\u202e" not in texts
        assert "A<U+202E>B" in picture.accessibleDescription()


def odd(row: Row) -> Row:
    """With a name that is read backwards from its second letter."""
    named = OddCertificate(subject=simple_name("A\u202eB"), issuer=simple_name("C\u202eD"))
    stored = replace(row.entry.stored, certificate=Certificate.read(named.der))
    return replace(row, entry=replace(row.entry, stored=stored))


def test_the_check_of_the_computer_opens_from_its_page(
    ui: UiEnvironment, parent: QWidget, qtbot: QtBot
) -> None:
    window = shown(ui.context(), parent, qtbot)
    window.open_topic(Topic.CHECK)
    (button,) = [b for b in window.findChildren(SecondaryButton) if "更新できますか" in b.text()]
    button.click()
    (check,) = parent.findChildren(CheckWindow)
    assert check.isVisible()
    until(lambda: check.run is not None and not check.run.running)
    check.close()

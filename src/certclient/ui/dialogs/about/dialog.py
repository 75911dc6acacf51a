"""このソフトについて: version, bank, and the licences of the program and its components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QTabWidget,
    QWidget,
)

from certclient import __version__
from certclient.ui.diagnosis.button import SaveFactsButton
from certclient.ui.dialogs.about import notices
from certclient.ui.dialogs.about.components import NoticesPage
from certclient.ui.dialogs.about.support_facts import support_facts
from certclient.ui.dialogs.error_dialog import close_box
from certclient.ui.widgets import icons
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.buttons import LinkButton, SecondaryButton
from certclient.ui.widgets.key_values import Facts
from certclient.ui.widgets.labels import CardTitle, Heading, PlainLabel, Sentence
from certclient.ui.widgets.page import body_layout, page_layout
from certclient.ui.widgets.read_only_text import read_only_text
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sizes import fitting_size

if TYPE_CHECKING:
    from certclient.ui.context import AppContext

QT_SOURCE = "https://download.qt.io/official_releases/"
_ICON_LINES = 3
"""The icon's height in lines of text."""
_SHARP = 2
"""Pixels of the icon for one of the window's, as on a screen of 200 %."""


class AboutWindow(QDialog):
    """Not modal. Everything in it can be reached by keyboard."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.summary = AboutSummary(context)
        self.licence = read_only_text(notices.own_license())
        self.notices = NoticesPage(context)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for page in (Scroll(self.summary), self.licence, self.notices):
            self.tabs.addTab(page, "")
        self.tabs.currentChanged.connect(self._page_changed)
        buttons = close_box(self)
        self.copy_button = SecondaryButton()
        self.copy_button.set_icon("copy")
        self.copy_button.clicked.connect(self._copy)
        buttons.add(self.copy_button)
        self.facts_button = SaveFactsButton(context)
        buttons.add(self.facts_button)
        buttons.rejected.connect(self.reject)
        body = QWidget()
        body_layout(body).addWidget(self.tabs)
        page_layout(self, RehearsalBanner(context.rehearsal), body, buttons)
        self.resize(fitting_size(self, 50, 38))
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _page_changed(self, index: int) -> None:
        """Loads the long notices only when their tab is opened."""
        if self.tabs.widget(index) is self.notices:
            self.notices.load()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("About this program"))
        self.tabs.setTabText(0, self.tr("&Program"))
        self.tabs.setTabText(1, self.tr("&Licence"))
        self.tabs.setTabText(2, self.tr("Parts by &others"))
        self.licence.setAccessibleName(self.tr("The text of the licence"))
        self.copy_button.setText(self.tr("&Copy for the support desk"))

    def _copy(self) -> None:
        facts = support_facts(self._context)
        QGuiApplication.clipboard().setText("\n".join(facts))


class AboutSummary(QWidget):
    """The first tab: version, banks, and the notice about Qt's licence."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._icon = PlainLabel()
        self._name = Heading()
        self._facts = Facts()
        self._own = Sentence()
        self._qt_heading = CardTitle()
        self._qt = Sentence()
        self.source_button = LinkButton()
        self.source_button.set_icon("link")
        self.source_button.clicked.connect(lambda: context.open_url(QT_SOURCE))
        top = QHBoxLayout()
        top.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self._name, 1)
        last = QHBoxLayout()
        last.addWidget(self.source_button)
        last.addStretch(1)
        layout = body_layout(self)
        layout.addLayout(top)
        for part in (self._facts, self._own, self._qt_heading, self._qt):
            layout.addWidget(part)
        layout.addLayout(last)
        layout.addStretch(1)
        self._fit()
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch; resizes the icon when the font changes."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() is QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        side = self.fontMetrics().height() * _ICON_LINES
        picture = icons.pixmap("certclient", QColor(), side * _SHARP)
        picture.setDevicePixelRatio(_SHARP)
        self._icon.setPixmap(picture)

    def _retranslate(self) -> None:
        self._name.setText(self.tr("certclient, for client certificates"))
        self._facts.show_lines(self._lines())
        self._own.setText(
            self.tr(
                "This program is licensed under the Apache License 2.0. It comes without any"
                " warranty. The text is on the next page."
            )
        )
        self._qt_heading.setText(self.tr("Qt and PySide6 (LGPL 3)"))
        self._qt.setText(self._qt_text())
        self.source_button.setText(self.tr("Open the page with Qt's &source"))

    def _lines(self) -> list[tuple[str, str]]:
        banks = [self._context.bank(profile) for profile in self._context.profiles]
        return [
            (self.tr("Version"), __version__),
            (self.tr("Bank"), "\n".join(banks) or self.tr("none is set up")),
        ]

    def _qt_text(self) -> str:
        text = self.tr(
            "The windows are made with Qt and PySide6, under the GNU Lesser General Public License,"
            " version 3. They are separate files in the folders PySide6 and shiboken6, where this"
            " program is installed. You may replace those files by your own versions of them.\n"
            "Their source is at {address}. On request you also get it from whoever gave you this"
            " program, for three years, for no more than the cost of the copy."
        )
        return text.format(address=QT_SOURCE)

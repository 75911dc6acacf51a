"""Help: a guide with a search, open at the page one is on, and the way to the check of this PC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from certclient import __version__
from certclient.enrollment.overview import Overview
from certclient.i18n.help_guide import GuideAction, Topic, find, pages
from certclient.ui.diagnosis.button import SaveFactsButton
from certclient.ui.dialogs.help.drawn import HelpDrawings
from certclient.ui.dialogs.help.page import HelpPage
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.button_bar import ButtonBar, Buttons
from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.fields import LabelledField, TextField
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sizes import fitting_size
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent, QShowEvent

    from certclient.ui.context import AppContext

_SIZE = (54, 42)
"""In text line heights."""
_LIST_SHARE, _PAGE_SHARE = 3, 7


class HelpWindow(QDialog):
    """Not modal, so that the user can follow it in other windows. Light until it is shown."""

    about_requested = Signal()

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._overview = Overview(context.clock())
        self._topic = Topic.RENEW
        self._shown: Hashable = None
        self.page: HelpPage | None = None
        self.search = TextField()
        self._search_field = LabelledField(self.search)
        self.topics = QListWidget()
        self.topics.setWordWrap(True)
        self.topics.setSpacing(Space.XS)
        self.topics.setMinimumWidth(1)
        self.topics.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.guide_button, self.about_button = LinkButton(), LinkButton()
        self.facts_button = SaveFactsButton(context)
        self._scroll = Scroll(QWidget())
        self.bar = ButtonBar(self.reject)
        self.search.textChanged.connect(self._list_topics)
        self.topics.currentItemChanged.connect(self._choose)
        self.guide_button.clicked.connect(self._open_guide)
        self.about_button.clicked.connect(self.about_requested)
        InputGuard(self)
        self._lay_out()
        self.resize(fitting_size(self, *_SIZE))

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(Space.S)
        left.addWidget(self._search_field)
        left.addWidget(self.topics, 1)
        body = QHBoxLayout()
        body.setContentsMargins(Space.M, Space.M, Space.M, 0)
        body.setSpacing(Space.M)
        body.addLayout(left, _LIST_SHARE)
        body.addWidget(self._scroll, _PAGE_SHARE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(RehearsalBanner(self._context.rehearsal))
        layout.addLayout(body, 1)
        layout.addLayout(self._last_row())

    def _last_row(self) -> QHBoxLayout:
        """Where else to read, and the way out."""
        links = FlowLayout()
        for button in (self.guide_button, self.facts_button, self.about_button):
            links.addWidget(button)
        row = QHBoxLayout()
        row.setContentsMargins(Space.M, 0, 0, 0)
        row.addLayout(links, 1)
        row.addWidget(self.bar)
        return row

    @property
    def topic(self) -> Topic:
        """The page that is open, or will be."""
        return self._topic

    def open_topic(self, topic: Topic | None = None) -> None:
        """Shows the window at `topic`; None: at the page that was open last."""
        if topic is not None:
            self._topic = topic
            self.search.clear()
        self.show()
        self.raise_()
        self.activateWindow()
        self._list_topics()

    def show_overview(self, overview: Overview) -> None:
        """Updates the certificates that pages show, at once if it is to be seen."""
        self._overview = overview
        if self.isVisible():
            self._show_page()

    def showEvent(self, event: QShowEvent) -> None:
        """Catches up with what has changed meanwhile; the search has the focus. Not if it is only
        restored: the user goes on where they were."""
        super().showEvent(event)
        if event.spontaneous():
            return
        self._retranslate()
        self.search.setFocus()
        if self.page is not None:
            self._context.announce(self, self.page.spoken())

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange and self.isVisible():
            self._retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From the search, the arrows go to the list and Enter opens its first page."""
        if self.search.hasFocus() and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.topics.setFocus()
        elif self.search.hasFocus() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.topics.setCurrentRow(0)
        else:
            super().keyPressEvent(event)

    # The list

    def _list_topics(self) -> None:
        """The pages that the search finds; the open one stays open if it is among them."""
        language = self._context.languages.current
        found = find(language, self.search.text())
        self.topics.blockSignals(True)
        self.topics.clear()
        for page in found:
            item = QListWidgetItem(page.title)
            item.setData(Qt.ItemDataRole.UserRole, page.topic.value)
            self.topics.addItem(item)
        self.topics.blockSignals(False)
        topics = [page.topic for page in found]
        if self._topic in topics:
            self.topics.setCurrentRow(topics.index(self._topic))
        elif topics:
            self.topics.setCurrentRow(0)
        self._search_field.set_hint("" if found else self.tr("Nothing was found."))
        self._show_page()

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._topic = Topic(item.data(Qt.ItemDataRole.UserRole))
            self._show_page()

    # The page

    def _show_page(self) -> None:
        """Makes the page anew if it shows something else now."""
        language = self._context.languages.current
        drawings = HelpDrawings(self._context, self._overview)
        shown = (self._topic, language, tuple(drawings.choices))
        if shown == self._shown:
            return
        same = self._shown is not None and shown[:2] == self._shown[:2]  # type: ignore[index] # a tuple like `shown`
        place = self._scroll.verticalScrollBar().value() if same else 0
        self._shown = shown
        page = next(one for one in pages(language) if one.topic is self._topic)
        can_check = self._context.full_check is not None
        self.page = HelpPage(page, drawings, language, can_check=can_check)
        self.page.action_requested.connect(self._act)
        self.page.topic_requested.connect(self.open_topic)
        self._scroll.setWidget(self.page)
        self._scroll.verticalScrollBar().setValue(place)

    def _act(self, action: GuideAction) -> None:
        if action is GuideAction.CHECK:
            from certclient.ui.dialogs.check.window import open_check

            open_check(self._context, self.parentWidget() or self)

    # The guide as a page in the browser

    def _guide(self) -> Path | None:
        """The user's guide in the current language; None if it is not installed."""
        folder = self._context.documentation
        if folder is None:
            return None
        page = folder / "docs" / f"guide.{self._context.languages.current.value}.html"
        return page if page.is_file() else None

    def _open_guide(self) -> None:
        guide = self._guide()
        if guide is not None:
            self._context.open_url(guide.as_uri())

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Help"))
        self._search_field.set_label(self.tr("&Search"))
        self.search.setPlaceholderText(self.tr("such as: PIN, letter, browser"))
        self.topics.setAccessibleName(self.tr("Pages"))
        self.about_button.setText(self.tr("&About this program ({0})").format(__version__))
        self.guide_button.setText(self.tr("User's &guide"))
        self.guide_button.setVisible(self._guide() is not None)
        self.bar.offer(Buttons(close=self.tr("&Close")), typing=True)
        self.bar.retire()
        self._list_topics()

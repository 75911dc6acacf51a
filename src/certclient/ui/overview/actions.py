"""The main window's top: title, すべて更新, 電子証明書取得, ヘルプ, and a menu for the rest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QBoxLayout, QMenu, QWidget

from certclient.i18n.language import Language
from certclient.ui.widgets.buttons import SecondaryButton
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.labels import Heading
from certclient.ui.widgets.text_size import text_size
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QPushButton

    from certclient.ui.overview.frame_context import FrameContext

_LANGUAGE_NAMES = {Language.JAPANESE: "日本語", Language.ENGLISH: "English"}
"""Each language in its own name, whatever the current language."""

_TITLE_LETTERS = 12
"""The room for the title beside the buttons; with less, they stand below it."""


class ActionRow(QWidget):
    """All buttons but the menu are disabled at first."""

    def __init__(self, context: FrameContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._title = Heading()
        self._title.setWordWrap(False)
        self.renew_all = self._button("renew-all")
        self.obtain = self._button("obtain")
        self.help = self._button("help")
        self.menu = self._button("more")
        self._menu = QMenu(self)
        self._language_menu = QMenu(self._menu)
        self._size_menu = QMenu(self._menu)
        self._larger, self._smaller, self._normal = (QAction(self._size_menu) for _ in range(3))
        self._languages = QActionGroup(self)
        self._entries: Sequence[QAction] = ()
        for menu in (self._menu, self._language_menu, self._size_menu):
            menu.aboutToShow.connect(partial(_fit, menu))
        self.menu.setMenu(self._menu)
        self._add_languages()
        self._add_sizes()
        self._lay_out()
        self.renew_all.hide()
        self.set_enabled(enabled=False)
        self.retranslate()

    @property
    def buttons(self) -> Sequence[QPushButton]:
        """From left to right."""
        return self.renew_all, self.obtain, self.help, self.menu

    @property
    def language(self) -> QMenu:
        """言語 / Language."""
        return self._language_menu

    def set_enabled(self, *, enabled: bool) -> None:
        """Enables or disables every button."""
        for button in self.buttons:
            button.setEnabled(enabled)

    def show_renew_all(self, *, shown: bool) -> None:
        """すべて更新 stands there only if there is more than one to renew."""
        self.renew_all.setVisible(shown)
        self._arrange()

    def show_entries(
        self, entries: Sequence[tuple[str, str]], chosen: Callable[[str], None]
    ) -> None:
        """Shows these at the top of the menu: name and text of each. `chosen` is called with the
        name of the one that the user chooses."""
        first = self._menu.actions()[len(self._entries)]
        for action in self._entries:
            self._menu.removeAction(action)
            action.deleteLater()
        made = []
        for name, text in entries:
            action = QAction(text, self._menu)
            action.setData(name)
            action.triggered.connect(lambda _checked=False, name=name: chosen(name))
            self._menu.insertAction(first, action)
            made.append(action)
        self._entries = made

    def entry(self, name: str) -> QAction:
        """The action of the entry with this name. Raises KeyError."""
        return {str(one.data()): one for one in self._entries}[name]

    @property
    def sizes(self) -> QMenu:
        """文字の大きさ."""
        return self._size_menu

    def texts(self) -> Mapping[QPushButton, str]:
        """Each button's text in the current language."""
        return {
            self.renew_all: self.tr("Renew &all"),
            self.obtain: self.tr("&Obtain a certificate"),
            self.help: self.tr("&Help"),
            self.menu: self.tr("Men&u"),
        }

    def retranslate(self) -> None:
        """Also checks the current language in the menu."""
        self._title.setText(self.tr("Certificates"))
        for button, text in self.texts().items():
            button.setText(text)
        self._language_menu.setTitle(self.tr("言語 / Lan&guage"))
        self._size_menu.setTitle(self.tr("Text si&ze"))
        self._larger.setText(self.tr("&Larger (Ctrl and +)"))
        self._smaller.setText(self.tr("&Smaller (Ctrl and -)"))
        self._normal.setText(self.tr("&Normal (Ctrl and 0)"))
        for action in self._languages.actions():
            action.setChecked(action.data() == self._context.languages.current.value)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest button: the others move below."""
        hint = super().minimumSizeHint()
        return QSize(max(one.sizeHint().width() for one in self.buttons), hint.height())

    def changeEvent(self, event: QEvent) -> None:
        """Follows language and text size."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() is QEvent.Type.FontChange:
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the buttons below the title if there is no room beside it."""
        super().resizeEvent(event)
        self._arrange()

    def _button(self, icon: str) -> SecondaryButton:
        button = SecondaryButton()
        button.set_icon(icon)
        return button

    def _lay_out(self) -> None:
        self._row = QWidget()
        flow = FlowLayout(self._row)
        flow.setSpacing(Space.S)
        for button in self.buttons:
            flow.addWidget(button)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(Space.S)
        self._line.addWidget(self._title, 1)
        self._line.addWidget(self._row, 0, Qt.AlignmentFlag.AlignVCenter)

    def _arrange(self) -> None:
        shown = [one for one in self.buttons if not one.isHidden()]
        gaps = Space.S * (len(shown) - 1)
        buttons = sum(one.sizeHint().width() for one in shown) + gaps
        beside = (
            self.width() - buttons >= _TITLE_LETTERS * self._title.fontMetrics().averageCharWidth()
        )
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._line.setDirection(across if beside else down)
        self._row.setMinimumWidth(buttons if beside else 0)

    def _add_languages(self) -> None:
        for language, name in _LANGUAGE_NAMES.items():
            action = QAction(name, self._languages)
            action.setCheckable(True)
            action.setData(language.value)
            self._language_menu.addAction(action)
        self._languages.triggered.connect(self._switch)
        self._menu.addSeparator()
        self._menu.addMenu(self._language_menu)

    def _add_sizes(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            size = text_size(application)
            for action, change in (
                (self._larger, size.larger),
                (self._smaller, size.smaller),
                (self._normal, size.reset),
            ):
                action.triggered.connect(change)
                self._size_menu.addAction(action)
        self._menu.addMenu(self._size_menu)

    def _switch(self, action: QAction) -> None:
        language = Language(action.data())
        self._context.settings.language = language
        self._context.languages.switch(language)


def _fit(menu: QMenu) -> None:
    """Loads what it needs when a menu opens, and not before the first window."""
    from certclient.ui.widgets.menus import fit_entries

    fit_entries(menu)

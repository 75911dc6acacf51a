"""The main window's buttons: general actions, and actions on the selected certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from certclient.i18n.language import Language
from certclient.ui.widgets import icons
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.sizes import icon_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from certclient.ui.overview.frame_context import FrameContext

_GAP = 8

_LANGUAGE_NAMES = {Language.JAPANESE: "日本語", Language.ENGLISH: "English"}
"""Each language in its own name, whatever the current language."""


class _ButtonRow(QWidget):
    """Buttons side by side; they wrap when they do not fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = FlowLayout(self)
        self._row.setSpacing(_GAP)
        self._icons: dict[QPushButton, str] = {}

    def add(self, icon: str) -> QPushButton:
        button = QPushButton()
        self._row.addWidget(button)
        self._icons[button] = icon
        return button

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch; redraws icons on a palette or font change."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.set_icons()

    def event(self, event: QEvent) -> bool:
        """Redraws icons on a screen of another resolution."""
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self.set_icons()
        return super().event(event)

    def set_enabled(self, enabled: bool) -> None:
        for button in self._icons:
            button.setEnabled(enabled)

    def set_icons(self) -> None:
        size, scale = icon_size(self), self.devicePixelRatio()
        for button, name in self._icons.items():
            button.setIcon(icons.text_icon(name, self.palette(), size.height(), scale))
            button.setIconSize(size)

    def texts(self) -> Mapping[QPushButton, str]:
        """Returns each button's text in the current language."""
        return {}

    def retranslate(self) -> None:
        for button, text in self.texts().items():
            button.setText(text)
        self.updateGeometry()


class ActionRow(_ButtonRow):
    """証明書更新, 電子証明書取得, すべて更新, ヘルプ, the language menu; all disabled at first."""

    def __init__(self, context: FrameContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.renew = self.add("renew")
        self.obtain = self.add("obtain")
        self.renew_all = self.add("renew-all")
        self.help = self.add("help")
        self.language = self.add("language")
        self._languages = QActionGroup(self)
        self.language.setMenu(self._language_menu())
        self.set_enabled(False)
        self.set_icons()
        self.retranslate()

    def texts(self) -> Mapping[QPushButton, str]:
        """Returns each button's text in the current language."""
        return {
            self.renew: self.tr("&Renew certificate"),
            self.obtain: self.tr("&Obtain a certificate"),
            self.renew_all: self.tr("Renew &all"),
            self.help: self.tr("&Help"),
            self.language: self.tr("言語 / Lan&guage"),
        }

    def retranslate(self) -> None:
        """Also checks the current language in the menu."""
        super().retranslate()
        for action in self._languages.actions():
            action.setChecked(action.data() == self._context.languages.current.value)

    def _language_menu(self) -> QMenu:
        menu = QMenu(self)
        for language, name in _LANGUAGE_NAMES.items():
            action = QAction(name, self._languages)
            action.setCheckable(True)
            action.setData(language.value)
            menu.addAction(action)
        self._languages.triggered.connect(self._switch)
        return menu

    def _switch(self, action: QAction) -> None:
        language = Language(action.data())
        self._context.settings.language = language
        self._context.languages.switch(language)


class SelectionRow(_ButtonRow):
    """Actions on the selected certificate; disabled at first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.details = self.add("details")
        self.archive = self.add("put-away")
        self.restore = self.add("bring-back")
        self.delete = self.add("delete")
        self.change_pin = self.add("usb")
        self.set_enabled(False)
        self.change_pin.hide()
        self.set_icons()
        self.retranslate()

    def texts(self) -> Mapping[QPushButton, str]:
        """Returns each button's text in the current language."""
        return {
            self.details: self.tr("&Details"),
            self.archive: self.tr("&Put away"),
            self.restore: self.tr("&Bring back"),
            self.delete: self.tr("Delete &for good…"),
            self.change_pin: self.tr("&Change the PIN…"),
        }

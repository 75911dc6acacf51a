"""The version number in the main window's corner; a click opens このソフトについて."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QPushButton, QWidget

from certclient import __version__

if TYPE_CHECKING:
    from certclient.ui.context import AppContext
    from certclient.ui.dialogs.about.dialog import AboutWindow


class AboutCorner(QPushButton):
    """A flat button that creates the about window on first use."""

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self._window: AboutWindow | None = None
        self.setFlat(True)
        self.clicked.connect(self.open_window)
        self._retranslate()

    def open_window(self) -> AboutWindow:
        """Shows the about window, or raises it if it is open."""
        from certclient.ui.dialogs.about.dialog import AboutWindow

        if self._window is None:
            self._window = AboutWindow(self.context, self.window())
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        return self._window

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setText(self.tr("Vers&ion {0}").format(__version__))
        self.setToolTip(self.tr("About this program"))
        self.setAccessibleName(self.tr("About this program"))

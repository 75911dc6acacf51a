"""Windows that are not dialogs: the button with the focus is the one that Enter presses."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QPushButton, QWidget


class DefaultFollowsFocus(QObject):
    """Gives the default button's frame to whichever button of `window` has the focus. Qt does so
    in dialogs only; elsewhere a frame would stay on a button that Enter does not press."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        # Not an attribute: Python may have taken those away when a window loses its last focus.
        window = self.parent()
        if not isinstance(window, QWidget):
            return
        for button, default in ((before, False), (now, True)):
            if (
                isinstance(button, QPushButton)
                and shiboken6.isValid(button)
                and window.isAncestorOf(button)
            ):
                button.setDefault(default)

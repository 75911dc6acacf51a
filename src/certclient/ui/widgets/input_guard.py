"""A click or key press meant for the page before does nothing on the page that has just come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QTextEdit, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

HOLD_SECONDS = 0.5
"""The longest double click that Windows' settings allow by default."""
LINK_HOLD_SECONDS = 1.5
"""For a window that a web page has opened, perhaps while it makes its reader press keys."""

_FIELDS = (QLineEdit, QTextEdit, QAbstractSpinBox)
_DECIDING = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape})
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
_KEYS = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)


class InputGuard(QObject):
    """Ignores clicks and deciding keys (Enter, Esc, Space, Alt with a letter) in `window` for
    `HOLD_SECONDS` after it appeared or `page_changed` was called.

    A longer time counts from when the window became active, and begins again with each key or click
    that it ignores: it has been seen if nobody presses anything for so long. Clicks into a field
    and keys typed there count at once. A key that is held down decides once only. The window's
    native events are filtered, before any widget gets them.
    """

    # Defaults for a window's last events: Python may have taken the attributes away by then.
    _window: QWidget | None = None
    _held_until = 0.0
    _seconds = HOLD_SECONDS
    _swallows_release = False

    def __init__(self, window: QWidget, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds, monotonic."""
        super().__init__(window)
        self._window = window
        self._clock = clock
        window.installEventFilter(self)

    def page_changed(self, seconds: float = HOLD_SECONDS) -> None:
        """Other buttons are in the places of those before, or mean something else. `seconds`: how
        long they have to be seen."""
        self._seconds = seconds
        self._held_until = self._clock() + seconds

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Begins when the window is shown; returns whether an event is ignored."""
        if watched is self._window and isinstance(watched, QWidget):
            handle = watched.windowHandle()
            if event.type() is QEvent.Type.Show and handle is not None:
                handle.installEventFilter(self)
                self.page_changed(self._seconds)
            if event.type() is QEvent.Type.WindowActivate and self._is_long:
                self.page_changed(self._seconds)
            return False
        if event.type() in _KEYS and isinstance(event, QKeyEvent):
            return self._ignores_key(event)
        if isinstance(event, QMouseEvent):
            return self._ignores_mouse(event)
        return False

    @property
    def _is_holding(self) -> bool:
        return self._held_until > 0.0 and self._clock() < self._held_until

    @property
    def _is_long(self) -> bool:
        return self._seconds > HOLD_SECONDS

    def _ignore(self) -> bool:
        if self._is_long:
            self.page_changed(self._seconds)
        return True

    def _ignores_mouse(self, event: QMouseEvent) -> bool:
        if event.type() in _PRESSES:
            window = self._window
            below = window.childAt(event.position().toPoint()) if window is not None else None
            self._swallows_release = self._is_holding and not isinstance(below, _FIELDS)
            return self._swallows_release and self._ignore()
        return event.type() is QEvent.Type.MouseButtonRelease and self._swallows_release

    def _ignores_key(self, event: QKeyEvent) -> bool:
        typing = isinstance(QApplication.focusWidget(), _FIELDS)
        space = event.key() == Qt.Key.Key_Space and not typing
        deciding = event.key() in _DECIDING or space
        mnemonic = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if deciding and event.isAutoRepeat():
            return True
        if not self._is_holding or not (deciding or mnemonic):
            return False
        event.accept()  # not a shortcut either
        return self._ignore()

"""What the main window shows before anything is known: its title and its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from certclient.ui.overview.actions import ActionRow
from certclient.ui.widgets.default_button import DefaultFollowsFocus
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sizes import fitting_size
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtGui import QShowEvent

    from certclient.ui.overview.frame_context import FrameContext

_SIZE = (67, 42)
"""In text line heights: 1005 × 630 pixels at the default size, which fits 1024 × 768."""


class WindowFrame(QMainWindow):
    """Loads no store, no bank and no text beyond Qt's translations. Its buttons are disabled."""

    obtain_requested = Signal()
    """電子証明書取得 with the bank's letter."""
    move_obtain_requested = Signal()
    """The same, for 「新しいパソコンに移る」."""
    stores_changed = Signal()
    """The contents of a store may have changed."""
    painted = Signal()
    """The window is on the screen for the first time."""

    def __init__(self, context: FrameContext) -> None:
        super().__init__()
        self._painted = False
        self.actions_row = ActionRow(context)
        self._filler = QWidget()
        self._content = QVBoxLayout()
        self._last_row = QHBoxLayout()
        self._outer = QVBoxLayout()
        self._lay_out()
        InputGuard(self)
        DefaultFollowsFocus(self)
        self.resize(fitting_size(self, *_SIZE))
        self.restoreGeometry(context.settings.geometry)

    def raise_window(self) -> None:
        """Shows the window above others, restoring it if minimised."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:
        """Waits for the window's first appearance."""
        super().showEvent(event)
        handle = self.windowHandle()
        if not self._painted and handle is not None:
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Reports it: Qt paints a window in the event that exposes it."""
        if not self._painted and event.type() is QEvent.Type.Expose:
            self._painted = True
            QTimer.singleShot(0, self, self.painted.emit)
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        content = QWidget()
        content.setLayout(self._content)
        self._content.setContentsMargins(Space.L, Space.M, Space.L, Space.S)
        self._content.setSpacing(Space.M)
        self._content.addWidget(self.actions_row)
        self._content.addWidget(self._filler, 1)
        self._content.addLayout(self._last_row)
        central = QWidget()
        central.setLayout(self._outer)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._outer.addWidget(Scroll(content), 1)
        self.setCentralWidget(central)

"""The reminder on desktops without a tray: a small window with one card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from certclient.ui.overview.notice_card import NoticeCard
from certclient.ui.widgets import icons
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.default_button import DefaultFollowsFocus
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.sizes import fit_height
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from certclient.ui.context import AppContext


class SmallNotice(QWidget):
    """Closing it is equivalent to 後で更新する."""

    closed = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setWindowIcon(icons.app_icon())
        self.card = NoticeCard(context)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(RehearsalBanner(context.rehearsal))
        inner = QVBoxLayout()
        inner.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        inner.addWidget(self.card)
        layout.addLayout(inner)
        self.card.postponed.connect(self.close)
        self.card.renew_requested.connect(self.close)
        self.card.obtain_requested.connect(self.close)
        InputGuard(self)
        DefaultFollowsFocus(self)
        self._retranslate()

    def show_overview(self) -> None:
        """Updates the card from the observed state and fits the window's height to it."""
        self.card.show_overview()
        act, later = self.card.act_button, self.card.later_button
        (act if act.isVisibleTo(self) else later).setFocus()
        fit_height(self, self._layout, 36)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Emits `closed`."""
        super().closeEvent(event)
        self.closed.emit()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Client certificates"))

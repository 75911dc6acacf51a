"""The window of 「新しいパソコンに移る」."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.overview.moving.flow import MoveFlow, MovePageId
from certclient.ui.overview.moving.new_pages import (
    ByHandPage,
    LostPage,
    NewPage,
    NumberPage,
    WhichPage,
    WorkPage,
)
from certclient.ui.overview.moving.old_pages import (
    AwaitPage,
    CertificatePage,
    ConsentPage,
    MoveDonePage,
    SheetPage,
)
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.button_bar import ButtonBar
from certclient.ui.widgets.error_panel import ErrorPanel
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.labels import sentences
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sizes import fitting_size
from certclient.ui.widgets.tokens import Severity, Space

if TYPE_CHECKING:
    from certclient.ui.context import AppContext
    from certclient.ui.overview.moving.base import MovePage

_WIDTH, _HEIGHT = 40, 40
"""In text line heights."""


class MoveWindow(QDialog):
    """One window for both computers; closing it changes nothing, the move is in the journal."""

    obtain_requested = Signal()
    """電子証明書取得."""
    stores_changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context = context
        self.flow = MoveFlow(context, self)
        self.pages: dict[MovePageId, MovePage] = self._make_pages()
        self.error = ErrorPanel()
        self.error.hide()
        self._stack = QStackedWidget()
        self._scrolls: dict[MovePageId, Scroll] = {}
        for name, page in self.pages.items():
            self._scrolls[name] = scroll = Scroll(page)
            self._stack.addWidget(scroll)
            page.changed.connect(self._offer)
        self.bar = ButtonBar(self.reject)
        self._guard = InputGuard(self)
        self._lay_out()
        self.flow.wanted.connect(self.show_page)
        self.flow.failed.connect(self._failed)
        self.flow.stores_changed.connect(self.stores_changed)
        self.resize(fitting_size(self, _WIDTH, _HEIGHT))
        self.show_page(MovePageId.WHICH)

    def _make_pages(self) -> dict[MovePageId, MovePage]:
        flow = self.flow
        return {
            MovePageId.WHICH: WhichPage(flow),
            MovePageId.CERTIFICATE: CertificatePage(flow),
            MovePageId.SHEET: SheetPage(flow),
            MovePageId.AWAIT: AwaitPage(flow),
            MovePageId.CONSENT: ConsentPage(flow),
            MovePageId.WORK: WorkPage(flow),
            MovePageId.DONE: MoveDonePage(flow),
            MovePageId.NEW: NewPage(flow, self._obtain),
            MovePageId.BY_HAND: ByHandPage(flow),
            MovePageId.NUMBER: NumberPage(flow),
            MovePageId.LOST: LostPage(flow, self._obtain),
        }

    def _lay_out(self) -> None:
        frame = QWidget()
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(Space.L, Space.M, Space.L, 0)
        inner.addWidget(self.error)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(RehearsalBanner(self._context.rehearsal))
        layout.addWidget(frame)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.bar)

    @property
    def page(self) -> MovePage:
        """The page that is shown."""
        return self.pages[self.page_id]

    @property
    def page_id(self) -> MovePageId:
        """Its name."""
        return self._shown

    _shown = MovePageId.WHICH

    def show_page(self, name: MovePageId) -> None:
        """Shows another page, with the focus where it belongs."""
        self._shown = name
        self.error.hide()
        page = self.page
        page.enter()
        page.retranslate()
        self._stack.setCurrentWidget(self._scrolls[name])
        self._guard.page_changed()
        self.setWindowTitle(self.tr("Move to a new PC"))
        self._offer()
        (page.first_field() or self.bar.default).setFocus()
        self._context.announce(self, page.spoken())

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.setWindowTitle(self.tr("Move to a new PC"))
            self.page.retranslate()
            self._offer()

    def reject(self) -> None:
        """Esc, the close button and the title bar's: not while the bank is asked. Cancels an open
        question."""
        if self.page_id is not MovePageId.WORK:
            self.flow.close()
            super().reject()

    def _offer(self) -> None:
        self.bar.offer(self.page.buttons(), typing=self.page.first_field() is not None)
        self.bar.retire()

    def _failed(self, error: CertclientError) -> None:
        shown = self._context.catalogue.error(error, self.flow.contact, begun=False)
        page = self.page
        if error.code is ErrorCode.MOVE_NUMBER and isinstance(page, AwaitPage):
            page.refuse(f"{shown.title}\n{shown.next_step}")
            self._context.announce(self, shown.title, urgent=True)
            return
        self.error.show_error(shown, Severity.ERROR, title=shown.title)
        self.error.show()
        self._context.announce(self, sentences(shown.title, shown.sentence), urgent=True)

    def _obtain(self) -> None:
        self.close()
        self.obtain_requested.emit()

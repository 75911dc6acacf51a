"""Asks for a token's PIN, or NSS's master password, outside the wizard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog, QWidget

from certclient.model.secret import Secret
from certclient.ui.enrollment.pages.questions import QuestionPanel
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.button_bar import Button, ButtonBar, Buttons
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.labels import Heading, sentences
from certclient.ui.widgets.page import body_layout, page_layout
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sizes import fit_height

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QShowEvent

    from certclient.store.base import PinRequest
    from certclient.ui.context import AppContext
    from certclient.ui.widgets.secret_field import SecretField

_WIDTH = 36
"""In text line heights."""


class PinDialog(QDialog):
    """The wizard's question in a window of its own. Read the PIN with `take()`; this works once."""

    def __init__(
        self,
        context: AppContext,
        request: PinRequest,
        parent: QWidget,
        contact: Callable[[], str] | None = None,
    ) -> None:
        """`contact`: as of QuestionPanel."""
        super().__init__(parent)
        self._context = context
        self._heading = Heading()
        self._panel = QuestionPanel(context, contact)
        self._panel.changed.connect(self._show_buttons)
        self.bar = ButtonBar(self.reject)
        body = QWidget()
        inner = body_layout(body)
        inner.addWidget(self._heading)
        inner.addWidget(self._panel)
        inner.addStretch(1)
        banner = RehearsalBanner(context.rehearsal)
        layout = page_layout(self, banner, Scroll(body), self.bar)
        InputGuard(self)
        self._panel.ask(request)
        self._retranslate()
        self._panel.first_field.setFocus()
        fit_height(self, layout, _WIDTH)

    @property
    def field(self) -> SecretField:
        """Where the PIN is typed."""
        return self._panel.field

    def take(self) -> Secret:
        """Returns what was typed and clears the field."""
        return Secret.typed(self.field.take())

    def showEvent(self, event: QShowEvent) -> None:
        """Has a screen reader say what is asked for."""
        super().showEvent(event)
        said = sentences(self._heading.text(), self._panel.problem)
        self._context.announce(self, said, urgent=bool(self._panel.problem))

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _show_buttons(self) -> None:
        self.bar.offer(
            Buttons(
                primary=Button(self.tr("&Next"), self.accept, self._panel.complete),
                close=self.tr("&Cancel"),
            ),
            typing=True,
        )
        self.bar.retire()

    def _retranslate(self) -> None:
        self._panel.retranslate()
        self.setWindowTitle(self._panel.title)
        self._heading.setText(self._panel.title)
        self.setAccessibleName(self._panel.title)
        self._show_buttons()

"""An error outside the wizard: what happened, what to do, who can help, and its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QWidget

from certclient.ui.enrollment.messages import for_support, severity_of
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.buttons import SecondaryButton
from certclient.ui.widgets.error_panel import ErrorPanel
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.page import body_layout, page_layout
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.sizes import fit_height
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from certclient.model.errors import CertclientError
    from certclient.ui.context import AppContext

_WIDTH = 36
"""In text line heights."""


class ErrorDialog(QDialog):
    """Show it with `open()`, which does not block."""

    def __init__(
        self, context: AppContext, error: CertclientError, contact: str, parent: QWidget
    ) -> None:
        """`contact` is the bank's text about who can help, "" if no bank is involved."""
        super().__init__(parent)
        self._context = context
        self._error = error
        self._contact = contact
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.panel = ErrorPanel()
        buttons = close_box(self)
        buttons.rejected.connect(self.reject)
        body = QWidget()
        inner = body_layout(body)
        inner.addWidget(self.panel)
        inner.addStretch(1)
        layout = page_layout(self, RehearsalBanner(context.rehearsal), Scroll(body), buttons)
        self._retranslate()
        fit_height(self, layout, _WIDTH)

    def shows(self, error: CertclientError) -> bool:
        """Whether this is the dialog of an error like `error`."""
        return (self._error.code, self._error.data) == (error.code, error.data)

    def showEvent(self, event: QShowEvent) -> None:
        """Has a screen reader say what happened, unless it is only restored."""
        super().showEvent(event)
        if not event.spontaneous():
            self._context.announce(self, self.panel.spoken(), urgent=True)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setWindowTitle(QGuiApplication.applicationDisplayName())
        # What is open is on the main window, with its own button.
        shown = self._context.catalogue.error(self._error, self._contact, begun=False)
        self.setAccessibleName(shown.title)
        self.panel.show_error(
            shown,
            severity_of(self._error),
            title=shown.title,
            support=lambda: for_support(shown, {}),
        )


class CloseBox(QWidget):
    """The buttons of a window that is only read: Close, which has the focus; Esc does the same.
    Others are at the left, in several rows if they need them."""

    rejected = Signal()
    """Close was pressed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._others = FlowLayout()
        self._others.setSpacing(Space.S)
        self._close = SecondaryButton()
        self._close.setDefault(True)
        self._close.clicked.connect(self.rejected)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        row.setSpacing(Space.S)
        row.addLayout(self._others, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignBottom)
        self._close.setFocus()
        self._retranslate()

    def add(self, button: QPushButton) -> None:
        """Adds `button` at the left; Enter does not press it."""
        button.setAutoDefault(False)
        self._others.addWidget(button)
        self.setTabOrder(button, self._close)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self._close.setText(self.tr("Close"))


def close_box(parent: QWidget) -> CloseBox:
    """Returns the buttons below a read-only window, which a click meant for another does not
    press."""
    InputGuard(parent)
    return CloseBox(parent)

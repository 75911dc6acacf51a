"""An error outside the wizard: what happened, what to do, who can help, and its code."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QMessageBox, QPushButton, QWidget

from certclient.i18n.catalogue import Shown
from certclient.model.errors import CertclientError
from certclient.ui.context import AppContext
from certclient.ui.enrollment.messages import for_support
from certclient.ui.widgets.banner import put_banner_into


class Complaint(QMessageBox):
    """Opens with `open()`: nothing waits for it."""

    def __init__(
        self, context: AppContext, error: CertclientError, contact: str, parent: QWidget
    ) -> None:
        """`contact` is the bank's text about who helps, "" where no bank is concerned."""
        super().__init__(parent)
        shown = context.words.error(error, contact)
        self._shown = shown
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(QGuiApplication.applicationDisplayName())
        self.setIcon(QMessageBox.Icon.Warning)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(shown.title)
        self.setInformativeText(_text(shown))
        self.copy_button = QPushButton(self.tr("&Copy for the support desk"))
        self.addButton(self.copy_button, QMessageBox.ButtonRole.ActionRole)
        # An action button of a message box closes it otherwise.
        self.copy_button.clicked.disconnect()
        self.copy_button.clicked.connect(self._copy)
        self.addButton(QMessageBox.StandardButton.Close)
        self.setDefaultButton(QMessageBox.StandardButton.Close)
        self.setEscapeButton(QMessageBox.StandardButton.Close)
        put_banner_into(self, context.rehearsal)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(for_support(self._shown, {}))


def _text(shown: Shown) -> str:
    parts = (shown.sentence, shown.next_step, *shown.details, shown.help, f"[{shown.code}]")
    return "\n\n".join(part for part in parts if part)


def close_box(parent: QWidget) -> QDialogButtonBox:
    """The close button of a window that only shows something; Esc does the same."""
    return QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=parent)

"""An error outside the wizard: what happened, what to do, who can help, and its code."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QMessageBox, QPushButton, QWidget

from certclient.i18n.catalogue import ErrorText
from certclient.model.errors import CertclientError
from certclient.ui.context import AppContext
from certclient.ui.enrollment.messages import for_support
from certclient.ui.widgets.boxes import finish_box
from certclient.ui.widgets.input_guard import InputGuard


class ErrorDialog(QMessageBox):
    """Show it with `open()`, which does not block."""

    def __init__(
        self, context: AppContext, error: CertclientError, contact: str, parent: QWidget
    ) -> None:
        """`contact` is the bank's text about who can help, "" if no bank is involved."""
        super().__init__(parent)
        error_text = context.catalogue.error(error, contact)
        self._error_text = error_text
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(QGuiApplication.applicationDisplayName())
        self.setIcon(QMessageBox.Icon.Warning)
        self.setText(error_text.title)
        self.setInformativeText(_text(error_text))
        self.copy_button = QPushButton(self.tr("&Copy for the support desk"))
        self.addButton(self.copy_button, QMessageBox.ButtonRole.ActionRole)
        # By default, an action button closes its message box.
        self.copy_button.clicked.disconnect()
        self.copy_button.clicked.connect(self._copy)
        self.addButton(QMessageBox.StandardButton.Close)
        self.setDefaultButton(QMessageBox.StandardButton.Close)
        self.setEscapeButton(QMessageBox.StandardButton.Close)
        finish_box(self, context.rehearsal)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(for_support(self._error_text, {}))


def _text(error_text: ErrorText) -> str:
    parts = (
        error_text.sentence,
        error_text.next_step,
        *error_text.details,
        error_text.help,
        f"[{error_text.code}]",
    )
    return "\n\n".join(part for part in parts if part)


def close_box(parent: QWidget) -> QDialogButtonBox:
    """Returns the Close button of a read-only window. It is the default button and has the focus;
    Esc does the same."""
    InputGuard(parent)
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=parent)
    button = box.button(QDialogButtonBox.StandardButton.Close)
    button.setDefault(True)
    button.setFocus()
    return box

"""Asks for a token's PIN, or NSS's master password, outside the wizard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from certclient.model.secret import Secret
from certclient.model.visible_text import visible
from certclient.store.base import PinRequest
from certclient.ui.context import AppContext
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.parts import Note, Sentence
from certclient.ui.widgets.sizes import fit_height


class PinDialog(QDialog):
    """Read the PIN with `take()`; this works once."""

    def __init__(self, context: AppContext, request: PinRequest, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._request = request
        self._warning = Note()
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        # Not just ImhHiddenText: the platform's on-screen keyboard must open for this field.
        self.field.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self._label.setBuddy(self.field)
        self._wrong = Sentence()
        boxes = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(boxes.Ok | boxes.Cancel)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.field.textChanged.connect(self._typed)
        layout = QVBoxLayout(self)
        layout.addWidget(RehearsalBanner(context.rehearsal))
        for widget in (self._wrong, self._warning, self._label, self.field, self._buttons):
            layout.addWidget(widget)
        self._retranslate()
        self._typed("")
        fit_height(self, layout, 30)

    def take(self) -> Secret:
        """Returns what was typed and clears the field."""
        secret = Secret.typed(self.field.text())
        self.field.clear()
        return secret

    def showEvent(self, event: QShowEvent) -> None:
        """Focuses the field."""
        super().showEvent(event)
        self.field.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _typed(self, text: str) -> None:
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(text))

    def _retranslate(self) -> None:
        if self._request.database:
            title = self.tr("Master password")
            label = self.tr("&Master password of your browser's certificates:")
            wrong = self.tr("The master password is wrong.")
        else:
            title = self.tr("PIN of the USB token")
            label = self.tr('&PIN of the USB token "{0}":').format(visible(self._request.label))
            wrong = self.tr("The PIN is wrong.")
        self.setWindowTitle(title)
        self._label.setText(label)
        self._warning.set_text(self._context.catalogue.attempts(self._request.attempts))
        self._wrong.set_text(wrong if self._request.previous_incorrect else "")

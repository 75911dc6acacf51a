"""Warns of keys that make a password wrong without a trace: CapsLock, NumLock, input methods."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent

from certclient.platform.keyboard import caps_lock_on
from certclient.ui.widgets.error_panel import FieldMessage
from certclient.ui.widgets.secret_field import KeysNoticed, SecretField
from certclient.ui.widgets.tokens import Severity


class KeyHint(FieldMessage):
    """Visible while its field has the focus and there is something to warn of."""

    changed = Signal()
    """Another warning, or none."""

    def __init__(self, field: SecretField) -> None:
        super().__init__(Severity.WARNING)
        self._field = field
        self._asked: bool | None = None
        self.exact = True
        """Whether capital and full-width letters differ from others, as in a PIN. Not so in an
        issue code."""
        field.installEventFilter(self)
        field.keys_noticed.connect(self.refresh)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Asks the system when the focus comes and when CapsLock is pressed: asking takes time."""
        if event.type() is QEvent.Type.FocusIn or _is_caps_lock(event):
            self._asked = caps_lock_on(QGuiApplication.platformName())
            self.refresh()
        elif event.type() is QEvent.Type.FocusOut:
            self._warn("")
        return super().eventFilter(watched, event)

    def refresh(self) -> None:
        """Shows the warning in the current language."""
        self._warn(self._warning() if self._field.hasFocus() else "")

    def _warn(self, text: str) -> None:
        if text != self.text():
            self.set_text(text)
            self.changed.emit()

    def _warning(self) -> str:
        noticed = self._field.noticed
        caps = self._asked or (self._asked is None and KeysNoticed.CAPS in noticed)
        if caps and self.exact:
            return self.tr("CapsLock is on: letters are typed as capitals.")
        if KeysNoticed.KEYPAD in noticed:
            return self.tr("NumLock is off: the number pad types no digits.")
        if KeysNoticed.WIDE in noticed and self.exact:
            return self.tr(
                "The Japanese input method is on. Please turn it off and type half-width letters."
            )
        return ""


def _is_caps_lock(event: QEvent) -> bool:
    if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyRelease:
        return False
    return event.key() == Qt.Key.Key_CapsLock

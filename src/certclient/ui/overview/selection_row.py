"""Actions on the selected one of the certificates that are of no use now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from certclient.ui.widgets.buttons import SecondaryButton
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QPushButton


class SelectionRow(QWidget):
    """Disabled at first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = FlowLayout(self)
        self._row.setSpacing(Space.S)
        self.details = self._button("details")
        self.archive = self._button("put-away")
        self.restore = self._button("bring-back")
        self.delete = self._button("delete")
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _button(self, icon: str) -> SecondaryButton:
        button = SecondaryButton()
        button.set_icon(icon)
        button.setEnabled(False)
        self._row.addWidget(button)
        return button

    def _texts(self) -> Mapping[QPushButton, str]:
        return {
            self.details: self.tr("&Details"),
            self.archive: self.tr("&Put away"),
            self.restore: self.tr("&Bring back"),
            self.delete: self.tr("Delete &for good…"),
        }

    def _retranslate(self) -> None:
        for button, text in self._texts().items():
            button.setText(text)
        self.updateGeometry()

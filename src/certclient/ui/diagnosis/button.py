"""The button that opens the window, for whichever page somebody may need help on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent

from certclient.ui.widgets.buttons import LinkButton

if TYPE_CHECKING:
    from certclient.ui.context import AppContext


class SaveFactsButton(LinkButton):
    """Hidden where there is nothing to examine. Opens one window over its own."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self.set_icon("save")
        self.setVisible(context.examine is not None)
        self.clicked.connect(self._open)
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setText(self.tr("Save facts for the help &desk…"))

    def _open(self) -> None:
        from certclient.ui.diagnosis.dialog import DiagnosisDialog

        DiagnosisDialog(self._context, self.window()).open()

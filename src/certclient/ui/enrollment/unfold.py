"""Details that are folded away until somebody asks for them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.tokens import Space


class Unfold(QWidget):
    """A button that shows and hides `content` below itself."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.button, self.content = LinkButton(), content
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(content)
        content.hide()
        self.button.clicked.connect(self._toggle)
        self._retranslate()

    @property
    def is_open(self) -> bool:
        """Whether the details are shown."""
        return not self.content.isHidden()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _toggle(self) -> None:
        self.content.setVisible(not self.is_open)
        self._retranslate()

    def _retranslate(self) -> None:
        shown = self.tr("Hide &details"), self.tr("Show &details")
        self.button.setText(shown[0] if self.is_open else shown[1])

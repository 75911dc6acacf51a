"""A small button that unfolds what only some want to read."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.tokens import Space


class Expander(QWidget):
    """Folded at first. Its button is checkable, which screen readers say."""

    toggled = Signal(bool)
    """Whether the content is unfolded now."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self._text = ""
        self.button = LinkButton()
        self.button.setCheckable(True)
        self.button.toggled.connect(self._toggle)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.button)
        layout.addWidget(content)
        self._toggle(False)

    def set_text(self, text: str) -> None:
        """The button's text; "" for くわしく."""
        self._text = text
        self._retranslate()

    def detached_button(self) -> LinkButton:
        """The button, to be put beside a title; the rest takes no room while it is folded."""
        layout = self.layout()
        if layout is not None:
            layout.removeWidget(self.button)
        self.setVisible(self.expanded)
        self.toggled.connect(self.setVisible)
        return self.button

    @property
    def expanded(self) -> bool:
        """Whether the content is unfolded."""
        return self.button.isChecked()

    def set_expanded(self, expanded: bool) -> None:
        """Unfolds or folds the content."""
        self.button.setChecked(expanded)

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _toggle(self, expanded: bool) -> None:
        self.content.setVisible(expanded)
        self.button.set_icon("chevron-down" if expanded else "chevron-right")
        self._retranslate()
        self.toggled.emit(expanded)

    def _retranslate(self) -> None:
        text = self._text or self.tr("&More")
        self.button.setText(text)
        state = self.tr("unfolded") if self.expanded else self.tr("folded")
        self.button.setAccessibleDescription(state)

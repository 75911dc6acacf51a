"""Lines of name and value, as the seeds show a certificate; each can be copied, and all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from certclient.model.visible_text import visible
from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.labels import SecondaryText, Sentence
from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SAID_MILLISECONDS = 4000
"""How long a button says that it has copied."""


class KeyValueList(QWidget):
    """Names at the left, values at the right, which wrap and can be selected."""

    def __init__(self, parent: QWidget | None = None, *, copyable: bool = True) -> None:
        """`copyable`: with buttons that copy a value, and one for all lines."""
        super().__init__(parent)
        self._copyable = copyable
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.M)
        self._grid.setVerticalSpacing(Space.XS if copyable else Space.S)
        self._grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addLayout(self._grid)
        self._lines: list[tuple[str, str]] = []
        self.copy_buttons: list[CopyButton] = []
        self.copy_all_button: CopyButton | None = None
        if copyable:
            self.copy_all_button = CopyButton(self._text, everything=True)
            layout.addWidget(self.copy_all_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_lines(self, lines: Iterable[tuple[str, str]]) -> None:
        """Replaces all lines; does nothing if they are unchanged."""
        lines = [(name, visible(value)) for name, value in lines]
        if lines == self._lines:
            return
        self._lines = lines
        self._clear()
        for row, line in enumerate(lines):
            self._add(row, *line)

    def _clear(self) -> None:
        self.copy_buttons = []
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.setParent(None)
                widget.deleteLater()

    def _add(self, row: int, name: str, value: str) -> None:
        label, text = SecondaryText(), Sentence()
        label.setText(name)
        label.setWordWrap(False)
        text.setText(value)
        text.setAccessibleName(f"{name} {value}")
        middle = Qt.AlignmentFlag.AlignVCenter if self._copyable else Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(label, row, 0, middle)
        self._grid.addWidget(text, row, 1, middle)
        if self._copyable:
            button = CopyButton(lambda: value, name)
            self.copy_buttons.append(button)
            self._grid.addWidget(button, row, 2, middle)

    def _text(self) -> str:
        return "\n".join(f"{name}\t{value}" for name, value in self._lines)


class Facts(KeyValueList):
    """Lines that are only read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, copyable=False)


class CopyButton(LinkButton):
    """Copies a text, and says so for a moment."""

    def __init__(
        self, text: Callable[[], str], name: str = "", *, everything: bool = False
    ) -> None:
        """`text`: returns what is copied. `name`: what it is, for screen readers."""
        super().__init__()
        self._source, self._name, self._everything = text, name, everything
        self._copied = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SAID_MILLISECONDS)
        self._timer.timeout.connect(self._forget)
        self.clicked.connect(self._copy)
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._source())
        self._copied = True
        self._timer.start()
        self._retranslate()

    def _forget(self) -> None:
        self._copied = False
        self._retranslate()

    def _retranslate(self) -> None:
        self.set_icon("check" if self._copied else "copy")
        copy = self.tr("Copy &all") if self._everything else self.tr("Copy")
        text = self.tr("Copied") if self._copied else copy
        self.setText(text)
        self.setAccessibleName(f"{text} {self._name}".strip())

"""Lines of name and value, as the seeds show a certificate; each can be copied, and all at once."""

from __future__ import annotations

from dataclasses import dataclass
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

    from PySide6.QtGui import QResizeEvent

_SAID_MILLISECONDS = 4000
"""How long a button says that it has copied."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The widgets of one line."""

    name: SecondaryText
    value: Sentence
    button: CopyButton | None


class KeyValueList(QWidget):
    """Names at the left, values at the right, which wrap and can be selected; where that is too
    narrow for a value, it stands below its name."""

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
        self._shown: list[_Line] = []
        self._stacked = False
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
        self._shown = [self._made(*line) for line in lines]
        self._arrange()

    @property
    def copy_buttons(self) -> list[CopyButton]:
        """One per line, if they can be copied."""
        return [line.button for line in self._shown if line.button is not None]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Takes the arrangement that fits the width."""
        super().resizeEvent(event)
        if self._is_narrow() != self._stacked:
            self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Takes the arrangement that fits the text size."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self._is_narrow() != self._stacked:
            self._arrange()

    def _clear(self) -> None:
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()  # not without a parent: it would be a window for a moment
                widget.deleteLater()

    def _made(self, name: str, value: str) -> _Line:
        label, text = SecondaryText(), Sentence()
        label.setText(name)
        label.setWordWrap(False)
        text.setText(value)
        text.setAccessibleName(f"{name} {value}")
        return _Line(label, text, CopyButton(lambda: value, name) if self._copyable else None)

    def _is_narrow(self) -> bool:
        """Whether the longest word of a value has no room beside the names."""
        metrics = self.fontMetrics()
        words = [word for _, value in self._lines for word in value.split() if word.isascii()]
        longest = max((metrics.horizontalAdvance(word) for word in words), default=0)
        names = max((line.name.sizeHint().width() for line in self._shown), default=0)
        buttons = max((one.sizeHint().width() for one in self.copy_buttons), default=-Space.M)
        return self.width() < names + longest + buttons + 2 * Space.M

    def _arrange(self) -> None:
        self._stacked = stacked = self._is_narrow()
        while self._grid.takeAt(0) is not None:
            pass
        middle = Qt.AlignmentFlag.AlignVCenter if self._copyable else Qt.AlignmentFlag.AlignTop
        for number, line in enumerate(self._shown):
            row = 2 * number
            if stacked:
                self._grid.addWidget(line.name, row, 0, 1, 2)
                self._grid.addWidget(line.value, row + 1, 0, 1, 2, middle)
            else:
                self._grid.addWidget(line.name, row + 1, 0, middle)
                self._grid.addWidget(line.value, row + 1, 1, middle)
            if line.button is not None:
                self._grid.addWidget(line.button, row + 1, 2, middle)

    def _text(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in self._lines)


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

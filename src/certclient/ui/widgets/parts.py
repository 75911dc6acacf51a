"""Building blocks of every page: headings, sentences, notes, lines of facts."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from certclient.model.visible_text import visible

_FEW_LETTERS = 8
HEADING_SCALE = 1.4
"""The size of a page's heading relative to the system's font."""


class Sentence(QLabel):
    """Plain text that wraps, can be selected with the mouse, and is never parsed as HTML."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        """A few letters wide. QLabel's own hint, for a narrow column, would make pages scroll
        needlessly."""
        letters = self.fontMetrics().averageCharWidth() * _FEW_LETTERS
        if not self.wordWrap():
            return super().minimumSizeHint()
        return QSize(letters, self.fontMetrics().height())

    def setText(self, text: str) -> None:
        """Shows `text`, with hidden characters made visible: parts of it may come from outside."""
        super().setText(visible(text, lines=True))

    def set_text(self, text: str) -> None:
        """Shows `text`; hides the label if it is empty."""
        self.setText(text)
        self.setVisible(bool(text))


class Heading(Sentence):
    """A page's title, bold and larger."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * HEADING_SCALE)
        self.setFont(font)


class Framed(QFrame):
    """Groups related widgets in a frame."""

    def __init__(self, *parts: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        layout = QVBoxLayout(self)
        for part in parts:
            layout.addWidget(part)


class Note(Framed):
    """A framed sentence, for what must not be overlooked."""

    def __init__(self) -> None:
        self._sentence = Sentence()
        super().__init__(self._sentence)

    def set_text(self, text: str) -> None:
        """Shows `text`; hides the frame if it is empty."""
        self._sentence.set_text(text)
        self.setVisible(bool(text))


class Facts(QWidget):
    """Lines of name and value, laid out as the seeds show a certificate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[str, str]] = []

    def show_lines(self, lines: Iterable[tuple[str, str]]) -> None:
        """Replaces all lines; does nothing if they are unchanged."""
        lines = list(lines)
        if lines == self._lines:
            return
        self._lines = lines
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.setParent(None)
                widget.deleteLater()
        for row, (name, value) in enumerate(lines):
            label, text = Sentence(), Sentence()
            label.setText(name)
            label.setWordWrap(False)
            text.setText(visible(value))
            text.setAccessibleName(f"{name} {visible(value)}")
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(label, row, 0, top)
            self._grid.addWidget(text, row, 1, top)


class Scroll(QScrollArea):
    """Scrolls content that does not fit (large text, small screen) and follows the focus."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)


def show_sign(label: QLabel, icon: QStyle.StandardPixmap | None) -> None:
    """Shows one of the style's icons in `label`, at the text's height; None clears it."""
    size = label.fontMetrics().height()
    label.setMinimumWidth(size)
    if icon is None:
        label.clear()
    else:
        label.setPixmap(label.style().standardIcon(icon).pixmap(size, size))

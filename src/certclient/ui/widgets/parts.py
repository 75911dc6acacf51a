"""Small parts that every page is made of: headings, sentences, notes, lines of facts."""

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

_FEW_LETTERS = 8
HEADING_SCALE = 1.4
"""How much larger than the system's font a page's heading is."""


class Sentence(QLabel):
    """Plain text that wraps, may be copied with the mouse, and never is taken for HTML."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        """A few letters: QLabel's own, a narrow column, would make pages scroll for nothing."""
        letters = self.fontMetrics().averageCharWidth() * _FEW_LETTERS
        if not self.wordWrap():
            return super().minimumSizeHint()
        return QSize(letters, self.fontMetrics().height())

    def say(self, text: str) -> None:
        """Shows `text`, and nothing at all for an empty one."""
        self.setText(text)
        self.setVisible(bool(text))


class Heading(Sentence):
    """The page's name in larger letters."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * HEADING_SCALE)
        self.setFont(font)


class Framed(QFrame):
    """Parts that belong together, in a frame."""

    def __init__(self, *parts: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        layout = QVBoxLayout(self)
        for part in parts:
            layout.addWidget(part)


class Note(Framed):
    """A sentence in a frame, for what must not be overlooked."""

    def __init__(self) -> None:
        self._sentence = Sentence()
        super().__init__(self._sentence)

    def say(self, text: str) -> None:
        self._sentence.say(text)
        self.setVisible(bool(text))


class Facts(QWidget):
    """Lines of name and value, as the seeds show a certificate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[str, str]] = []

    def show_lines(self, lines: Iterable[tuple[str, str]]) -> None:
        """Replaces what was shown."""
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
            text.setText(value)
            text.setAccessibleName(f"{name} {value}")
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(label, row, 0, top)
            self._grid.addWidget(text, row, 1, top)


class Scroll(QScrollArea):
    """Whatever does not fit (large text, a small screen) can be scrolled to; focus leads there."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)


def show_sign(label: QLabel, icon: QStyle.StandardPixmap | None) -> None:
    """Shows one of the style's signs in `label`, as high as its text; None for an empty place."""
    size = label.fontMetrics().height()
    label.setMinimumWidth(size)
    if icon is None:
        label.clear()
    else:
        label.setPixmap(label.style().standardIcon(icon).pixmap(size, size))

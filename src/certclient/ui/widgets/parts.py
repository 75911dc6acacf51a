"""Building blocks of every page: headings, sentences, notes, lines of facts."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from certclient.model.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_FEW_LETTERS = 8
HEADING_SCALE = 1.4
"""The size of a page's heading relative to the system's font."""


class PlainLabel(QLabel):
    """A label whose text is never parsed as HTML: QLabel itself guesses, and any part of a text may
    come from outside."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)


class Sentence(PlainLabel):
    """Plain text that wraps and can be selected with the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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


_LINE_SHARE = 0.6
"""How much of a frame's line is the text's colour; the rest is the ground's."""


def line_colour(palette: QPalette) -> QColor:
    """Returns a colour for frames that is legible (3:1, WCAG 1.4.11) in light, dark and
    high-contrast themes; the style's own frame is nearly black on a dark ground."""
    text = palette.color(QPalette.ColorRole.WindowText)
    ground = palette.color(QPalette.ColorRole.Window)
    red, green, blue = (
        round(_LINE_SHARE * one + (1 - _LINE_SHARE) * other)
        for one, other in (
            (text.red(), ground.red()),
            (text.green(), ground.green()),
            (text.blue(), ground.blue()),
        )
    )
    return QColor(red, green, blue)


class Framed(QFrame):
    """Groups related widgets in a frame."""

    def __init__(self, *parts: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        layout = QVBoxLayout(self)
        for part in parts:
            layout.addWidget(part)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the frame in a legible colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(line_colour(self.palette()))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        painter.end()


class Note(Framed):
    """A framed sentence, for what must not be overlooked."""

    def __init__(self) -> None:
        self._sentence = Sentence()
        super().__init__(self._sentence)

    def text(self) -> str:
        """The sentence, "" while hidden."""
        return self._sentence.text()

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


def show_sign(label: QLabel, icon: QStyle.StandardPixmap | None) -> None:
    """Shows one of the style's icons in `label`, at the text's height; None clears it."""
    size = label.fontMetrics().height()
    label.setMinimumWidth(size)
    if icon is None:
        label.clear()
    else:
        label.setPixmap(label.style().standardIcon(icon).pixmap(size, size))


def sentences(*parts: str) -> str:
    """Joins what a screen reader says, without empty parts."""
    return "\n".join(part for part in parts if part)


def tool_tip(text: str) -> str:
    """Returns `text` for a tooltip: Qt would take one that contains tags or `&lt;`, perhaps from
    outside, for HTML."""
    return f"<qt>{html.escape(text)}</qt>".replace("\n", "<br>") if _MARKUP.search(text) else text


def notification(text: str) -> str:
    """Returns `text` for a notification or the tray icon's tooltip. On Linux the desktop shows
    these, and takes tags and entities for markup or not, as it likes; so there are none."""
    return _MARKUP.sub(lambda found: _HARMLESS[found[0]], text)


_HARMLESS = {"<": "\N{FULLWIDTH LESS-THAN SIGN}", "&": "\N{FULLWIDTH AMPERSAND}"}
_MARKUP = re.compile(r"<|&(?=[A-Za-z0-9#]+;)")
"""Where a tag or an entity may begin."""


def without_mnemonic(text: str) -> str:
    """Returns a button's text without its mnemonic: 続ける(&C) is 続ける, Gi&ve up is Give up."""
    return re.sub(r"\(&\w\)", "", text).replace("&", "")

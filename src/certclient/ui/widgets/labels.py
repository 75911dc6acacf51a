"""Labels in the type scale, and texts that screen readers, tooltips and notifications get."""

from __future__ import annotations

import html
import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from certclient.model.visible_text import visible

_FEW_LETTERS = 8


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
    """A page's title. Size and weight of this class and the next ones come from `text_size`."""


class CardTitle(Sentence):
    """The title of a card, or of a part of a page."""


class StrongText(Sentence):
    """A sentence that stands out."""


class SecondaryText(Sentence):
    """What explains the line above it."""


class SmallText(Sentence):
    """The smallest text: codes, versions, remarks."""


class BigNumber(Sentence):
    """The number of days left, to be read from a distance."""


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

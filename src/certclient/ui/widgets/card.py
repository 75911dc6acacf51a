"""Cards: what belongs together on a ground of its own; some can be clicked, chosen or selected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from certclient.ui.widgets.labels import CardTitle, SecondaryText, Sentence, sentences
from certclient.ui.widgets.painting import draw_box, draw_radio, painter_of
from certclient.ui.widgets.pictures import Picture
from certclient.ui.widgets.tokens import Radius, Space, Tokens, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent

_SELECTED_LINE = 2
_MARK, _PICTURE = 20, 40
"""Pixels: the side of a radio button."""


class Card(QWidget):
    """A white ground with round corners and a faint line."""

    def __init__(self, *parts: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        self.body.setSpacing(Space.S)
        for part in parts:
            self.body.addWidget(part)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws ground and line."""
        painter = painter_of(self)
        self.draw_ground(painter, tokens())
        painter.end()

    def draw_ground(self, painter: QPainter, colours: Tokens) -> None:
        """Draws ground and line."""
        draw_box(painter, QRectF(self.rect()), Radius.CARD, colours.card, colours.line)


class ActionCard(Card):
    """A card that can be clicked, and selected; Enter and Space click it, too."""

    clicked = Signal()

    def __init__(self, *parts: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(*parts, parent=parent)
        self._selected = self._pressed = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def selected(self) -> bool:
        """Whether it is the selected one."""
        return self._selected

    def set_selected(self, selected: bool) -> None:
        """Marks it as the selected one."""
        if selected != self._selected:
            self._selected = selected
            self.update()

    def draw_ground(self, painter: QPainter, colours: Tokens) -> None:
        """Draws ground and line, in the accent colour if it is selected."""
        place = QRectF(self.rect())
        if self._selected:
            line = colours.accent
            draw_box(painter, place, Radius.CARD, colours.card, line, _SELECTED_LINE)
        else:
            ground = colours.hover if self.underMouse() else colours.card
            draw_box(painter, place, Radius.CARD, ground, colours.line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clicks it by Enter or Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins a click."""
        self._pressed = event.button() is Qt.MouseButton.LeftButton

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a click, if the pointer is still there."""
        inside = self.rect().contains(event.position().toPoint())
        if self._pressed and inside:
            self.clicked.emit()
        self._pressed = False


class ChoiceCard(QAbstractButton):
    """One of several large choices: a radio button with picture, title and sentence.

    A choice that is not possible is disabled and says why. The arrow keys move among the choices
    with the same parent.
    """

    def __init__(self, picture: str, parent: QWidget | None = None) -> None:
        """`picture`: a name in resources/icons."""
        super().__init__(parent)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._picture = Picture(picture, _PICTURE)
        self._title, self._sentence, self._reason = CardTitle(), SecondaryText(), Sentence()
        column = QVBoxLayout()
        column.setSpacing(Space.XS)
        column.addStretch(1)
        for part in (self._title, self._sentence, self._reason):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            column.addWidget(part)
        column.addStretch(1)
        self._row = row = QHBoxLayout(self)
        # Narrow, so that a Japanese title breaks before its mnemonic at the earliest.
        row.setContentsMargins(Space.M, Space.S + Space.XS, Space.S, Space.S + Space.XS)
        row.setSpacing(Space.S)
        row.addSpacing(_MARK + Space.S)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(column, 1)
        self.set_texts("", "")

    def set_texts(self, title: str, sentence: str) -> None:
        """`sentence`: what it means to choose it; may be empty."""
        self.setText(title)
        self._title.set_text(re.sub("&(.)", r"\1", title))
        self._sentence.set_text(sentence)
        self._describe()

    def set_reason(self, reason: str) -> None:
        """Disables the choice and says why; "" enables it."""
        self._reason.set_text(reason)
        self.setEnabled(not reason)
        self._describe()

    def _describe(self) -> None:
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(sentences(self._sentence.text(), self._reason.text()))
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Greys out what cannot be chosen."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange:
            self._picture.setEnabled(self.isEnabled())
            self.update()

    def sizeHint(self) -> QSize:
        """As its content needs."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As its content needs."""
        return self._row.minimumSize()

    def hasHeightForWidth(self) -> bool:
        """Its texts wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """In pixels."""
        return self._row.heightForWidth(width)

    def hitButton(self, position: object) -> bool:
        """Everywhere."""
        del position
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws ground, line and the mark of a radio button."""
        colours, painter = tokens(), painter_of(self)
        place = QRectF(self.rect())
        if self.isChecked():
            ground = colours.accent_ground
            draw_box(painter, place, Radius.CARD, ground, colours.accent, _SELECTED_LINE)
        else:
            hovered = self.isEnabled() and self.underMouse()
            ground = colours.hover if hovered else colours.card
            line = colours.border if self.isEnabled() else colours.line
            draw_box(painter, place, Radius.CARD, ground, line)
        middle = self.height() / 2 - _MARK / 2
        colour = colours.disabled if not self.isEnabled() else colours.border
        spot = QRectF(Space.M, middle, _MARK, _MARK)
        draw_radio(painter, spot, colours.accent if self.isChecked() else colour, self.isChecked())
        painter.end()

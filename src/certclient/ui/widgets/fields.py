"""Fields with a boundary of 3:1: text, tick boxes and radio buttons whose texts wrap, and a field
with its label above and its error below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QLineEdit,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from certclient.ui.widgets import icons
from certclient.ui.widgets.error_panel import FieldMessage
from certclient.ui.widgets.labels import PlainLabel, SecondaryText, sentences
from certclient.ui.widgets.painting import draw_box, draw_radio, painter_of
from certclient.ui.widgets.tokens import CONTROL_HEIGHT, Radius, Space, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter, QPaintEvent

_MARK = 20
"""Pixels: the least side of a tick box or a radio button."""


def _mark(button: QAbstractButton) -> int:
    """The side of its mark in pixels, which grows with the text."""
    return max(_MARK, round(button.fontMetrics().height() * 0.8))


def dress_field(field: QLineEdit) -> None:
    """Gives a text field the height and the paddings of all fields. Its `paintEvent` calls
    `draw_field` first."""
    field.setFrame(False)
    field.setTextMargins(Space.S, 0, Space.S, 0)
    field.setMinimumHeight(CONTROL_HEIGHT)
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
    field.setPalette(palette)


def draw_field(field: QWidget) -> None:
    """Draws the ground of a field and its boundary."""
    colours, painter = tokens(), painter_of(field)
    ground = colours.card if field.isEnabled() else colours.ground
    line = colours.border if field.isEnabled() else colours.line
    if field.hasFocus():
        line = colours.accent
    width = 2 if field.hasFocus() else 1
    draw_box(painter, QRectF(field.rect()), Radius.CONTROL, ground, line, width)
    painter.end()


class TextField(QLineEdit):
    """One line of text."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        dress_field(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the boundary, then the text."""
        draw_field(self)
        super().paintEvent(event)


class _Marked:
    """What tick boxes and radio buttons have in common: a mark at the left of a text that wraps."""

    @staticmethod
    def prepare(button: QAbstractButton) -> None:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        button.setSizePolicy(policy)
        button.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @staticmethod
    def height(button: QAbstractButton, width: int) -> int:
        room = QRect(0, 0, max(width - _mark(button) - Space.S - Space.XS, 1), 1 << 20)
        needed = button.fontMetrics().boundingRect(room, _WRAPPED, button.text())
        return max(needed.height(), _mark(button)) + 2 * Space.S

    @staticmethod
    def hint(button: QAbstractButton) -> QSize:
        size = button.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, button.text())
        mark = _mark(button)
        width = mark + Space.S + 2 * Space.XS + size.width()
        return QSize(width, max(size.height(), mark) + 2 * Space.S)

    @staticmethod
    def least(button: QAbstractButton) -> QSize:
        words = button.text().split()
        latin = [word for word in words if word.isascii()]
        metrics = button.fontMetrics()
        widest = max((metrics.horizontalAdvance(word) for word in latin), default=0)
        mark = _mark(button)
        return QSize(mark + Space.S + 2 * Space.XS + max(widest, 4 * metrics.height()), mark)

    @staticmethod
    def place_of_mark(button: QAbstractButton) -> QRectF:
        line = button.fontMetrics().height()
        mark = _mark(button)
        return QRectF(Space.XS / 2, Space.S + max((line - mark) / 2, 0), mark, mark)

    @staticmethod
    def draw_text(button: QCheckBox | QRadioButton, painter: QPainter) -> None:
        option = QStyleOptionButton()
        button.initStyleOption(option)
        hint = QStyle.StyleHint.SH_UnderlineShortcut
        flags = _WRAPPED
        if not button.style().styleHint(hint, option, button):
            flags = (flags & ~int(Qt.TextFlag.TextShowMnemonic)) | int(Qt.TextFlag.TextHideMnemonic)
        colours = tokens()
        painter.setPen(colours.text if button.isEnabled() else colours.disabled)
        left = _mark(button) + Space.S + Space.XS
        painter.drawText(button.rect().adjusted(left, Space.S, 0, 0), flags, button.text())


_WRAPPED = int(
    Qt.TextFlag.TextWordWrap
    | Qt.TextFlag.TextShowMnemonic
    | Qt.AlignmentFlag.AlignLeft
    | Qt.AlignmentFlag.AlignTop
)


class CheckBox(QCheckBox):
    """A tick box whose text wraps."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        _Marked.prepare(self)

    def sizeHint(self) -> QSize:
        """In one line."""
        return _Marked.hint(self)

    def minimumSizeHint(self) -> QSize:
        """The longest word."""
        return _Marked.least(self)

    def hasHeightForWidth(self) -> bool:
        """The text wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """In pixels."""
        return _Marked.height(self, width)

    def hitButton(self, position: QPoint) -> bool:
        """Everywhere on mark and text."""
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws mark and text."""
        colours, painter = tokens(), painter_of(self)
        place = _Marked.place_of_mark(self)
        if self.isChecked():
            ground = colours.accent if self.isEnabled() else colours.disabled
            draw_box(painter, place, Space.XS, ground, None)
            icons.paint("check", colours.accent_text, painter, place.adjusted(2, 2, -2, -2))
        else:
            line = colours.border if self.isEnabled() else colours.line
            ground = colours.hover if self.underMouse() else colours.card
            draw_box(painter, place, Space.XS, ground, line)
        _Marked.draw_text(self, painter)
        painter.end()


class RadioButton(QRadioButton):
    """A radio button whose text wraps."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        _Marked.prepare(self)

    def sizeHint(self) -> QSize:
        """In one line."""
        return _Marked.hint(self)

    def minimumSizeHint(self) -> QSize:
        """The longest word."""
        return _Marked.least(self)

    def hasHeightForWidth(self) -> bool:
        """The text wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """In pixels."""
        return _Marked.height(self, width)

    def hitButton(self, position: QPoint) -> bool:
        """Everywhere on mark and text."""
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws mark and text."""
        colours, painter = tokens(), painter_of(self)
        colour = colours.accent if self.isChecked() else colours.border
        if not self.isEnabled():
            colour = colours.disabled
        draw_radio(painter, _Marked.place_of_mark(self), colour, self.isChecked())
        _Marked.draw_text(self, painter)
        painter.end()


class LabelledField(QWidget):
    """A field with its label above, a hint and its error below."""

    def __init__(self, field: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._label, self._hint, self._error = PlainLabel(), SecondaryText(), FieldMessage()
        self._label.setBuddy(field)
        self._hint.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        for part in (self._label, field, self._error, self._hint):
            layout.addWidget(part)

    def set_label(self, text: str) -> None:
        """`text`: with a mnemonic that leads into the field."""
        self._label.setText(text)

    def set_hint(self, text: str) -> None:
        """What to type; "" for nothing."""
        self._hint.set_text(text)
        self._describe()

    def set_error(self, text: str) -> None:
        """What is wrong with the field's content and how to mend it; "" if nothing is. Screen
        readers have it as the field's description; the window announces it."""
        self._error.set_text(text)
        self._describe()

    def error(self) -> str:
        """What is wrong, "" if nothing is."""
        return self._error.text()

    def _describe(self) -> None:
        self.field.setAccessibleDescription(sentences(self._error.text(), self._hint.text()))

"""Buttons: one primary button per page, secondary ones, a dangerous one, and small link-like ones.

Each paints itself in the colours of `tokens`, at least 40 pixels high. A button's text says what
it does; colour and weight only repeat its rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from certclient.ui.widgets import icons
from certclient.ui.widgets.painting import draw_box, painter_of
from certclient.ui.widgets.tokens import CONTROL_HEIGHT, Radius, Scheme, Space, Tokens, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPainter, QPaintEvent

_LINK_HEIGHT = 32
_CHEVRON = "chevron-down"


@dataclass(frozen=True, slots=True)
class ButtonLook:
    """The colours of a button in one state; None: nothing is drawn there."""

    text: QColor
    ground: QColor | None
    line: QColor | None


class SecondaryButton(QPushButton):
    """One of a page's other actions; the base of all buttons."""

    _height = CONTROL_HEIGHT
    _padding = Space.M

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon_name = ""
        self._primary = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_icon(self, name: str) -> None:
        """Shows the icon resources/icons/`name`.svg in the text's colour; "" for none."""
        if name != self._icon_name:
            self._icon_name = name
            self.updateGeometry()
            self.update()

    @property
    def icon_name(self) -> str:
        """The icon's name, "" for none."""
        return self._icon_name

    def set_primary(self, primary: bool) -> None:
        """Gives it the emphasis of the one that goes on, or takes it away."""
        if primary != self._primary:
            self._primary = primary
            self.update()

    @property
    def primary(self) -> bool:
        """Whether it has the emphasis of the one that goes on."""
        return self._primary

    def sizeHint(self) -> QSize:
        """The text with its padding, at least 40 pixels high."""
        metrics = self.fontMetrics()
        # As Qt's own buttons, which leave room for the text that an empty button gets later.
        width = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        if self._icon_name:
            width += metrics.height() + (Space.S if self.text() else 0)
        if self.menu() is not None:
            width += metrics.height() // 2 + Space.S
        height = max(metrics.height() + 2 * Space.S, self._height)
        return QSize(width + 2 * self._padding, height)

    def minimumSizeHint(self) -> QSize:
        """Same as `sizeHint`: a text is never cut off."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Takes the place that another text size needs."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def look(self, colours: Tokens) -> ButtonLook:
        """The colours in the button's present state."""
        if not self.isEnabled():
            return ButtonLook(colours.disabled, None, colours.line)
        if self._primary:
            active = self.isDown() or self.underMouse()
            ground = colours.accent_hover if active else colours.accent
            return ButtonLook(colours.accent_text, ground, None)
        ground = colours.control
        if self.isDown() or (self.menu() is not None and self.menu().isVisible()):
            ground = colours.pressed
        elif self.underMouse():
            ground = colours.hover
        return ButtonLook(colours.control_text, ground, colours.border)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws ground, icon and text."""
        colours = tokens()
        look = self.look(colours)
        painter = painter_of(self)
        thick = 2 if colours.scheme is Scheme.CONTRAST and self.underMouse() else 1
        draw_box(painter, QRectF(self.rect()), Radius.CONTROL, look.ground, look.line, thick)
        self._draw_content(painter, look.text)
        painter.end()

    def _draw_content(self, painter: QPainter, colour: QColor) -> None:
        metrics, place = self.fontMetrics(), self.rect()
        text = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        side = metrics.height()
        gap = Space.S if self.text() else 0
        width = text + (side + gap if self._icon_name else 0)
        arrow = side // 2 + Space.S if self.menu() is not None else 0
        left = self._left(place, width + arrow)
        if self._icon_name:
            icon = QRectF(left, place.center().y() - side / 2 + 0.5, side, side)
            icons.paint(self._icon_name, colour, painter, icon)
            left += side + gap
        painter.setPen(colour)
        painter.setFont(self.font())
        area = QRect(left, place.top(), text + Space.XS, place.height())
        painter.drawText(area, self._flags(), self.text())
        if arrow:
            half = side / 2
            spot = QRectF(left + text + Space.S, place.center().y() - half / 2 + 1, half, half)
            icons.paint(_CHEVRON, colour, painter, spot)

    def _left(self, place: QRect, width: int) -> int:
        return place.left() + max((place.width() - width) // 2, 0)

    def _flags(self) -> int:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        hint = QStyle.StyleHint.SH_UnderlineShortcut
        underlined = self.style().styleHint(hint, option, self)
        mnemonic = Qt.TextFlag.TextShowMnemonic if underlined else Qt.TextFlag.TextHideMnemonic
        return int(mnemonic | Qt.TextFlag.TextSingleLine | Qt.AlignmentFlag.AlignVCenter)


class PrimaryButton(SecondaryButton):
    """What goes on, in the accent colour; at most one on a page."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.set_primary(True)


class DangerButton(SecondaryButton):
    """What cannot be undone."""

    def look(self, colours: Tokens) -> ButtonLook:
        """In the colour of errors."""
        if not self.isEnabled():
            return super().look(colours)
        line = colours.border if colours.scheme is Scheme.CONTRAST else None
        return ButtonLook(colours.danger_text, colours.danger, line)


class LinkButton(SecondaryButton):
    """A small action beside the page's own, like a link."""

    _height = _LINK_HEIGHT
    _padding = Space.S

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def look(self, colours: Tokens) -> ButtonLook:
        """Without a ground until the pointer is there."""
        if not self.isEnabled():
            return ButtonLook(colours.disabled, None, None)
        active = self.isDown() or self.underMouse()
        return ButtonLook(colours.link, colours.hover if active else None, None)

    def _left(self, place: QRect, _width: int) -> int:
        return place.left() + self._padding

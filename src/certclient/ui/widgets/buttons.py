"""Buttons: one primary button per page, secondary ones, a dangerous one, and small link-like ones.

Each paints itself in the colours of `tokens`, at least 40 pixels high. A button's text says what
it does; colour and weight only repeat its rank.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from certclient.ui.widgets import icons
from certclient.ui.widgets.painting import draw_box, painter_of
from certclient.ui.widgets.tokens import CONTROL_HEIGHT, Radius, Scheme, Space, Tokens, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPaintEvent

_LINK_HEIGHT = 32
_CHEVRON = "chevron-down"


class ButtonRank(enum.Enum):
    """How much a button stands out."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    DANGER = "danger"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class ButtonLook:
    """The colours of a button in one state; None: nothing is drawn there."""

    text: QColor
    ground: QColor | None
    line: QColor | None


def look_of(button: QPushButton, rank: ButtonRank, colours: Tokens) -> ButtonLook:
    """Returns the colours of `button` in its present state."""
    link = rank is ButtonRank.LINK
    if not button.isEnabled():
        return ButtonLook(colours.disabled, None, None if link else colours.line)
    menu = button.menu()
    down = button.isDown() or (menu is not None and menu.isVisible())
    hovered = button.underMouse()
    if rank is ButtonRank.PRIMARY:
        ground = colours.accent_hover if down or hovered else colours.accent
        return ButtonLook(colours.accent_text, ground, None)
    if rank is ButtonRank.DANGER:
        line = colours.border if colours.scheme is Scheme.CONTRAST else None
        return ButtonLook(colours.danger_text, colours.danger, line)
    if link:
        return ButtonLook(colours.link, colours.hover if down or hovered else None, None)
    ground = colours.hover if hovered else colours.control
    return ButtonLook(colours.control_text, colours.pressed if down else ground, colours.border)


def draw_button(
    button: QPushButton, rank: ButtonRank, *, icon: str = "", padding: int = Space.M
) -> None:
    """Draws ground, icon and text of `button`; those of a link lie at the left."""
    colours = tokens()
    look = look_of(button, rank, colours)
    painter = painter_of(button)
    thick = 2 if colours.scheme is Scheme.CONTRAST and button.underMouse() else 1
    draw_box(painter, QRectF(button.rect()), Radius.CONTROL, look.ground, look.line, thick)
    metrics, place = button.fontMetrics(), button.rect()
    side = metrics.height()
    text = metrics.size(Qt.TextFlag.TextShowMnemonic, button.text()).width()
    mark = side + (Space.S if text else 0) if icon else 0
    arrow = side // 2 + Space.S if button.menu() is not None else 0
    left = place.left() + padding
    if rank is not ButtonRank.LINK:
        left = place.left() + max((place.width() - text - mark - arrow) // 2, 0)
    if icon:
        spot = QRectF(left, place.center().y() - side / 2 + 0.5, side, side)
        icons.paint(icon, look.text, painter, spot)
    painter.setPen(look.text)
    painter.setFont(button.font())
    area = QRect(left + mark, place.top(), text + Space.XS, place.height())
    painter.drawText(area, _flags(button), button.text())
    if arrow:
        half = side / 2
        at = left + mark + text + Space.S
        chevron = QRectF(at, place.center().y() - half / 2 + 1, half, half)
        icons.paint(_CHEVRON, look.text, painter, chevron)
    painter.end()


def _flags(button: QPushButton) -> int:
    option = QStyleOptionButton()
    button.initStyleOption(option)
    underlined = button.style().styleHint(QStyle.StyleHint.SH_UnderlineShortcut, option, button)
    mnemonic = Qt.TextFlag.TextShowMnemonic if underlined else Qt.TextFlag.TextHideMnemonic
    return int(mnemonic | Qt.TextFlag.TextSingleLine | Qt.AlignmentFlag.AlignVCenter)


class SecondaryButton(QPushButton):
    """One of a page's other actions; the base of all buttons."""

    _height = CONTROL_HEIGHT
    _padding = Space.M
    _first_rank = ButtonRank.SECONDARY

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon_name = ""
        self._rank = self._first_rank
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def rank(self) -> ButtonRank:
        """How much it stands out."""
        return self._rank

    def set_rank(self, rank: ButtonRank) -> None:
        """Changes how much it stands out."""
        if rank is not self._rank:
            self._rank = rank
            self.update()

    def set_primary(self, primary: bool) -> None:
        """Gives it the emphasis of the one that goes on, or takes it away."""
        self.set_rank(ButtonRank.PRIMARY if primary else ButtonRank.SECONDARY)

    @property
    def primary(self) -> bool:
        """Whether it has the emphasis of the one that goes on."""
        return self._rank is ButtonRank.PRIMARY

    def set_icon(self, name: str) -> None:
        """Shows the icon resources/icons/`name`.svg in the text's colour; "" for none."""
        if name != self._icon_name:
            self._icon_name = name
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """The text with its padding, at least 40 pixels high."""
        metrics = self.fontMetrics()
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

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws ground, icon and text."""
        draw_button(self, self._rank, icon=self._icon_name, padding=self._padding)


class PrimaryButton(SecondaryButton):
    """What goes on, in the accent colour; at most one on a page."""

    _first_rank = ButtonRank.PRIMARY


class DangerButton(SecondaryButton):
    """What cannot be undone, in the colour of errors."""

    _first_rank = ButtonRank.DANGER


class LinkButton(SecondaryButton):
    """A small action beside the page's own, like a link."""

    _height = _LINK_HEIGHT
    _padding = Space.S
    _first_rank = ButtonRank.LINK

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class _Dress(QObject):
    """Draws a button that Qt has made, such as a message box's."""

    def __init__(self, button: QPushButton, rank: ButtonRank) -> None:
        super().__init__(button)
        self._rank = rank
        button.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes over the painting."""
        if event.type() is QEvent.Type.Paint and isinstance(watched, QPushButton):
            draw_button(watched, self._rank)
            return True
        return False


def dress(button: QPushButton, rank: ButtonRank = ButtonRank.SECONDARY) -> None:
    """Makes a button of Qt's look like ours. Its text must not change any more."""
    metrics = button.fontMetrics()
    width = metrics.size(Qt.TextFlag.TextShowMnemonic, button.text()).width() + 2 * Space.M
    button.setIcon(QIcon())
    button.setMinimumSize(width, max(metrics.height() + 2 * Space.S, CONTROL_HEIGHT))
    _Dress(button, rank)

"""A bank's logo and colour from its profile, as the windows show them on any ground."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from certclient.ui.widgets.contrast import legible
from certclient.ui.widgets.painting import fill
from certclient.ui.widgets.parts import CardTitle
from certclient.ui.widgets.tokens import Radius, Scheme, Space, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from certclient.model.profile import Profile

LINE_CONTRAST = 3.0
"""What a graphical object needs (WCAG 2.2, 1.4.11)."""
_LOGO_LINES = 1.7
"""The side of a logo in lines of text."""


def bank_colour(profile: Profile | None) -> QColor | None:
    """The bank's colour, made lighter or darker until it is seen on a card; None if the profile
    names none, and in a contrast theme, whose colours are the user's."""
    colours = tokens()
    if profile is None or not profile.appearance.colour or colours.scheme is Scheme.CONTRAST:
        return None
    wanted = QColor(profile.appearance.colour)
    return legible(wanted, (colours.card, colours.ground), LINE_CONTRAST)


class BankLogo(QWidget):
    """Hidden for a bank without a logo, or with one that cannot be drawn. It stands on white: a
    logo's own colours are made for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_bank(self, profile: Profile | None) -> None:
        """Shows the logo of this bank's profile."""
        self._image = _image(profile.appearance.logo) if profile is not None else QImage()
        self.setVisible(not self._image.isNull())
        self.update()

    def sizeHint(self) -> QSize:
        """A square that goes with the text's size."""
        side = round(self.fontMetrics().height() * _LOGO_LINES)
        return QSize(side, side)

    def changeEvent(self, event: QEvent) -> None:
        """Follows the text's size."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the logo in a white square with round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRectF(self.rect())
        corners = QPainterPath()
        corners.addRoundedRect(place, Radius.CONTROL, Radius.CONTROL)
        painter.setClipPath(corners)
        fill(painter, place, QColor("white"))
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        inside = QRectF(0, 0, size.width(), size.height())
        inside.moveCenter(place.center())
        painter.drawImage(inside, self._image)
        painter.end()


class BankHeading(QWidget):
    """Logo and name above the cards of one bank, if there are several."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._logo, self._name = BankLogo(), CardTitle()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.S, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self._logo)
        row.addWidget(self._name, 1)

    def show_bank(self, profile: Profile | None, name: str) -> None:
        """Shows this bank; `name`: in the current language."""
        self._logo.show_bank(profile)
        self._name.setText(name)

    @property
    def text(self) -> str:
        """The bank's name as it is shown."""
        return self._name.text()


@lru_cache(maxsize=16)
def _image(content: bytes) -> QImage:
    # By its name, so that no other decoder is tried.
    # PySide takes the name as a text, whatever its types say.
    return QImage.fromData(content, cast("bytes", "png")) if content else QImage()

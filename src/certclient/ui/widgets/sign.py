"""Icons with a colour that is legible on light and dark backgrounds; a text always stands beside
them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel

from certclient.ui.widgets import icons

GREEN = ("#1a7f37", "#56d364")
AMBER = ("#8a5a00", "#e3b341")
RED = ("#c01c28", "#ff8a80")
PLAIN = ("", "")


@dataclass(frozen=True, slots=True)
class Sign:
    """`icon` is a file in resources/icons. The colours, for light and dark backgrounds, have a
    contrast of at least 4.5:1; "" means the text colour."""

    icon: str
    light: str
    dark: str

    def colour(self, palette: QPalette) -> QColor:
        """Returns the colour that suits the palette's background."""
        name = self.dark if is_dark(palette) else self.light
        return QColor(name) if name else palette.color(QPalette.ColorRole.Text)


def is_dark(palette: QPalette) -> bool:
    """Returns whether the palette has light text on a dark background."""
    base = palette.color(QPalette.ColorRole.Base)
    return base.lightness() < palette.color(QPalette.ColorRole.Text).lightness()


class SignLabel(QLabel):
    """Shows a `Sign` at the height of its text; keeps its width while it shows none."""

    def show_sign(self, sign: Sign | None) -> None:
        """Draws `sign`, sharp at any scale of the screen; None clears the label."""
        side = self.fontMetrics().height()
        self.setFixedWidth(side)
        if sign is None:
            self.clear()
            return
        scale = self.devicePixelRatioF()
        pixmap = icons.pixmap(sign.icon, sign.colour(self.palette()), round(side * scale))
        pixmap.setDevicePixelRatio(scale)
        self.setPixmap(pixmap)

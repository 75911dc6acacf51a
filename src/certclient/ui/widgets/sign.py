"""Icons in the colour of a state; a text always stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel

from certclient.ui.widgets import icons
from certclient.ui.widgets.tokens import Severity, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

GREEN, AMBER, RED = (Severity.SUCCESS,), (Severity.WARNING,), (Severity.ERROR,)
PLAIN = (None,)


@dataclass(frozen=True, slots=True)
class Sign:
    """`icon` is a file in resources/icons; None means the text's colour."""

    icon: str
    severity: Severity | None

    def colour(self) -> QColor:
        """Returns the colour in the present theme."""
        colours = tokens()
        return colours.text if self.severity is None else colours.state(self.severity).text


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
        pixmap = icons.pixmap(sign.icon, sign.colour(), round(side * scale))
        pixmap.setDevicePixelRatio(scale)
        self.setPixmap(pixmap)

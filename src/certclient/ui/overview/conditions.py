"""How a certificate's condition looks: a shape and a colour, never one without the other."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from certclient.enrollment.overview import Condition


@dataclass(frozen=True, slots=True)
class Look:
    """`icon` is a file of resources/icons; the colours are for light and dark backgrounds and keep
    a contrast of 4.5 : 1 to them. "" is the colour of the text."""

    icon: str
    light: str
    dark: str

    def colour(self, palette: QPalette) -> QColor:
        """The colour on the palette's background."""
        name = self.dark if is_dark(palette) else self.light
        return QColor(name) if name else palette.color(QPalette.ColorRole.Text)


_GREEN = ("#1a7f37", "#56d364")
_AMBER = ("#8a5a00", "#e3b341")
_RED = ("#c01c28", "#ff8a80")
_PLAIN = ("", "")

LOOKS = {
    Condition.VALID: Look("valid", *_GREEN),
    Condition.RENEWABLE: Look("renewable", *_AMBER),
    Condition.URGENT: Look("urgent", *_RED),
    Condition.OBTAINABLE: Look("expired", *_RED),
    Condition.TOO_LATE: Look("expired", *_RED),
    Condition.REPLACED: Look("archived", *_PLAIN),
    Condition.ARCHIVED: Look("put-away", *_PLAIN),
    Condition.NO_KEY: Look("no-key", *_AMBER),
    Condition.UNFINISHED: Look("waiting", *_AMBER),
    Condition.NOT_ACCEPTED: Look("not-accepted", *_RED),
}


def is_dark(palette: QPalette) -> bool:
    """Whether texts stand on a dark background."""
    base = palette.color(QPalette.ColorRole.Base)
    return base.lightness() < palette.color(QPalette.ColorRole.Text).lightness()

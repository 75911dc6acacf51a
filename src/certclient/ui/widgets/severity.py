"""How serious a message is: its icon, and a colour that is legible on every ground."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPalette

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(enum.Enum):
    """The value is the name of the icon, so that the colour is never the only difference."""

    ERROR = "urgent"
    WARNING = "warning"
    INFORMATION = "information"


_ON_LIGHT: Mapping[Severity, str] = {
    Severity.ERROR: "#b3261e",
    Severity.WARNING: "#7a4d00",
    Severity.INFORMATION: "#1a5a96",
}
_ON_DARK: Mapping[Severity, str] = {
    Severity.ERROR: "#ff8f85",
    Severity.WARNING: "#ffc44d",
    Severity.INFORMATION: "#8ec5ff",
}
_MIDDLE = 128
"""Grounds of a lower lightness (0 to 255) are dark."""


def severity_colour(severity: Severity, palette: QPalette) -> QColor:
    """Returns the colour of `severity` on the windows' ground: at least 4.5:1, as texts need (WCAG
    1.4.3), in light, dark and high-contrast themes."""
    dark = palette.color(QPalette.ColorRole.Window).lightness() < _MIDDLE
    return QColor((_ON_DARK if dark else _ON_LIGHT)[severity])

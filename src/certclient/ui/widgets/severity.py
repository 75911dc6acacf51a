"""How serious a message is: its icon, and a colour that is legible on every ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.ui.widgets.tokens import Severity, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPalette

__all__ = ["Severity", "severity_colour"]


def severity_colour(severity: Severity, _palette: QPalette | None = None) -> QColor:
    """Returns the colour of `severity` for texts and icons (at least 4.5:1, WCAG 1.4.3)."""
    return tokens().state(severity).text

"""The application-wide style, its theme and text sizes, and a legible font for Japanese."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QStyleFactory

from certclient.ui.widgets.focus_ring import FocusMarker
from certclient.ui.widgets.text_size import TextSize
from certclient.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Collection

WINDOWS_FONTS = ("Yu Gothic UI", "Meiryo UI", "Noto Sans CJK JP")
"""In order of preference: Windows 10 and 11, every Japanese Windows, Wine on Linux."""


def apply_style(application: QApplication) -> None:
    """Sets style, theme and fonts, and marks the focus. Call it before the first window."""
    FocusMarker(application)
    if application.style().name() != "fusion":
        # Qt's fallback style and its Windows 10 style have no dark colours; its Windows 11 style
        # draws black text on the dark blue of a selected row (docs/adr/0009). Desktops' styles
        # have colours of their own beside the palette.
        application.setStyle(QStyleFactory.create("Fusion"))
    font = application.font()
    if sys.platform == "win32":
        font = japanese_font(font, QFontDatabase.families())
    TextSize(application, font)
    Theme(application)


def japanese_font(system: QFont, families: Collection[str]) -> QFont:
    """Returns `system` with the best Japanese family in `families`.

    An English or Chinese Windows has another UI font and takes kanji from fallback fonts, which
    mixes shapes and weights. Returns `system` unchanged if no such family is installed.
    """
    found = next((family for family in WINDOWS_FONTS if family in families), None)
    if found is None:
        return system
    font = QFont(system)
    # Glyphs missing from the Japanese family come from the system's.
    font.setFamilies([found, *system.families()])
    return font

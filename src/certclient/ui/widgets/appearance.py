"""The application-wide style and a legible font for Japanese."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QStyleFactory

from certclient.ui.widgets.focus_ring import FocusMarker

if TYPE_CHECKING:
    from collections.abc import Collection

WINDOWS_FONTS = ("Yu Gothic UI", "Meiryo UI", "Noto Sans CJK JP")
"""In order of preference: Windows 10 and 11, every Japanese Windows, Wine on Linux."""

_LEAST_POINTS = 9.0
"""The text size of Windows' own windows."""


def apply_style(application: QApplication) -> None:
    """Sets style and font, and marks the focus. Call it before the first window is created."""
    FocusMarker(application)
    if sys.platform == "win32" or application.style().name() == "windows":
        # Qt's fallback style and its Windows 10 style have no dark colours; its Windows 11 style
        # draws black text on the dark blue of a selected row (docs/adr/0009).
        application.setStyle(QStyleFactory.create("Fusion"))
    if sys.platform == "win32":
        application.setFont(japanese_font(application.font(), QFontDatabase.families()))


def japanese_font(system: QFont, families: Collection[str]) -> QFont:
    """Returns `system` with the best Japanese family in `families`, in a legible size.

    An English or Chinese Windows has another UI font and takes kanji from fallback fonts, which
    mixes shapes and weights. Returns `system` unchanged if no such family is installed.
    """
    found = next((family for family in WINDOWS_FONTS if family in families), None)
    if found is None:
        return system
    font = QFont(system)
    # Glyphs missing from the Japanese family come from the system's.
    font.setFamilies([found, *system.families()])
    font.setPointSizeF(max(system.pointSizeF(), _LEAST_POINTS))
    return font

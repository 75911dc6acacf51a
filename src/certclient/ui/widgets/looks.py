"""How the windows look as a whole: a style that can be read everywhere, a font for Japanese."""

from __future__ import annotations

import sys
from collections.abc import Collection

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QStyleFactory

WINDOWS_FONTS = ("Yu Gothic UI", "Meiryo UI", "Noto Sans CJK JP")
"""Best first: Windows 10 and 11, every Japanese Windows, Wine on Linux."""

_LEAST_POINTS = 9.0
"""The size of the texts of Windows' own windows."""


def dress(application: QApplication) -> None:
    """Sets style and font, before the first window."""
    if sys.platform == "win32" or application.style().name() == "windows":
        # Qt's last resort knows no dark colours, and neither does its style of Windows 10; that of
        # Windows 11 writes black on the dark blue of a chosen row (docs/adr/0009).
        application.setStyle(QStyleFactory.create("Fusion"))
    if sys.platform == "win32":
        application.setFont(for_japanese(application.font(), QFontDatabase.families()))


def for_japanese(system: QFont, families: Collection[str]) -> QFont:
    """`system` in the best Japanese family of `families`, in a size that can be read.

    An English or Chinese Windows has another font for its windows and takes kanji from wherever it
    finds them, so that shapes and weights are mixed. Where no such family is, `system` stays.
    """
    found = next((family for family in WINDOWS_FONTS if family in families), None)
    if found is None:
        return system
    font = QFont(system)
    # What the Japanese family has not is taken from the system's.
    font.setFamilies([found, *system.families()])
    font.setPointSizeF(max(system.pointSizeF(), _LEAST_POINTS))
    return font

"""Menus whose longest entry is shown whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu


def fit_entries(menu: QMenu) -> None:
    """Widens a menu that has just been filled by two of its Japanese letters: with some Japanese
    fonts Qt leaves the longest entry too little room (on Windows by more than one letter), and
    shows it without its middle (この電子証明書…する)."""
    menu.setMinimumWidth(0)
    room = menu.fontMetrics().horizontalAdvance("ああ")
    menu.setMinimumWidth(menu.sizeHint().width() + room)

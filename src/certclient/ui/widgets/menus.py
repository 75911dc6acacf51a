"""Menus whose longest entry is shown whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.ui.widgets.tokens import Space

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu


def fit_entries(menu: QMenu) -> None:
    """Widens a menu that has just been filled: Qt leaves the longest entry a few pixels too little
    with some Japanese fonts, and shows it without its middle (この電子証明書…する)."""
    menu.setMinimumWidth(0)
    menu.setMinimumWidth(menu.sizeHint().width() + Space.M)

"""Menus whose longest entry is shown whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu


def fit_entries(menu: QMenu) -> None:
    """Widens a menu that is about to be shown by two of its Japanese letters: with some Japanese
    fonts Qt leaves the longest entry too little room (on Windows by more than one letter), and
    shows it without its middle (この電子証明書…する)."""
    _set_least_width(menu, 0)
    room = menu.fontMetrics().horizontalAdvance("ああ")
    _set_least_width(menu, menu.sizeHint().width() + room)


def _set_least_width(menu: QMenu, width: int) -> None:
    """Sets the least width in pixels, and makes Qt measure the entries anew: it places a menu by
    what it has measured before."""
    menu.setMinimumWidth(width)
    QCoreApplication.sendEvent(menu, QEvent(QEvent.Type.LayoutDirectionChange))

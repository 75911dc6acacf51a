"""Keeps the selected row of a list visible, whether or not the list has the focus.

Without focus, Windows' palette gives a selected row almost the colour of the window, and alternate
rows may be darker than it: the row that looks selected is then not the one that a button acts on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication, QPalette

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractItemView

_ROLES = (QPalette.ColorRole.Highlight, QPalette.ColorRole.HighlightedText)
_CHANGES = (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange)


class _SelectionColours(QObject):
    """Gives a view without focus the selection colours of one with focus, in every theme."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        view.installEventFilter(self)
        self._apply()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Follows a change of the theme."""
        if event.type() in _CHANGES:
            self._apply()
        return False

    def _apply(self) -> None:
        theme, wanted = QGuiApplication.palette(), QPalette()
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
            for role in _ROLES:
                wanted.setColor(group, role, theme.color(QPalette.ColorGroup.Active, role))
        current = self._view.palette()
        groups = (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive)
        if any(current.color(g, r) != wanted.color(g, r) for g in groups for r in _ROLES):
            self._view.setPalette(wanted)


def keep_selection_visible(view: QAbstractItemView) -> None:
    """Shows the selection of `view` in the same colours with and without focus.

    Turns alternate row colours off, which look like a selection beside it.
    """
    view.setAlternatingRowColors(False)
    _SelectionColours(view)

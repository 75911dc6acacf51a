"""A read-only view for long texts."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit


def read_only_text(text: str = "") -> QPlainTextEdit:
    """Returns a view of `text` in a fixed-width font, selectable by mouse and keyboard."""
    made = QPlainTextEdit(text)
    made.setReadOnly(True)
    made.setTabChangesFocus(True)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    font = QFont()  # without a size: that follows the user's choice
    font.setFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
    font.setStyleHint(QFont.StyleHint.Monospace)
    made.setFont(font)
    return made

"""What the user chose once: kept in a small file of this user."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from certclient.i18n.catalogue import Language

_LANGUAGE = "language"
_GEOMETRY = "main-window"


class Settings:
    """Best effort: a file that cannot be written forgets at the program's end."""

    def __init__(self, path: Path) -> None:
        self._file = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def language(self) -> Language | None:
        """The language that was chosen; None for the system's."""
        value = self._file.value(_LANGUAGE, "")
        return next((language for language in Language if language.value == value), None)

    @language.setter
    def language(self, language: Language) -> None:
        self._file.setValue(_LANGUAGE, language.value)
        self._file.sync()

    @property
    def geometry(self) -> QByteArray:
        """Where the main window was; empty at first."""
        value = self._file.value(_GEOMETRY)
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._file.setValue(_GEOMETRY, geometry)
        self._file.sync()

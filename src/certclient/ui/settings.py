"""The user's preferences, kept in a small per-user file."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings

from certclient.i18n.language import Language
from certclient.platform.private_files import open_private, private_folder

if TYPE_CHECKING:
    from pathlib import Path

_LANGUAGE = "language"
_GEOMETRY = "main-window"
_TEXT_PERCENT = "text-percent"
_NORMAL_PERCENT = 100
_PERCENT = re.compile("[0-9]{2,3}")


class UiSettings:
    """Best effort: if the file cannot be written, changes last until the program exits."""

    def __init__(self, path: Path) -> None:
        # Before Qt creates it with the umask's permissions.
        with contextlib.suppress(OSError):
            private_folder(path.parent)
            os.close(open_private(path, os.O_WRONLY | os.O_CREAT))
        self._file = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def language(self) -> Language | None:
        """The language the user chose; None to follow the system."""
        value = self._file.value(_LANGUAGE, "")
        return next((language for language in Language if language.value == value), None)

    @language.setter
    def language(self, language: Language) -> None:
        self._file.setValue(_LANGUAGE, language.value)
        self._file.sync()

    @property
    def text_percent(self) -> int:
        """The size of texts in percent (`widgets.text_size`); 100 at first."""
        value = str(self._file.value(_TEXT_PERCENT, ""))
        return int(value) if _PERCENT.fullmatch(value) else _NORMAL_PERCENT

    @text_percent.setter
    def text_percent(self, percent: int) -> None:
        self._file.setValue(_TEXT_PERCENT, percent)
        self._file.sync()

    @property
    def geometry(self) -> QByteArray:
        """The main window's saved geometry (`QWidget.saveGeometry`); empty at first."""
        value = self._file.value(_GEOMETRY)
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._file.setValue(_GEOMETRY, geometry)
        self._file.sync()

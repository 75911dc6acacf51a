"""The language of the windows: Qt Linguist's translations and the catalogue of sentences, switched
together at run time.

The `tr()` source texts are English. `certclient_*.ts` live in resources/i18n; tools/translations.py
builds the `.qm` files next to them, which are not committed. A switch sends every widget a
`QEvent.Type.LanguageChange`, and each widget's `changeEvent` sets its texts again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal

from certclient.i18n.language import Language
from certclient.platform.resources import resources_folder

if TYPE_CHECKING:
    from certclient.i18n.catalogue import Catalogue

FRONT_END = "window"
"""The catalogue's table [how.window]: what actions are called in the windows."""


class Languages(QObject):
    """The current language. Lives in the GUI thread, next to the application object."""

    changed = Signal()

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language = language
        self._catalogue: Catalogue | None = None
        self._translators: list[QTranslator] = []
        self._install()

    @property
    def current(self) -> Language:
        """The language of all windows; changed by `switch`."""
        return self._language

    @property
    def catalogue(self) -> Catalogue:
        """Sentences, labels, dates and numbers in the current language."""
        from certclient.i18n.catalogue import load

        if self._catalogue is None or self._catalogue.language is not self._language:
            self._catalogue = load(self._language, FRONT_END)
        return self._catalogue

    @property
    def locale(self) -> QLocale:
        """The QLocale of the current language, for Qt's own formatting."""
        japanese = self._language is Language.JAPANESE
        return QLocale(QLocale.Language.Japanese if japanese else QLocale.Language.English)

    def switch(self, language: Language) -> None:
        """Switches every window to `language`; does nothing if it is current already."""
        if language is not self._language:
            self._language = language
            self._install()
            self.changed.emit()

    def remove(self) -> None:
        """Uninstalls the translators from the application."""
        for translator in self._translators:
            QCoreApplication.removeTranslator(translator)
        self._translators = []

    def _install(self) -> None:
        self.remove()
        folders = (
            # Qt's own first: Qt searches the translator installed last before the others.
            ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
            ("certclient", str(_folder())),
        )
        for name, folder in folders:
            translator = QTranslator(self)
            if translator.load(f"{name}_{self._language.value}", folder):
                QCoreApplication.installTranslator(translator)
                self._translators.append(translator)


def _folder() -> Path:
    return resources_folder() / "i18n"

"""The language of the windows: Qt Linguist's texts and the catalogue of sentences, switched
together at run time.

`tr()` source texts are English. `certclient_*.ts` lie in resources/i18n; the `.qm` beside them are
made from them by tools/translations.py and are not committed. A switch sends every widget a
`QEvent.Type.LanguageChange`: its `changeEvent` sets its texts again.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal

from certclient.i18n.catalogue import Catalogue, Language, load

FRONT_END = "window"
"""The table [how.window] of the catalogue: what actions are called in the windows."""


class Languages(QObject):
    """Which language is shown now. Lives in the GUI thread, next to the application object."""

    changed = Signal()

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language = language
        self._translators: list[QTranslator] = []
        self._install()

    @property
    def current(self) -> Language:
        return self._language

    @property
    def words(self) -> Catalogue:
        """Sentences, labels, dates and numbers in this language."""
        return load(self._language, FRONT_END)

    @property
    def locale(self) -> QLocale:
        japanese = self._language is Language.JAPANESE
        return QLocale(QLocale.Language.Japanese if japanese else QLocale.Language.English)

    def switch(self, language: Language) -> None:
        """Shows every window in `language` from now on."""
        if language is not self._language:
            self._language = language
            self._install()
            self.changed.emit()

    def remove(self) -> None:
        """Takes the texts out of the application again."""
        for translator in self._translators:
            QCoreApplication.removeTranslator(translator)
        self._translators = []

    def _install(self) -> None:
        self.remove()
        folders = (
            # Qt's own first: of two translators the later one is asked first.
            ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
            ("certclient", str(_folder())),
        )
        for name, folder in folders:
            translator = QTranslator(self)
            if translator.load(f"{name}_{self._language.value}", folder):
                QCoreApplication.installTranslator(translator)
                self._translators.append(translator)


def _folder() -> Path:
    return Path(str(files("certclient.resources"))) / "i18n"

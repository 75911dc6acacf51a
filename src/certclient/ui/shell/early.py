"""What is known of the user before anything is loaded."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from certclient.i18n.language import Language, language_from_environment
from certclient.platform.folders import settings_file
from certclient.ui.language import Languages
from certclient.ui.overview.frame_context import EarlyContext
from certclient.ui.settings import UiSettings
from certclient.ui.widgets.text_size import text_size

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from certclient.model.start import Start


def early_context(start: Start, application: QApplication) -> EarlyContext:
    """The language of the windows, and the user's choices, among them the size of texts."""
    settings = UiSettings(settings_file())
    chosen = next((one for one in Language if one.value == start.language), None)
    system = language_from_environment(os.environ, QLocale.system().name())
    _remember_text_size(application, settings)
    return EarlyContext(Languages(chosen or settings.language or system, application), settings)


def _remember_text_size(application: QApplication, settings: UiSettings) -> None:
    size = text_size(application)
    size.set_percent(settings.text_percent)
    size.changed.connect(lambda percent: setattr(settings, "text_percent", percent))

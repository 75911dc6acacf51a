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

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from certclient.model.start import Start


def early_context(start: Start, parent: QObject) -> EarlyContext:
    """The language of the windows, and the user's choices; `parent` is the application."""
    settings = UiSettings(settings_file())
    chosen = next((one for one in Language if one.value == start.language), None)
    system = language_from_environment(os.environ, QLocale.system().name())
    return EarlyContext(Languages(chosen or settings.language or system, parent), settings)

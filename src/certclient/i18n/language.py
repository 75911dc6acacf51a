"""Which language the program speaks; loads no texts."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Language(enum.Enum):
    """The languages with a catalogue; the value is the ISO 639-1 code."""

    JAPANESE = "ja"
    ENGLISH = "en"


def language_from_environment(environment: Mapping[str, str], system_locale: str = "") -> Language:
    """Japanese if the first of LC_ALL, LC_MESSAGES and LANG that is set starts with "ja".

    The order is that of POSIX. `system_locale` applies if none is set, as on Windows
    ("Japanese_Japan").
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    value = next((environment[name] for name in names if environment.get(name)), system_locale)
    return Language.JAPANESE if value.lower().startswith("ja") else Language.ENGLISH

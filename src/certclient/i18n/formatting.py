"""Fills values into texts so that no placeholder is shown, and no character hidden or obeyed."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from certclient.model.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_VALUE = 300
_BREAKS = re.compile(r"[\r\n\t]+")
_FORMATTER = string.Formatter()


class _Values(dict[str, object]):
    """Replaces a missing value by the text for "unknown", never by a placeholder."""

    def __init__(self, values: Mapping[str, object], unknown: str) -> None:
        super().__init__(values)
        self._unknown = unknown

    def __missing__(self, name: str) -> str:
        return self._unknown


def fill(template: str, values: Mapping[str, object], unknown: str) -> str:
    """`template` with its {names} replaced; a name without a value becomes `unknown`."""
    shown = {name: clean(v) if isinstance(v, str) else v for name, v in values.items()}
    return _FORMATTER.vformat(template, (), _Values(shown, unknown))


def placeholders(template: str) -> frozenset[str]:
    """The names in `template`."""
    return frozenset(name for _, name, _, _ in _FORMATTER.parse(template) if name)


def clean(text: str) -> str:
    """One line, shortened if long, with control and bidi characters made visible.

    A server's text may contain anything; its line breaks and tabs count as spaces.
    """
    line = " ".join(visible(_BREAKS.sub(" ", text)).split())
    return line if len(line) <= _MAX_VALUE else f"{line[:_MAX_VALUE]}…"

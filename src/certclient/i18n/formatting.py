"""Fills values into texts so that no placeholder is shown, and no character hidden or obeyed."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping

from certclient.model.visible_text import visible

_MAX_VALUE = 300
_BREAKS = re.compile(r"[\r\n\t]+")
_FORMATTER = string.Formatter()


class _Values(Mapping[str, object]):
    """Cleans the values that a template uses. A missing one is the text for "unknown", never a
    placeholder."""

    def __init__(self, values: Mapping[str, object], unknown: str) -> None:
        self._values = values
        self._unknown = unknown

    def __getitem__(self, name: str) -> object:
        value = self._values.get(name, self._unknown)
        return clean(value) if isinstance(value, str) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def fill(template: str, values: Mapping[str, object], unknown: str) -> str:
    """`template` with its {names} replaced; a name without a value becomes `unknown`."""
    return _FORMATTER.vformat(template, (), _Values(values, unknown))


def placeholders(template: str) -> frozenset[str]:
    """The names in `template`."""
    return frozenset(name for _, name, _, _ in _FORMATTER.parse(template) if name)


def clean(text: str) -> str:
    """One line, shortened if long, with control and bidi characters made visible.

    A server's text may contain anything; its line breaks and tabs count as spaces.
    """
    line = " ".join(visible(_BREAKS.sub(" ", text)).split())
    return line if len(line) <= _MAX_VALUE else f"{line[:_MAX_VALUE]}…"

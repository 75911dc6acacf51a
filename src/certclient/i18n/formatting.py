"""Fills values into sentences so that no template and no control character is ever shown."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Mapping

_MAX_VALUE = 300
_UNSHOWN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories of control, format and unassigned characters, line and paragraph ends."""
_FORMATTER = string.Formatter()


class _Values(dict[str, object]):
    """A value that is missing is shown as "unknown", never as a placeholder."""

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
    """One line without control or direction characters (a server's text may hold anything)."""
    visible = "".join(" " if unicodedata.category(c) in _UNSHOWN else c for c in text)
    line = " ".join(visible.split())
    return line if len(line) <= _MAX_VALUE else f"{line[:_MAX_VALUE]}…"

"""Refuses TOML whose shape no real file has, before `tomllib` reads it.

`tomllib` recurses for every level of nesting, needs quadratic time for long dotted keys and raises
a plain ValueError for a decimal number of more than 4 300 digits. One linear pass finds all three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_LEVELS = 32
"""Of brackets in brackets, and of the parts of a dotted key."""
MOST_CHARACTERS = 200
"""Of a bare word: a key without quotation marks, a number, a date."""

_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\[^\n])*+"|'[^'\n]*+')"""
_TOKEN = re.compile(
    r"#[^\n]*+"
    r'|"{3}(?:\\.|[^\\])*?(?:"{3,5}|\Z)'
    r"|'{3}.*?(?:'{3,5}|\Z)"
    rf"|(?P<dotted>{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MOST_LEVELS}}})"
    r'|"(?:[^"\\\n]|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    rf"|(?P<long>[A-Za-z0-9_+-]{{{MOST_CHARACTERS + 1}}})"
    r"|[A-Za-z0-9_+-]++"
    r"|(?P<open>[\[{])|(?P<close>[\]}])",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Excess:
    """What is too much. `at`: the index of its first character in the text."""

    at: int
    is_nested: bool
    """Too many levels; otherwise, too many characters."""


def excess_in(text: str) -> Excess | None:
    """Returns the first place where `text` (LF line ends) exceeds the limits, TOML or not."""
    depth = 0
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "open":
                depth += 1
                if depth > MOST_LEVELS:
                    return Excess(token.start(), is_nested=True)
            case "close":
                depth = max(depth - 1, 0)
            case "dotted":
                return Excess(token.start(), is_nested=True)
            case "long":
                return Excess(token.start(), is_nested=False)
    return None

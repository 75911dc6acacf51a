"""Makes characters of text from outside visible that a screen would hide or obey.

A certificate's DN, a token's label and a CA's words may hold anything: a line break or an escape
sequence, marks that reverse the reading order, letters without width. Front ends pass such text
through here; JSON, the journal and comparisons keep it exact.
"""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories: control, format (bidi marks, characters without width), unassigned, private
use, surrogates; line and paragraph separators."""

_BLANK_LETTERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
)
"""Characters of other categories that show nothing (Unicode, Default_Ignorable_Code_Point, and the
Braille blank). Variation selectors are not among them: Japanese names need them."""


def visible(text: str, *, lines: bool = False) -> str:
    """`text` with each hidden character written as `<U+202E>`; `lines` keeps line breaks."""
    # Nearly every text is printable; that excludes the categories above and some visible blanks.
    if text.isprintable() and _BLANK_LETTERS.isdisjoint(text):
        return text
    return "".join(
        f"<U+{ord(c):04X}>" if _is_hidden(c) and not (lines and c == "\n") else c for c in text
    )


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN or character in _BLANK_LETTERS

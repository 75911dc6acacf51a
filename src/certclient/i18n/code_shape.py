"""What a bank's issue codes look like, in words: 発行コードは16桁の英数字です。"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

from certclient.model.issue_code import FREE_CODE, CodeRule

_MOST_MISSING = 8
"""An alphabet that lacks more letters than this is listed."""


def code_shape(texts: Mapping[str, str], rule: CodeRule) -> str:
    """One sentence; "" for a bank whose codes may be anything. `texts`: its parts."""
    if (rule.alphabet, rule.lengths, rule.hyphens) == (
        FREE_CODE.alphabet,
        FREE_CODE.lengths,
        FREE_CODE.hyphens,
    ):
        return ""
    what = _kind(texts, rule.alphabet)
    if rule.lengths:
        what = texts["with-length"].format(length=_length(texts, rule.lengths), kind=what)
    if rule.hyphens:
        what = texts["with-hyphens"].format(what=what)
    return texts["sentence"].format(what=what)


def _length(texts: Mapping[str, str], lengths: Sequence[int]) -> str:
    least, most = lengths[0], lengths[-1]
    if len(lengths) > 2 and most - least + 1 == len(lengths):
        return texts["range"].format(least=least, most=most)
    return texts["or"].join(map(str, lengths))


def _kind(texts: Mapping[str, str], alphabet: frozenset[str]) -> str:
    if not alphabet:
        return texts["any"]
    upper = frozenset(character.upper() for character in alphabet)
    digits, letters = frozenset(string.digits), frozenset(string.ascii_uppercase)
    for kind, whole in (
        (texts["digits"], digits),
        (texts["letters"], letters),
        (texts["alphanumeric"], digits | letters),
    ):
        missing = sorted(whole - upper)
        if upper <= whole and len(missing) <= _MOST_MISSING:
            found = texts["without"].format(kind=kind, missing=" ".join(missing))
            return found if missing else kind
    return texts["listed"].format(characters=" ".join(sorted(alphabet)))

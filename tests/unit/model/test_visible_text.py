"""Hidden characters in text from outside are shown; ordinary text, in any script, is unchanged."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certclient.model.visible_text import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rei\u202eyjohS", "Rei<U+202E>yjohS"),
        ("A\u200bB", "A<U+200B>B"),
        ("A\x1b[2JB", "A<U+001B>[2JB"),
        ("A\r\nB\tC\x00", "A<U+000D><U+000A>B<U+0009>C<U+0000>"),
        ("A\u2028B\ufeff", "A<U+2028>B<U+FEFF>"),
        ("A\u2066B\u2069", "A<U+2066>B<U+2069>"),
        ("\u3164\U000e0041", "<U+3164><U+E0041>"),
        ("\ud800", "<U+D800>"),
    ],
)
def test_hidden_characters_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "TKYM1408054 1403",
        "株式会社\u3000れい商事",
        "葛\U000e0100城市",
        "Müller & Söhne",
        "ｶ)ﾃｽﾄ",
        "",
    ],
)
def test_ordinary_text_is_unchanged(text: str) -> None:
    assert visible(text) == text


def test_line_breaks_can_be_kept() -> None:
    assert visible("a\nb\u202ec", lines=True) == "a\nb<U+202E>c"


@given(st.text())
def test_nothing_hidden_is_left(text: str) -> None:
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in visible(text))

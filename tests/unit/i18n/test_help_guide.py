"""The guide inside the program: both languages have the same pages, and a search finds them."""

from __future__ import annotations

import re
import tomllib

import pytest

from certclient.i18n.help_guide import Topic, find, pages
from certclient.i18n.language import Language
from certclient.platform.resources import resources_folder

BOTH = pytest.mark.parametrize("language", list(Language))


def test_both_languages_have_the_same_pages_with_the_same_parts() -> None:
    japanese, english = pages(Language.JAPANESE), pages(Language.ENGLISH)
    assert [page.topic for page in japanese] == list(Topic) == [page.topic for page in english]
    for ours, theirs in zip(japanese, english, strict=True):
        assert ours.picture == theirs.picture
        for part, other in zip(ours.parts, theirs.parts, strict=True):
            assert (part.drawn, part.action, part.related) == (
                other.drawn,
                other.action,
                other.related,
            )
            assert len(part.steps) == len(other.steps)
            assert [bool(text) for text in part.texts()] == [bool(text) for text in other.texts()]


@BOTH
def test_the_files_have_no_key_that_is_not_read(language: Language) -> None:
    text = (resources_folder() / "help" / f"guide.{language.value}.toml").read_text("utf-8")
    topics = tomllib.loads(text)["topic"]
    assert {key for topic in topics for key in topic} == {"id", "title", "picture", "words", "part"}
    known = {"title", "text", "steps", "note", "warning", "show", "action", "related"}
    for topic in topics:
        for part in topic["part"]:
            assert set(part) <= known
            assert len(set(part) & {"text", "steps", "note", "warning", "show"}) == 1, part


@BOTH
def test_no_text_is_markup_or_holds_an_address(language: Language) -> None:
    for page in pages(language):
        for part in page.parts:
            for text in part.texts():
                assert not re.search(r"https?:|<[a-z/]|&[a-z]+;|\{", text), text


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("ブラウザー 選択", Topic.CHOOSE),
        ("ぶらうざ", Topic.CHOOSE),
        ("ＥＤＧＥ", Topic.CHOOSE),
        ("弥生", Topic.ACCOUNTING),
        ("freee", Topic.ACCOUNTING),
        ("暗証番号 忘れ", Topic.PIN),
        ("手紙", Topic.CODE),
        ("紛失", Topic.LOST),
        ("買い替え", Topic.NEW_PC),
        ("プロキシ", Topic.CHECK),
        ("電話", Topic.CONTACT),
    ],
)
def test_a_search_finds_the_page(words: str, topic: Topic) -> None:
    assert topic in [page.topic for page in find(Language.JAPANESE, words)]


def test_a_page_whose_title_has_the_words_comes_first() -> None:
    assert find(Language.JAPANESE, "発行コード")[0].topic is Topic.CODE
    assert find(Language.ENGLISH, "USB token")[0].topic in (Topic.USB, Topic.LOST)


def test_nothing_and_everything() -> None:
    assert [page.topic for page in find(Language.JAPANESE, "  ")] == list(Topic)
    assert not find(Language.JAPANESE, "ほげほげ")

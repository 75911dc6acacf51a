"""The user's guides name buttons and windows as the windows do, in both languages."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from support.documents import ROOT, tokens

_MNEMONIC = re.compile(r"\(&.\)|&|…")

_OTHERS = {
    "事前の準備",  # a heading within a section
    "3件を更新する",  # {n}件を更新する, with a number
    "電子証明書の更新はこちら",  # on the bank's page
}


def shown_texts(language: str) -> set[str]:
    """All texts of the windows without their mnemonics."""
    messages = Xml.parse(ROOT / "resources/i18n/certclient_ja.ts").iter("message")
    tag = "translation" if language == "ja" else "source"
    return {_MNEMONIC.sub("", message.findtext(tag) or "") for message in messages}


def bold_texts(page: Path) -> set[str]:
    """What a page prints in bold: labels of buttons and fields."""
    found = set()
    for token in tokens(page):
        children = token.children or []
        for before, text in pairwise(children):
            if before.type == "strong_open":
                found.add(_MNEMONIC.sub("", text.content))
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
def test_labels_in_the_guide_are_those_of_the_windows(language: str) -> None:
    bold = bold_texts(Path(f"docs/guide.{language}.md"))
    assert len(bold) > 20
    assert bold - shown_texts(language) - _OTHERS == set()


def test_both_guides_have_the_same_sections() -> None:
    def numbers(language: str) -> list[str]:
        text = (ROOT / f"docs/guide.{language}.md").read_text(encoding="utf-8")
        return re.findall(r"(?m)^## (\d)\.", text)

    assert numbers("ja") == numbers("en") == [str(number) for number in range(1, 10)]


def test_both_readmes_have_the_same_parts() -> None:
    def parts(name: str) -> tuple[list[str], list[str], list[str]]:
        text = (ROOT / name).read_text(encoding="utf-8")
        headings = re.findall(r"(?m)^#+ ", text)
        commands = re.findall(r"(?m)^(?:\.venv/bin/certclient \S+|\| `make [a-z-]+`)", text)
        links = sorted(link for link in re.findall(r"\]\(([^)]+)\)", text) if ".png" not in link)
        return headings, commands, [link for link in links if not link.startswith("README")]

    assert parts("README.md") == parts("README.ja.md")

"""The guide inside the program: its pages, and the search through them. Never loaded remotely.

One file per language in resources/help, `guide.ja.toml` and `guide.en.toml`, with the same topics.
All texts are plain: a window must not take them for markup.
"""

from __future__ import annotations

import enum
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from certclient.platform.resources import resources_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from certclient.i18n.language import Language


class Topic(enum.Enum):
    """The pages, in their order; the value is the topic's id in the files."""

    RENEW = "renew"
    OBTAIN = "obtain"
    CHOOSE = "choose"
    ACCOUNTING = "accounting"
    PIN = "pin"
    CODE = "code"
    USB = "usb"
    LOST = "lost"
    NEW_PC = "new-pc"
    UNFINISHED = "unfinished"
    CHECK = "check"
    CONTACT = "contact"
    KEYBOARD = "keyboard"


class Drawn(enum.Enum):
    """What the window makes itself, from the banks and certificates of this computer."""

    CHOOSER = "chooser"
    """The browser's window with the right line marked."""
    BROWSERS = "browsers"
    """Which browsers offer the certificates of this computer."""
    RIGHT_ONES = "right-ones"
    """The certificates that count."""
    LETTER = "letter"
    """What the bank's letter looks like."""
    CONTACTS = "contacts"
    ACCOUNTING = "accounting"
    """The pages of accounting software that the banks name."""
    USB_PAGES = "usb-pages"
    """The banks' pages about USB tokens."""


class GuideAction(enum.Enum):
    """A button of a page."""

    CHECK = "check"
    """Opens 更新できますか？."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a page: a title and one content. `related`: pages to go on with."""

    title: str = ""
    text: str = ""
    steps: tuple[str, ...] = ()
    note: str = ""
    warning: str = ""
    drawn: Drawn | None = None
    action: GuideAction | None = None
    related: tuple[Topic, ...] = ()

    def texts(self) -> Iterator[str]:
        """All its sentences."""
        yield from (self.title, self.text, *self.steps, self.note, self.warning)


@dataclass(frozen=True, slots=True)
class Page:
    """One topic. `picture`: a file in resources/icons; `words`: what else may be searched for."""

    topic: Topic
    title: str
    picture: str
    words: str
    parts: tuple[Part, ...]

    def searched(self) -> str:
        """Everything in it that a search may find, in the form of `normal`."""
        texts = (text for part in self.parts for text in part.texts())
        return normal("\n".join((self.title, self.words, *texts)))


@cache
def pages(language: Language) -> Sequence[Page]:
    """The pages of one language, in the order of `Topic`; read once."""
    path = resources_folder() / "help" / f"guide.{language.value}.toml"
    found = [_page(one) for one in tomllib.loads(path.read_text(encoding="utf-8"))["topic"]]
    order = list(Topic)
    return tuple(sorted(found, key=lambda page: order.index(page.topic)))


def find(language: Language, words: str) -> Sequence[Page]:
    """The pages that have all of `words`; those whose title has them come first."""
    wanted = normal(words).split()
    hits = [page for page in pages(language) if all(one in page.searched() for one in wanted)]
    return sorted(hits, key=lambda page: not all(one in normal(page.title) for one in wanted))


def normal(text: str) -> str:
    """`text` as it is compared: width, case and the kind of kana do not matter."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(_hiragana(letter) for letter in folded)


def _hiragana(letter: str) -> str:
    """ブラウザ and ぶらうざ are the same search."""
    return chr(ord(letter) - _KANA_DISTANCE) if "ァ" <= letter <= "ヶ" else letter


_KANA_DISTANCE = ord("ァ") - ord("ぁ")


def _page(table: Mapping[str, Any]) -> Page:
    return Page(
        Topic(table["id"]),
        table["title"],
        table["picture"],
        table["words"],
        tuple(_part(one) for one in table["part"]),
    )


def _part(table: Mapping[str, Any]) -> Part:
    return Part(
        title=table.get("title", ""),
        text=table.get("text", ""),
        steps=tuple(table.get("steps", ())),
        note=table.get("note", ""),
        warning=table.get("warning", ""),
        drawn=Drawn(table["show"]) if "show" in table else None,
        action=GuideAction(table["action"]) if "action" in table else None,
        related=tuple(map(Topic, table.get("related", ()))),
    )

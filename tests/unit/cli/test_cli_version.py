"""`certclient version`: what it is and, if asked, what the bank says of newer ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certclient import __version__
from certclient.cli.main import run
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.update import Announcement
from certclient.model.update_file import read_announcement
from support.announcements import Announcer
from support.clerk import Clerk

BANK = Announcer()
TEXT = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")


class Person:
    """Somebody at the terminal; the bank announces, and `asked` says of whom it was asked."""

    def __init__(self, clerk: Clerk) -> None:
        self.services = clerk.services()
        self.asked: list[str] = []

    def is_told(self, profile: Profile = BANK.profile, **changes: Any) -> None:
        def announcement(asked: Profile) -> Announcement:
            self.asked.append(asked.id)
            return read_announcement(BANK.message(**changes), BANK.profile)

        self.services = replace(
            self.services, profile=lambda _name: profile, announcement=announcement
        )

    def types(self, *arguments: str) -> int:
        return run(["--language", "ja", "version", *arguments], self.services)


@pytest.fixture
def person(clerk: Clerk) -> Person:
    return Person(clerk)


def test_without_a_question_to_anybody(person: Person, capsys: pytest.CaptureFixture[str]) -> None:
    person.is_told()
    assert person.types() == 0
    assert capsys.readouterr().out == f"certclient {__version__}\n"
    assert person.types("--json") == 0
    assert json.loads(capsys.readouterr().out)["version"] == __version__
    assert person.asked == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": __version__}, "これが最新の版です。"),
        (
            {"text": {"ja": "直しました。", "en": "x"}},
            "新しい版（99.0.0）があります。\n直しました。",
        ),
        ({"minimum_version": "98.0.0"}, "使えなくなりました"),
    ],
)
def test_what_the_bank_says(
    changes: dict[str, Any], words: str, person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    person.is_told(**changes)
    assert person.types("--check") == 0
    out = capsys.readouterr().out
    assert words in out
    assert ("https://bank.example.jp/download" in out) is (changes.get("version") is None)


def test_for_other_programs(person: Person, capsys: pytest.CaptureFixture[str]) -> None:
    person.is_told(minimum_version="98.0.0", text={"ja": "x", "en": "y"})
    assert person.types("--check", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["announcement"]["standing"] == "unsupported"
    assert record["announcement"]["minimum"] == "98.0.0"
    assert [name for name in record["announcement"] if f"`{name}`" not in TEXT] == []


def test_a_bank_that_announces_nothing(person: Person, capsys: pytest.CaptureFixture[str]) -> None:
    person.is_told(replace(BANK.profile, updates=None))
    assert person.types("--check") == 0
    assert "お知らせをしていません" in capsys.readouterr().out
    assert person.types("--check", "--json") == 0
    assert json.loads(capsys.readouterr().out)["announcement"] is None
    assert person.asked == []


def test_an_answer_that_is_not_the_bank_s(
    person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(_profile: Profile) -> Announcement:
        raise CertclientError(ErrorCode.UPDATE_INVALID, reason="not signed")

    person.is_told()
    person.services = replace(person.services, announcement=refused)
    assert person.types("--check", "--json") == 6
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CC-UPDATE-INVALID"

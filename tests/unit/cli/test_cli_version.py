"""`certclient version`: the installed version and, if requested, the bank's announcement."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certclient import __version__
from certclient.cli.main import run
from certclient.model.banks import banks_of
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.update import Announcement
from certclient.model.update_file import read_announcement
from support.announcements import Announcer
from support.cli_runner import CliRunner

BANK = Announcer()
TEXT = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")


class VersionCommand:
    """Runs `certclient version`; `requested` lists the profiles whose announcement was fetched."""

    def __init__(self, cli_runner: CliRunner) -> None:
        self.services = cli_runner.services()
        self.requested: list[str] = []

    def announces(self, profile: Profile = BANK.profile, **changes: Any) -> None:
        def announcement(requested: Profile) -> Announcement:
            self.requested.append(requested.id)
            return read_announcement(BANK.message(**changes), BANK.profile)

        self.services = replace(
            self.services, banks=lambda: banks_of([profile]), announcement=announcement
        )

    def run_with(self, *arguments: str) -> int:
        return run(["--language", "ja", "version", *arguments], self.services)


@pytest.fixture
def command(cli_runner: CliRunner) -> VersionCommand:
    return VersionCommand(cli_runner)


def test_version_alone_contacts_no_bank(
    command: VersionCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    command.announces()
    assert command.run_with() == 0
    assert capsys.readouterr().out == f"certclient {__version__}\n"
    assert command.run_with("--json") == 0
    assert json.loads(capsys.readouterr().out)["version"] == __version__
    assert command.requested == []


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
def test_check_reports_the_announcement(
    changes: dict[str, Any], words: str, command: VersionCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    command.announces(**changes)
    assert command.run_with("--check") == 0
    out = capsys.readouterr().out
    assert words in out
    assert ("https://bank.example.jp/download" in out) is (changes.get("version") is None)


def test_announcement_as_json(command: VersionCommand, capsys: pytest.CaptureFixture[str]) -> None:
    command.announces(minimum_version="98.0.0", text={"ja": "x", "en": "y"})
    assert command.run_with("--check", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["announcement"]["standing"] == "unsupported"
    assert record["announcement"]["minimum"] == "98.0.0"
    assert [name for name in record["announcement"] if f"`{name}`" not in TEXT] == []


def test_bank_without_announcements_is_reported(
    command: VersionCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    command.announces(replace(BANK.profile, updates=None))
    assert command.run_with("--check") == 0
    assert "お知らせをしていません" in capsys.readouterr().out
    assert command.run_with("--check", "--json") == 0
    assert json.loads(capsys.readouterr().out)["announcement"] is None
    assert command.requested == []


def test_announcement_not_signed_by_the_bank_is_refused(
    command: VersionCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(_profile: Profile) -> Announcement:
        raise CertclientError(ErrorCode.UPDATE_INVALID, reason="not signed")

    command.announces()
    command.services = replace(command.services, announcement=refused)
    assert command.run_with("--check", "--json") == 6
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CC-UPDATE-INVALID"

"""How the command line opens the windows, and what it does without a display."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from certclient.cli.main import run
from certclient.enrollment.overview import take_overview
from certclient.enrollment.reminder import ReminderBook
from certclient.model.profile import Words
from certclient.model.start import Start
from support.clerk import Clerk


class Windows:
    """Records the requests with which the windows were opened."""

    def __init__(self) -> None:
        self.starts: list[Start] = []

    def __call__(self, start: Start) -> int:
        self.starts.append(start)
        return 0


def with_display(clerk: Clerk, *arguments: str) -> list[Start]:
    windows = Windows()
    services = dataclasses.replace(clerk.services(), windows=windows)
    assert run(list(arguments), services) == 0
    return windows.starts


def test_without_a_command_the_windows_open(clerk: Clerk) -> None:
    assert with_display(clerk) == [Start()]
    wanted = Start(profile_name="rei", language="en")
    assert with_display(clerk, "--profile", "rei", "--language", "en") == [wanted]


def test_without_a_display_the_help_is_shown(
    clerk: Clerk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clerk.run() == 0
    assert "certclient" in capsys.readouterr().out


@pytest.mark.parametrize("link", ["certclient:renew?user=A", "certclient:evil", "CERTCLIENT:x"])
def test_link_is_passed_on_unparsed(clerk: Clerk, link: str) -> None:
    assert with_display(clerk, link) == [Start(link=link)]


def test_a_link_without_a_display_is_refused(
    clerk: Clerk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clerk.run("certclient:open") == 2
    assert "CC-USAGE" in capsys.readouterr().err


def test_a_link_takes_no_options(clerk: Clerk) -> None:
    windows = Windows()
    services = dataclasses.replace(clerk.services(), windows=windows)
    assert run(["certclient:open", "--profile", "/tmp/evil.toml"], services) == 2
    assert windows.starts == []


def test_remind_opens_the_tray_only_if_a_certificate_is_due(clerk: Clerk) -> None:
    assert with_display(clerk, "remind") == []
    clerk.add(days=5)
    assert with_display(clerk, "remind") == [Start(remind=True)]


def test_remind_prints_text_without_a_display(
    clerk: Clerk, capsys: pytest.CaptureFixture[str]
) -> None:
    clerk.add(days=5)
    assert clerk.run("remind") == 0
    assert "TKYM1408054" in capsys.readouterr().out
    assert clerk.run("remind", "--json") == 0
    (record,) = json.loads(capsys.readouterr().out)["certificates"]
    assert record["user_id"] == "TKYM1408054"


def test_reminder_already_shown_is_not_repeated(clerk: Clerk, tmp_path: Path) -> None:
    clerk.add(days=5)
    book = tmp_path / "reminders.json"
    services = dataclasses.replace(clerk.services(), windows=Windows(), reminders=book)
    overview = take_overview([clerk.profile], [clerk.pc], clerk.now, clerk.statuses)
    ReminderBook(book).note(ReminderBook(book).due(overview.rows, clerk.now), clerk.now)
    assert run(["remind"], services) == 0
    assert services.windows is not None
    assert isinstance(services.windows, Windows)
    assert services.windows.starts == []


def test_remind_covers_every_configured_bank(
    clerk: Clerk, capsys: pytest.CaptureFixture[str]
) -> None:
    clerk.add(days=5)
    other = dataclasses.replace(clerk.profile, bank=Words("第二銀行", "Second Bank"))
    services = dataclasses.replace(clerk.services(), profiles=lambda: [other])
    assert run(["--language", "en", "remind"], services) == 0
    assert "Second Bank" in capsys.readouterr().out

"""How the command line opens the windows, and what it does without a display."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from certclient.cli.main import run
from certclient.enrollment.overview import read_overview
from certclient.enrollment.reminder import ReminderHistory
from certclient.model.banks import banks_of
from certclient.model.profile import LocalizedText
from certclient.model.start import Start
from support.cli_runner import CliRunner


class FakeWindows:
    """Records the requests with which the windows were opened."""

    def __init__(self) -> None:
        self.starts: list[Start] = []

    def __call__(self, start: Start) -> int:
        self.starts.append(start)
        return 0


def with_display(cli_runner: CliRunner, *arguments: str) -> list[Start]:
    windows = FakeWindows()
    services = dataclasses.replace(cli_runner.services(), windows=windows)
    assert run(list(arguments), services) == 0
    return windows.starts


def test_without_a_command_the_windows_open(cli_runner: CliRunner) -> None:
    assert with_display(cli_runner) == [Start()]
    wanted = Start(profile_name="rei", language="en")
    assert with_display(cli_runner, "--profile", "rei", "--language", "en") == [wanted]


def test_without_a_display_the_help_is_shown(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli_runner.run() == 0
    assert "certclient" in capsys.readouterr().out


@pytest.mark.parametrize("link", ["certclient:renew?user=A", "certclient:evil", "CERTCLIENT:x"])
def test_link_is_passed_on_unparsed(cli_runner: CliRunner, link: str) -> None:
    assert with_display(cli_runner, link) == [Start(link=link)]


def test_a_link_without_a_display_is_refused(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli_runner.run("certclient:open") == 2
    assert "CC-USAGE" in capsys.readouterr().err


def test_a_link_takes_no_options(cli_runner: CliRunner) -> None:
    windows = FakeWindows()
    services = dataclasses.replace(cli_runner.services(), windows=windows)
    assert run(["certclient:open", "--profile", "/tmp/evil.toml"], services) == 2
    assert windows.starts == []


def test_remind_opens_the_tray_only_if_a_certificate_is_due(cli_runner: CliRunner) -> None:
    assert with_display(cli_runner, "remind") == []
    cli_runner.add(days=5)
    assert with_display(cli_runner, "remind") == [Start(remind=True)]


def test_remind_opens_the_tray_if_an_end_has_not_been_seen(cli_runner: CliRunner) -> None:
    windows = FakeWindows()
    services = dataclasses.replace(
        cli_runner.services(), windows=windows, unseen_results=lambda: True
    )
    assert run(["remind"], services) == 0
    assert windows.starts == [Start(remind=True)]


def test_remind_prints_text_without_a_display(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_runner.add(days=5)
    assert cli_runner.run("remind") == 0
    assert "TKYM1408054" in capsys.readouterr().out
    assert cli_runner.run("remind", "--json") == 0
    (record,) = json.loads(capsys.readouterr().out)["certificates"]
    assert record["user_id"] == "TKYM1408054"


def test_reminder_already_shown_is_not_repeated(cli_runner: CliRunner, tmp_path: Path) -> None:
    cli_runner.add(days=5)
    cache = tmp_path / "reminders.json"
    services = dataclasses.replace(cli_runner.services(), windows=FakeWindows(), reminders=cache)
    overview = read_overview(
        [cli_runner.profile], [cli_runner.pc], cli_runner.now, cli_runner.statuses
    )
    ReminderHistory(cache).note(
        ReminderHistory(cache).due(overview.rows, cli_runner.now), cli_runner.now
    )
    assert run(["remind"], services) == 0
    assert services.windows is not None
    assert isinstance(services.windows, FakeWindows)
    assert services.windows.starts == []


def test_remind_covers_every_configured_bank(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_runner.add(days=5)
    other = dataclasses.replace(cli_runner.profile, bank=LocalizedText("第二銀行", "Second Bank"))
    services = dataclasses.replace(cli_runner.services(), banks=lambda: banks_of([other]))
    assert run(["--language", "en", "remind"], services) == 0
    assert "Second Bank" in capsys.readouterr().out

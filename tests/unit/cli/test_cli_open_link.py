"""`certclient open-link`: what a page may request, and that the user must consent."""

import pytest

from certclient.cli.exit_codes import EXIT_CODES
from certclient.model.errors import ErrorKind
from support.cli_runner import CliRunner

USER = "TKYM1408054"
RENEW = f"certclient:renew?profile=practice&user={USER}&ticket=tk-abc_DEF"


def test_renewal_passes_the_ticket_after_consent(cli_runner: CliRunner) -> None:
    cli_runner.add(USER, days=5)
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["y"]
    assert cli_runner.run("open-link", RENEW) == 0
    assert cli_runner.procedures.tickets == ["tk-abc_DEF"]
    assert len(cli_runner.terminal.prompts) == 1


def test_declining_cancels(cli_runner: CliRunner) -> None:
    cli_runner.add(USER, days=5)
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["n"]
    assert cli_runner.run("open-link", RENEW) == EXIT_CODES[ErrorKind.CANCELLED]


def test_without_a_terminal_nothing_happens(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_runner.add(USER, days=5)
    assert cli_runner.run("open-link", RENEW) == EXIT_CODES[ErrorKind.USER_ACTION]
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert cli_runner.procedures.tickets == []


def test_yes_option_does_not_replace_consent(cli_runner: CliRunner) -> None:
    cli_runner.add(USER, days=5)
    assert cli_runner.run("open-link", RENEW, "--yes") == EXIT_CODES[ErrorKind.USER_ACTION]
    assert cli_runner.procedures.tickets == []


def test_obtain_link_passes_the_code_as_ticket(cli_runner: CliRunner) -> None:
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["y"]
    cli_runner.procedures.code_attempts = 0
    link = f"certclient:obtain?profile=practice&user={USER}&ticket=ABCD2345"
    assert cli_runner.run("open-link", link) == 0
    assert cli_runner.procedures.tickets == ["ABCD2345"]


@pytest.mark.parametrize(
    "link",
    [
        "certclient:open",
        "certclient:obtain",
        "certclient:renew?profile=practice&user=../../etc",
        "certclient:renew?url=https://evil.example/",
        "certclient:delete?user=TKYM1408054",
        "https://bank.example/",
        f"certclient:renew?profile=other-bank&user={USER}",
    ],
)
def test_other_links_are_refused_and_not_echoed(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], link: str
) -> None:
    cli_runner.add(USER, days=5)
    cli_runner.terminal.interactive = True
    assert cli_runner.run("open-link", link) == EXIT_CODES[ErrorKind.USER_ACTION]
    assert cli_runner.terminal.prompts == []
    assert link not in capsys.readouterr().err

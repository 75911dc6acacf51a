"""`certclient revoke`: what is asked before a certificate is revoked for good."""

from __future__ import annotations

import json

import pytest

from certclient.cli.exit_codes import EXIT_CODES
from certclient.model.errors import CertclientError, ErrorCode, ErrorKind
from support.cli_runner import CliRunner

USER = "TKYM1408054"
CANCELLED = EXIT_CODES[ErrorKind.CANCELLED]


def asked(runner: CliRunner) -> list[tuple[str, str, str]]:
    return [one for one in runner.procedures.seen if one[0].startswith("revoke")]


def test_one_of_several_needs_a_yes(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    old = cli_runner.add(days=5)
    cli_runner.add(days=300)
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["n", "ｙ"]
    assert cli_runner.run("revoke", old.serial_hex) == CANCELLED
    assert asked(cli_runner) == []
    assert cli_runner.run("revoke", old.serial_hex) == 0
    assert asked(cli_runner) == [("revoke no-longer-used", "archived", "shelf:pc")]
    assert "取り消せません" in cli_runner.terminal.prompts[0]
    assert "金融機関で失効しました" in capsys.readouterr().out


def test_the_last_one_needs_its_user_id(cli_runner: CliRunner) -> None:
    last = cli_runner.add(days=5)
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["y", "ＴＫＹＭ１４０８０５４"]
    options = ("--reason", "suspected", "--delete-key")
    assert cli_runner.run("revoke", last.serial_hex, *options) == CANCELLED
    assert "が最後です" in cli_runner.terminal.prompts[0]
    assert cli_runner.run("revoke", last.serial_hex, *options) == 0
    assert asked(cli_runner) == [("revoke suspected", "deleted", "shelf:pc")]


def test_yes_alone_does_not_revoke_the_last_one(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    last = cli_runner.add(days=5)
    assert cli_runner.run("revoke", last.serial_hex, "--yes") != 0
    shown = capsys.readouterr().err
    assert f"[{ErrorCode.LAST_VALID_CERTIFICATE.code}]" in shown
    assert "--last-one" in shown
    assert asked(cli_runner) == []
    assert cli_runner.run("revoke", last.serial_hex, "--yes", "--last-one") == 0


def test_a_lost_one_is_named_for_the_bank(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    at_bank = CertclientError(ErrorCode.REVOKE_AT_BANK, problem="not-here", serial="4d2a")
    cli_runner.procedures.elsewhere = at_bank
    assert cli_runner.run("revoke", USER, "--yes", "--json") == EXIT_CODES[ErrorKind.USER_ACTION]
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["data"]["serial"]) == ("CC-REVOKE-AT-BANK", "4d2a")
    assert error["help"]

"""`obtain` checks the user ID by the bank's rule before anything is made."""

from __future__ import annotations

import pytest

from support.cli_runner import CliRunner

Capture = pytest.CaptureFixture[str]
OPTIONS = ("--yes", "--code-stdin")


def obtained(cli_runner: CliRunner) -> list[str]:
    return [user_id for what, user_id, _store in cli_runner.procedures.seen if what == "obtain"]


@pytest.mark.parametrize("typed", ["TKYM1408054", "TKYM1408054 1403", " TKYM1408054 1403 "])
def test_the_id_is_understood_as_the_list_shows_it(cli_runner: CliRunner, typed: str) -> None:
    cli_runner.terminal.stdin = ["1234-5678"]
    assert cli_runner.run("obtain", typed, *OPTIONS) == 0
    assert obtained(cli_runner) == ["TKYM1408054"]


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("tkym1408054", "TKYM1408054"),
        ("ＴＫＹＭ1408054", "TKYM1408054"),
        ("TKYM1408054 140", "TKYM1408054140"),
        ("TKYM-1408054", ""),
    ],
)
def test_an_id_that_no_certificate_can_have_makes_nothing(
    cli_runner: CliRunner, capsys: Capture, typed: str, suggestion: str
) -> None:
    assert cli_runner.run("obtain", typed, *OPTIONS) == 2
    err = capsys.readouterr().err
    assert "[CC-USER-ID]" in err
    assert ("もしかして" in err) == bool(suggestion)
    assert suggestion in err
    assert obtained(cli_runner) == []

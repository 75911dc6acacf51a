"""Usage errors are reported in the customer's language, and as JSON if requested."""

from __future__ import annotations

import json

import pytest

from support.cli_runner import CliRunner

Capture = pytest.CaptureFixture[str]

MISTYPED: dict[str, tuple[list[str], str]] = {
    "command": (["lst"], "「lst」というコマンドはありません。"),
    "option": (["list", "--bogus"], "「--bogus」という指定（オプション）はありません。"),
    "value": (["list", "--language", "fr"], "'--language' に指定された値は使えません。"),
    "store": (
        ["renew", "--to", "moon"],
        "「moon」という保存先はありません。指定できるもの：pc, usb, PC",
    ),
    "no value": (["renew", "--to"], "「--to」の後ろに値が必要です。"),
    "missing": (["obtain"], "'USER_ID' を指定してください。"),
    "empty": (["obtain", " "], "ユーザIDが空か、ユーザIDに使えない文字が入っています。"),
    "no text": (["obtain", "\udcff"], "ユーザIDが空か、ユーザIDに使えない文字が入っています。"),
}


@pytest.mark.parametrize("case", MISTYPED)
def test_usage_error_is_reported_in_japanese(
    cli_runner: CliRunner, capsys: Capture, case: str
) -> None:
    arguments, reason = MISTYPED[case]
    assert cli_runner.run(*arguments) == 2
    assert f"理由：{reason}\n" in capsys.readouterr().err


def test_usage_error_is_json_with_the_json_option(cli_runner: CliRunner, capsys: Capture) -> None:
    assert cli_runner.run("list", "--bogus", "--json") == 2
    printed = capsys.readouterr()
    assert json.loads(printed.out)["error"]["code"] == "CC-USAGE"
    assert printed.err == ""

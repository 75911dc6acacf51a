"""abandon, remove-key and leftover keys in status: what is deleted, what stays, and consent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from certclient.enrollment.procedure import ProcedureState
from support.cli_runner import CliRunner, FakeTerminal, view

Capture = pytest.CaptureFixture[str]
USER = "TKYM1408054"
KEY = "00000000000000aa"
OTHER = "00000000000000bb"


def printed(capsys: Capture) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    return record


def labels(*keys: str) -> list[str]:
    return [f"certclient {key}" for key in keys]


def test_abandon_states_what_is_deleted_and_what_stays(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.procedures.views = [view(USER, "aa01"), view("TKYM1408055", "bb02")]
    cli_runner.terminal = FakeTerminal(interactive=True, answers=["はい"])
    assert cli_runner.run("abandon", "aa") == 0
    (question,) = cli_runner.terminal.prompts
    assert USER in question
    assert "作りかけの鍵" in question
    assert "今お使いの電子証明書はそのままです" in question
    assert cli_runner.procedures.seen == [("abandon", USER, "shelf:pc")]
    assert f"{USER} の手続きをやめて" in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["", "n", "いいえ"])
def test_anything_but_yes_leaves_the_procedure_open(cli_runner: CliRunner, answer: str) -> None:
    cli_runner.procedures.views = [view(USER, "aa01")]
    cli_runner.terminal = FakeTerminal(interactive=True, answers=[answer])
    assert cli_runner.run("abandon", "aa01") == 7
    assert cli_runner.procedures.seen == []


def test_abandon_requires_an_unambiguous_id_and_consent(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.procedures.views = [view(USER, "aa01"), view("TKYM1408055", "ab02")]
    assert cli_runner.run("abandon", "--yes") == 2
    assert cli_runner.run("abandon", "a", "--yes") == 2, "two IDs start with it"
    assert cli_runner.run("abandon", "aa01") == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert cli_runner.procedures.seen == []


def test_abandon_completes_a_confirmed_procedure(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.procedures.views = [replace(view(USER, "aa01"), state=ProcedureState.CONFIRMED)]
    cli_runner.terminal = FakeTerminal(interactive=True, answers=["y"])
    assert cli_runner.run("abandon", "aa01") == 0
    assert "やめられません。残りの手順を済ませます" in cli_runner.terminal.prompts[0]
    assert "電子証明書のインストールが完了しました" in capsys.readouterr().out


def test_abandon_as_json(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.procedures.views = [view(USER, "aa01")]
    assert cli_runner.run("abandon", "aa01", "--yes", "--json") == 0
    record = printed(capsys)
    assert (record["ok"], record["action"]) == (True, "abandoned")
    assert (record["procedure"]["id"], record["procedure"]["kind"]) == ("aa01", "renew")


def test_status_lists_leftover_keys_and_how_to_remove_them(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add_token("銀色のUSB").unused = labels(KEY)
    assert cli_runner.run("status") == 0
    out = capsys.readouterr().out
    assert "途中の手続きはありません" in out
    assert f"番号 {KEY}、専用USB「銀色のUSB」" in out
    assert f"certclient remove-key {KEY}" in out
    assert cli_runner.run("status", "--json") == 0
    (left,) = printed(capsys)["leftover_keys"]
    assert (left["key"], left["store_label"], left["destination"]) == (KEY, "銀色のUSB", "usb")


def test_remove_key_deletes_only_the_named_key_after_consent(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    token = cli_runner.add_token(pin="1234")
    token.unused = labels(KEY, OTHER)
    cli_runner.terminal = FakeTerminal(interactive=True, answers=["y", "1234"])
    assert cli_runner.run("remove-key", KEY) == 0
    assert token.unused == labels(OTHER)
    question = cli_runner.terminal.prompts[0]
    assert KEY in question
    assert "どの電子証明書にも使われていない" in question
    assert "別のパソコンの手続き" in question
    assert f"削除しました（番号 {KEY}）" in capsys.readouterr().out


@pytest.mark.parametrize("name", [KEY[:-1], "certclient", "", "cc"])
def test_partial_key_number_matches_no_key(
    cli_runner: CliRunner, capsys: Capture, name: str
) -> None:
    cli_runner.pc.unused = labels(KEY)
    assert cli_runner.run("remove-key", name, "--yes") == 2
    assert "CC-LEFTOVER-NOT-FOUND" in capsys.readouterr().err
    assert cli_runner.pc.unused == labels(KEY)


def test_remove_key_requires_consent(cli_runner: CliRunner) -> None:
    cli_runner.pc.unused = labels(KEY)
    assert cli_runner.run("remove-key", KEY) == 2, "there is no terminal to ask at"
    cli_runner.terminal = FakeTerminal(interactive=True, answers=["n"])
    assert cli_runner.run("remove-key", KEY) == 7
    assert cli_runner.pc.unused == labels(KEY)


def test_remove_key_as_json(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.pc.unused = labels(KEY)
    assert cli_runner.run("remove-key", KEY, "--yes", "--json") == 0
    record = printed(capsys)
    assert (record["action"], record["leftover"]["key"]) == ("key-removed", KEY)
    assert cli_runner.pc.unused == []

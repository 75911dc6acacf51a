"""list, show, status and help: output for users and for other programs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from certclient import __version__
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import ErrorCode
from certclient.model.japan_time import TOKYO
from certclient.store.base import Unavailable
from support.cli_runner import CliRunner, FakeStore, view

Capture = pytest.CaptureFixture[str]


def printed(capsys: Capture) -> dict[str, Any]:
    """Parses standard output, which must be exactly one JSON object."""
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    return record


def test_list_shows_owner_store_expiry_and_stage(cli_runner: CliRunner, capsys: Capture) -> None:
    due = cli_runner.add("TKYM1408054", "1394", days=20)
    fine = cli_runner.add("TKYM1408055", days=200, store=cli_runner.add_token())
    assert cli_runner.run("list") == 0
    heading, first, second = capsys.readouterr().out.splitlines()
    for word in ("ユーザID", "区分", "保存先", "有効期限", "残り日数", "状態", "シリアル番号"):
        assert word in heading
    for word in (
        "TKYM1408054 1394",
        "管理者",
        "パソコン",
        "2027年3月31日 12:00",
        " 20 ",
        "更新できます",
    ):
        assert word in first
    assert due.serial_hex in first
    for word in ("TKYM1408055 1403", "利用者", "専用USB", "有効（2027年8月28日から更新できます）"):
        assert word in second
    assert fine.serial_hex in second


def test_columns_line_up_with_wide_characters(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add("AB12")
    cli_runner.add("TKYM14080551408055", "1394", store=cli_runner.add_token("専用ＵＳＢトークン"))
    cli_runner.run("list")
    lines = capsys.readouterr().out.splitlines()
    serials = {cell_len(line[: line.rindex("  ")]) for line in (x.rstrip() for x in lines)}
    assert len(serials) == 1, "the last column starts at the same position in every line"


def test_unavailable_store_is_reported_with_its_reason(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    token = cli_runner.add_token("銀色のUSB")
    token.cause = Unavailable(ErrorCode.TOKEN_NOT_INITIALISED, {"token": token.label})
    cli_runner.add()
    assert cli_runner.run("list") == 0
    captured = capsys.readouterr()
    assert "TKYM1408054" in captured.out
    assert "銀色のUSB" in captured.err
    assert "CC-TOKEN-NOT-INITIALISED" in captured.err


def test_archived_certificates_are_listed_on_request(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    kept = cli_runner.add(days=300)
    archived = cli_runner.add(days=20, archived=True)
    cli_runner.run("list")
    assert archived.serial_hex not in capsys.readouterr().out
    cli_runner.run("list", "--archived")
    out = capsys.readouterr().out
    assert "しまってあります" in out
    assert out.index(kept.serial_hex) < out.index(archived.serial_hex)


def test_certificate_without_its_key_is_not_renewable(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add(key=False)
    cli_runner.run("list")
    out = capsys.readouterr().out
    assert "鍵がありません" in out
    assert "更新できます" not in out


def test_an_empty_list_names_the_bank(cli_runner: CliRunner, capsys: Capture) -> None:
    assert cli_runner.run("list") == 0
    assert "練習信用金庫" in capsys.readouterr().out


def test_list_as_json(cli_runner: CliRunner, capsys: Capture) -> None:
    certificate = cli_runner.add()
    token = cli_runner.add_token()
    token.cause = Unavailable(ErrorCode.TOKEN_MISSING, {"token": token.label})
    assert cli_runner.run("list", "--json") == 0
    record = printed(capsys)
    assert (record["schema"], record["command"], record["ok"]) == (1, "list", True)
    assert record["profile"] == "practice"
    assert [store["available"] for store in record["stores"]] == [True, False]
    assert record["stores"][1]["error"]["code"] == "CC-TOKEN-MISSING"
    (entry,) = record["certificates"]
    assert entry["serial"] == certificate.serial_hex
    assert entry["fingerprint"] == certificate.fingerprint
    assert entry["user_id"] == "TKYM1408054"
    assert entry["role"] == "user"
    assert entry["stage"] == "renewable"
    assert entry["days_left"] == 20
    assert entry["deadline"] == "2027-03-31T12:00:00+09:00"
    assert entry["not_after"] == "2027-03-31T03:00:00+00:00"
    assert entry["subject"][0] == ["Country", "JP"]


def test_json_option_works_before_and_after_the_command(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    assert cli_runner.run("--json", "list") == 0
    before = capsys.readouterr().out
    assert cli_runner.run("list", "--json") == 0
    assert capsys.readouterr().out == before


@pytest.mark.parametrize("by", ["user", "full", "serial", "SERIAL", "fingerprint"])
def test_show_finds_a_certificate_by_user_id_serial_or_fingerprint(
    cli_runner: CliRunner, capsys: Capture, by: str
) -> None:
    certificate = cli_runner.add()
    names = {
        "user": "TKYM1408054",
        "full": "TKYM1408054 1403",
        "serial": certificate.serial_hex,
        "SERIAL": certificate.serial_hex.upper(),
        "fingerprint": certificate.fingerprint,
    }
    assert cli_runner.run("show", names[by]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Country = JP" in lines
    assert "Common Name = TKYM1408054 1403" in lines
    assert f"シリアル番号 = {certificate.serial_hex}" in lines
    assert "有効期限 = 2027年3月31日 12:00" in lines
    assert "$$" not in "".join(lines)


@pytest.mark.parametrize(
    ("days", "advice"),
    [
        (100, "2027年5月20日から更新できます"),
        (20, "certclient renew"),
        (-1, "2027年6月8日まで"),
        (-91, "再発行が必要です"),
    ],
)
def test_show_advises_what_can_be_done_now(
    cli_runner: CliRunner, capsys: Capture, days: int, advice: str
) -> None:
    cli_runner.add(days=days)
    assert cli_runner.run("show", "TKYM1408054") == 0
    assert advice in capsys.readouterr().out


def test_show_prefers_the_current_certificate(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add(days=20, archived=True)
    cli_runner.add(days=10)
    newest = cli_runner.add(days=300)
    cli_runner.run("show", "TKYM1408054", "--json")
    assert printed(capsys)["certificate"]["serial"] == newest.serial_hex


def test_show_reports_the_name_that_was_not_found(cli_runner: CliRunner, capsys: Capture) -> None:
    assert cli_runner.run("show", "NOBODY") == 2
    captured = capsys.readouterr()
    assert "NOBODY" in captured.err
    assert "CC-CERT-NOT-FOUND" in captured.err
    assert captured.out == ""


def test_status_lists_unfinished_procedures(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.procedures.views = [view("TKYM1408054", "abcd0123")]
    assert cli_runner.run("status") == 0
    out = capsys.readouterr().out
    for word in ("abcd0123", "TKYM1408054", "発行待ちです", "CC-NET-TIMEOUT", "certclient resume"):
        assert word in out


def test_status_as_json(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.procedures.views = [view("TKYM1408054", "abcd0123")]
    cli_runner.run("status", "--json")
    (record,) = printed(capsys)["procedures"]
    assert record["id"] == "abcd0123"
    assert record["state"] == "waiting"
    assert record["last_error"] == "CC-NET-TIMEOUT"
    assert record["check_at"] == "2027-03-11T03:00:00+00:00"


def test_status_without_open_procedures_is_no_error(cli_runner: CliRunner, capsys: Capture) -> None:
    assert cli_runner.run("status") == 0
    assert "途中の手続きはありません" in capsys.readouterr().out


def test_help_names_every_command_in_both_languages(cli_runner: CliRunner, capsys: Capture) -> None:
    for language, word in (("ja", "更新します"), ("en", "Renews")):
        cli_runner.language = language
        assert cli_runner.run("--help") == 0
        out = capsys.readouterr().out
        assert word in out
        for name in ("list", "renew", "obtain", "resume", "status", "show", "remove", "practice"):
            assert f"\n  {name} " in out


def test_without_a_command_the_help_is_shown(cli_runner: CliRunner, capsys: Capture) -> None:
    assert cli_runner.run() == 0
    assert "certclient" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", ["list", "renew", "obtain", "resume", "status", "show", "remove", "restore"]
)
def test_every_command_has_help(cli_runner: CliRunner, capsys: Capture, command: str) -> None:
    assert cli_runner.run(command, "--help") == 0
    out = capsys.readouterr().out
    assert "--profile" in out
    assert "--json" in out


def test_version_option_prints_the_version(cli_runner: CliRunner, capsys: Capture) -> None:
    assert cli_runner.run("--version") == 0
    assert capsys.readouterr().out.strip() == f"certclient {__version__}"


@pytest.mark.parametrize(
    "arguments", [["lisst"], ["list", "--colour"], ["show"], ["renew", "--to", "cloud"]]
)
def test_a_mistyped_command_changes_nothing(
    cli_runner: CliRunner, capsys: Capture, arguments: list[str]
) -> None:
    assert cli_runner.run(*arguments) == 2
    captured = capsys.readouterr()
    assert "CC-USAGE" in captured.err
    assert "certclient --help" in captured.err
    assert cli_runner.procedures.seen == []


def test_store_kinds_are_shown_in_the_users_language(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add()
    token = FakeStore("x", "銀", Destination.USB)
    cli_runner.others = [token]
    cli_runner.add("AB12", store=token)
    cli_runner.language = "en"
    cli_runner.run("list")
    out = capsys.readouterr().out
    assert "  PC  " in out
    assert 'USB token "銀"' in out


def closing_at_nine(cli_runner: CliRunner) -> Certificate:
    """A certificate that ends today at 23:59, of a bank that closes renewal at 9:00; it is 8:30."""
    renewal = replace(cli_runner.profile.renewal, until=time(9))
    cli_runner.profile = replace(cli_runner.profile, renewal=renewal)
    certificate = cli_runner.add(days=20)
    end = certificate.not_after.astimezone(TOKYO)
    cli_runner.now = end.replace(hour=8, minute=30)
    return certificate


def test_every_command_names_the_hour_at_which_renewal_closes(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    certificate = closing_at_nine(cli_runner)
    for command in (["list"], ["show", "TKYM1408054"], ["remind"]):
        assert cli_runner.run(*command) == 0
        assert "更新の受付は9:00まで" in capsys.readouterr().out
    cli_runner.run("list", "--json")
    (row,) = json.loads(capsys.readouterr().out)["certificates"]
    assert row["stage"] == "renewable"
    assert row["renewal_closed"] is False
    assert row["deadline"].endswith("T09:00:00+09:00")
    assert row["not_after"].startswith(f"{certificate.not_after:%Y-%m-%d}")


def test_after_that_hour_the_certificate_can_only_be_obtained(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    closing_at_nine(cli_runner)
    cli_runner.now += timedelta(minutes=31)
    assert cli_runner.run("list") == 0
    shown = capsys.readouterr().out
    assert "更新の受付終了（取得できます）" in shown
    assert "更新の受付は9:00に終了しました" in shown
    assert cli_runner.run("show", "TKYM1408054") == 0
    assert "まではログインできます" in capsys.readouterr().out
    cli_runner.run("list", "--json")
    (row,) = json.loads(capsys.readouterr().out)["certificates"]
    assert (row["stage"], row["condition"]) == ("obtainable", "obtainable")
    assert (row["renewal_closed"], row["days_left"]) == (True, 0)
    assert cli_runner.run("remind") == 0
    assert "更新の受付は9:00に終了しました" in capsys.readouterr().out
    assert cli_runner.run("renew", "--all", "--yes") == 3

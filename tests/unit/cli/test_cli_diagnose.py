"""`certclient diagnose`: nothing is kept that was not shown."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from certclient.enrollment.diagnosis.archive import TEXT
from support.cli_runner import CliRunner, view


@pytest.fixture
def runner(cli_runner: CliRunner) -> CliRunner:
    cli_runner.add(days=20)
    cli_runner.procedures.views.append(view("TKYM1408054", "p1"))
    return cli_runner


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_every_part_is_shown_and_no_id(
    runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.run("diagnose") == 0
    out = printed(capsys)
    for line in (
        "このソフト",
        "  版: 9.9.9",
        "金融機関: practice",
        "  プロキシ（-：直接）: http://proxy.example.jp:8080 HTTPS_PROXY",
        "  ユーザID: ID-1 1403",
        "  シリアル番号: ***",
        "途中の手続き: p1",
    ):
        assert line in out.splitlines()
    assert "TKYM1408054" not in out
    assert "--output" in out


def test_the_zip_is_what_was_printed(
    runner: CliRunner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert runner.run("diagnose", "--output", str(tmp_path), "--yes") == 0
    out = printed(capsys)
    (path,) = tmp_path.glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        text = archive.read(TEXT).decode()
    assert out.startswith(text)
    assert path.name in out.removeprefix(text)


def test_ids_are_in_it_only_if_asked_for(
    runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.run("diagnose", "--with-ids") == 0
    out = printed(capsys)
    assert "  ユーザID: TKYM1408054 1403" in out.splitlines()
    assert "***" not in out


def test_whoever_says_no_after_reading_keeps_nothing(
    runner: CliRunner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    runner.terminal.interactive = True
    runner.terminal.answers = ["n"]
    assert runner.run("diagnose", "--output", str(tmp_path / "x.zip")) != 0
    assert "このソフト" in printed(capsys)
    assert not list(tmp_path.glob("*.zip"))
    runner.terminal.answers = ["y"]
    assert runner.run("diagnose", "--output", str(tmp_path / "x.zip")) == 0
    assert (tmp_path / "x.zip").is_file()


def test_json_has_the_same_facts(
    runner: CliRunner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "x.zip"
    assert runner.run("diagnose", "--json", "--output", str(path)) == 0
    record = json.loads(printed(capsys))
    assert record["file"] == str(path)
    assert record["diagnosis"]["with_ids"] is False
    kinds = [part["kind"] for part in record["diagnosis"]["parts"]]
    assert kinds == [
        *("program", "computer", "policy", "bank", "store", "certificate", "procedure", "errors")
    ]


def test_a_place_that_cannot_be_written_is_told(
    runner: CliRunner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert runner.run("diagnose", "--output", str(tmp_path / "missing" / "x.zip")) != 0
    assert "CC-FILE" in capsys.readouterr().err

"""What an earlier run has left undone, or what became of its record, as the commands tell it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from certclient.enrollment.put_away import PutAway
from certclient.model.errors import CertclientError, ErrorCode
from support.cli_runner import CliRunner

DAMAGED = CertclientError(
    ErrorCode.JOURNAL_DAMAGED,
    path="/home/taro/journal.sqlite3",
    problem="record",
    user_id="TKYM1408055",
    procedure="feed0002",
    reason="Expected `str`",
)
STAYS = CertclientError(ErrorCode.OLD_NOT_ARCHIVED, serial="0AF3", cause="CC-TOKEN-MISSING")


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    return CliRunner(tmp_path / "certclient.log")


def test_list_tells_whose_record_is_damaged_and_lists_the_others(
    runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.add("TKYM1408054")
    runner.statuses = replace(runner.statuses, damaged=(DAMAGED,))
    assert runner.run("list") == 0
    shown = capsys.readouterr()
    assert "TKYM1408054" in shown.out
    assert "TKYM1408055" in shown.err
    assert "[CC-JOURNAL]" in shown.err
    assert runner.run("list", "--json") == 0
    (warning,) = json.loads(capsys.readouterr().out)["warnings"]
    assert warning["code"] == "CC-JOURNAL"


def test_resume_says_what_still_cannot_be_put_away(
    runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.statuses = replace(runner.statuses, to_put_away=frozenset({"practice"}))
    runner.procedures.later = [PutAway(), PutAway(errors=(STAYS,))]
    assert runner.run("resume") == 3
    assert "[CC-CERT-OLD-STAYS]" in capsys.readouterr().err
    old = runner.add("TKYM1408054")
    runner.procedures.later = [PutAway(), PutAway((old,))]
    assert runner.run("resume") == 0
    assert old.serial_hex in capsys.readouterr().out

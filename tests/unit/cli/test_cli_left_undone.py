"""What an earlier run has left undone, or what became of its record, as the commands tell it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from certclient.enrollment.procedure import ProcedureKind, ProcedureState, ProcedureView
from certclient.enrollment.put_away import PutAway
from certclient.model.errors import CertclientError, ErrorCode
from support.cli_runner import CliRunner, view

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


def waiting_for_code(user_id: str, procedure_id: str) -> ProcedureView:
    return replace(
        view(user_id, procedure_id),
        kind=ProcedureKind.OBTAIN,
        state=ProcedureState.VERIFIED,
        last_error=ErrorCode.ISSUE_CODE_REQUIRED,
    )


AGAIN = CertclientError(ErrorCode.ISSUE_CODE_REQUIRED, user_id="TKYM1408055", problem="again")


def test_status_says_that_the_code_is_needed_again(
    runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.procedures.views = [waiting_for_code("TKYM1408055", "feed0002")]
    assert runner.run("status") == 0
    shown = capsys.readouterr().out
    assert "発行コードをもう一度入力" in shown
    assert "CC-CODE-REQUIRED" not in shown
    runner.run("status", "--json")
    (record,) = json.loads(capsys.readouterr().out)["procedures"]
    assert (record["waits_for"], record["last_error"]) == ("issue-code", "CC-CODE-REQUIRED")


def test_procedure_that_waits_for_its_customer_does_not_fail_the_others(
    runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.procedures.views = [
        waiting_for_code("TKYM1408055", "feed0002"),
        view("TKYM1408054", "feed0001"),
    ]
    runner.procedures.outcomes["TKYM1408055"] = AGAIN
    assert runner.run("resume", "--json") == 4
    results = json.loads(capsys.readouterr().out)["results"]
    assert [(one["user_id"], one["exit_code"]) for one in results] == [
        ("TKYM1408055", 2),
        ("TKYM1408054", 0),
    ]
    assert runner.run("resume") == 4
    assert "案内の発行コード" in capsys.readouterr().err
    assert runner.run("resume", "feed0001") == 0
    assert runner.run("resume", "feed0002") == 2, "alone, its customer has to act"


def test_one_code_is_not_tried_for_two_procedures(
    runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.procedures.views = [
        waiting_for_code("TKYM1408055", "feed0002"),
        waiting_for_code("TKYM1408056", "feed0003"),
    ]
    runner.terminal.stdin = ["AB12CD34"]
    assert runner.run("resume", "--code-stdin") == 2
    assert runner.procedures.seen == []
    assert "--code-stdin" in capsys.readouterr().err
    assert runner.run("resume", "feed0003", "--code-stdin") == 0

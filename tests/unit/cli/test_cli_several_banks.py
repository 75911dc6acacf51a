"""A computer with two banks: each command goes over both, and one's fault hides nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certclient.model.banks import Banks, ConfiguredBank
from certclient.model.certificate import SubjectRule
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import LocalizedText
from support.cli_runner import CliRunner, view

Capture = pytest.CaptureFixture[str]
BROKEN = Path("/etc/certclient/profiles/broken.toml")


@pytest.fixture
def both(cli_runner: CliRunner) -> CliRunner:
    """The practice bank, and one whose users have names such as U111111-A."""
    cli_runner.profile = replace(
        cli_runner.profile,
        subject_rule=SubjectRule(re.compile(r"(?P<user_id>TKYM[0-9]+) (?P<suffix>[0-9]{4})")),
    )
    second = replace(
        cli_runner.profile,
        id="second",
        bank=LocalizedText("第二銀行", "Second Bank"),
        subject_rule=SubjectRule(re.compile(r"(?P<user_id>U[0-9]{6})-(?P<suffix>[A-Z])")),
    )
    cli_runner.banks = Banks(
        (
            ConfiguredBank("practice", Path("/p/practice.toml"), cli_runner.profile),
            ConfiguredBank("second", Path("/p/second.toml"), second),
        )
    )
    return cli_runner


@pytest.fixture
def broken(both: CliRunner) -> CliRunner:
    """The two banks, and the file of a third that cannot be used."""
    error = CertclientError(
        ErrorCode.PROFILE_INVALID, file=str(BROKEN), key="ca.url", reason="missing-key"
    )
    assert both.banks is not None
    third = ConfiguredBank("broken", BROKEN, None, error)
    both.banks = replace(both.banks, configured=(*both.banks.configured, third))
    return both


def add(runner: CliRunner, name: str, days: float = 20) -> str:
    """Adds a certificate of this Common Name; returns its serial number."""
    return runner.add(name, "", days=days).serial_hex


def run_json(runner: CliRunner, capsys: Capture, *arguments: str) -> Any:
    runner.run(*arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_list_has_a_column_for_the_bank(both: CliRunner, capsys: Capture) -> None:
    add(both, "TKYM1408054 1403")
    add(both, "U111111-A")
    assert both.run("list") == 0
    out = capsys.readouterr().out
    assert "金融機関" in out.splitlines()[0]
    assert re.search(r"練習信用金庫 +TKYM1408054 1403", out)
    assert re.search(r"第二銀行 +U111111-A", out)


def test_list_names_the_bank_of_each_row_in_json(both: CliRunner, capsys: Capture) -> None:
    add(both, "TKYM1408054 1403")
    add(both, "U111111-A")
    record = run_json(both, capsys, "list")
    assert record["profile"] is None
    assert [bank["id"] for bank in record["banks"]] == ["practice", "second"]
    found = {row["name"]: (row["profile"], row["bank"]) for row in record["certificates"]}
    assert found == {
        "TKYM1408054 1403": ("practice", "練習信用金庫"),
        "U111111-A": ("second", "第二銀行"),
    }


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("option", ["--bank", "--profile"])
def test_option_chooses_one_bank(both: CliRunner, capsys: Capture, option: str, place: str) -> None:
    add(both, "TKYM1408054 1403")
    add(both, "U111111-A")
    choice = (option, "second")
    record = run_json(
        both, capsys, *((*choice, "list") if place == "before" else ("list", *choice))
    )
    assert record["profile"] == "second"
    assert [row["name"] for row in record["certificates"]] == ["U111111-A"]


def test_options_that_name_different_banks_are_refused(both: CliRunner, capsys: Capture) -> None:
    assert both.run("list", "--bank", "practice", "--profile", "second") == 2
    assert "--bank と --profile" in capsys.readouterr().err
    assert both.run("--bank", "practice", "list", "--bank", "second") == 0, "the later one counts"


def test_bank_is_no_file(both: CliRunner, capsys: Capture) -> None:
    assert both.run("list", "--bank", "/tmp/bank.toml") == 2
    assert "CC-USAGE" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["U111111-A", "U111111", "U111111 A", "Ｕ111111-A"])
def test_certificate_is_found_by_what_is_shown_at_any_bank(
    both: CliRunner, capsys: Capture, name: str
) -> None:
    add(both, "TKYM1408054 1403")
    serial = add(both, "U111111-A")
    record = run_json(both, capsys, "show", name)
    assert record["certificate"]["serial"] == serial
    assert both.run("show", name) == 0
    out = capsys.readouterr().out
    assert out.startswith("金融機関：第二銀行\n")
    assert "U111111-A" in out


def test_renew_finds_the_bank_of_each_certificate(both: CliRunner, capsys: Capture) -> None:
    add(both, "TKYM1408054 1403")
    add(both, "U111111-A")
    assert both.run("renew", "U111111-A", "TKYM1408054", "--yes") == 0
    assert both.procedures.banks_seen == ["second", "practice"]
    out = capsys.readouterr().out
    assert "練習信用金庫" in out
    assert "第二銀行" in out


def test_renew_all_goes_on_after_a_failure_at_one_bank(both: CliRunner, capsys: Capture) -> None:
    add(both, "TKYM1408054 1403", days=5)
    add(both, "U111111-A", days=10)
    both.procedures.outcomes["TKYM1408054"] = CertclientError(ErrorCode.CA_REFUSED)
    record = run_json(both, capsys, "renew", "--all", "--yes")
    assert [(one["profile"], one["outcome"]) for one in record["results"]] == [
        ("practice", "failed"),
        ("second", "done"),
    ]
    assert record["exit_code"] == 6


def test_renew_without_a_name_takes_the_only_one_due_at_any_bank(
    both: CliRunner, capsys: Capture
) -> None:
    add(both, "TKYM1408054 1403", days=200)
    add(both, "U111111-A")
    assert both.run("renew", "--yes") == 0
    assert both.procedures.banks_seen == ["second"]
    add(both, "U111112-A")
    capsys.readouterr()
    assert both.run("renew", "--yes") == 2
    assert "CC-CERT-AMBIGUOUS" in capsys.readouterr().err


def test_open_procedures_of_all_banks_are_listed_resumed_and_abandoned(
    both: CliRunner, capsys: Capture
) -> None:
    both.procedures.views = [
        view("TKYM1408054", "aa01"),
        view("U111111", "bb02", profile_id="second"),
    ]
    assert both.run("status") == 0
    out = capsys.readouterr().out
    assert re.search(r"練習信用金庫 +aa01", out)
    assert re.search(r"第二銀行 +bb02", out)
    chosen = run_json(both, capsys, "status", "--bank", "second")
    assert [one["id"] for one in chosen["procedures"]] == ["bb02"]
    assert both.run("resume") == 0
    assert both.procedures.banks_seen == ["practice", "second"]
    assert both.run("abandon", "bb", "--yes") == 0
    assert both.procedures.banks_seen[-1] == "second"
    assert both.run("resume", "--bank", "second") == 0
    assert both.procedures.banks_seen[3:] == ["second"]


def test_obtain_asks_for_the_bank_with_the_ids(both: CliRunner, capsys: Capture) -> None:
    assert both.run("obtain", "U111111", "--yes") == 2
    err = capsys.readouterr().err
    assert "CC-BANK-REQUIRED" in err
    assert "practice, second" in err
    assert "--bank" in err
    assert both.run("obtain", "U111111", "--yes", "--bank", "second") == 0
    assert both.procedures.banks_seen == ["second"]


@pytest.mark.parametrize("command", ["list", "status", "remind", "resume", "banks"])
def test_broken_file_is_one_warning_with_its_name(
    broken: CliRunner, capsys: Capture, command: str
) -> None:
    add(broken, "U111112-A")
    broken.procedures.views = [view("U111111", "bb02", profile_id="second")]
    assert broken.run(command) == 0
    captured = capsys.readouterr()
    assert captured.err.count("CC-PROFILE-INVALID") == 1
    assert captured.err.count(str(BROKEN)) == 1
    assert captured.out


def test_broken_file_is_in_the_warnings_of_json(broken: CliRunner, capsys: Capture) -> None:
    record = run_json(broken, capsys, "list")
    assert record["ok"]
    assert [one["data"]["file"] for one in record["warnings"]] == [str(BROKEN)]
    assert run_json(broken, capsys, "list", "--bank", "second")["warnings"] == []


def test_broken_file_stays_a_warning_if_the_command_fails(
    broken: CliRunner, capsys: Capture
) -> None:
    record = run_json(broken, capsys, "show", "U999999")
    assert record["error"]["code"] == "CC-CERT-NOT-FOUND"
    assert [one["code"] for one in record["warnings"]] == ["CC-PROFILE-INVALID"]


def test_banks_lists_names_files_and_faults(broken: CliRunner, capsys: Capture) -> None:
    record = run_json(broken, capsys, "banks")
    first, _, last = record["banks"]
    assert [one["data"]["file"] for one in record["warnings"]] == [str(BROKEN)]
    assert first["name"] == {"ja": "練習信用金庫", "en": "Practice Bank"}
    assert (first["id"], first["state"]) == ("practice", "usable")
    assert first["file"] == str(Path("/p/practice.toml"))
    assert (last["id"], last["state"]) == ("broken", "unusable")
    assert last["error"]["code"] == "CC-PROFILE-INVALID"
    assert broken.run("banks") == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()[1:]] == [
        "練習信用金庫",
        "第二銀行",
        "broken",
    ]


@pytest.mark.parametrize("command", ["list", "status", "remind", "banks"])
def test_without_a_bank_the_practice_bank_is_offered(
    cli_runner: CliRunner, capsys: Capture, command: str
) -> None:
    cli_runner.banks = Banks(practice=True)
    assert cli_runner.run(command) == 0
    err = capsys.readouterr().err
    assert err.count("CC-NO-BANK") == 1
    assert "certclient practice try" in err
    record = run_json(cli_runner, capsys, command)
    assert [one["code"] for one in record["warnings"]] == ["CC-NO-BANK"]


@pytest.mark.parametrize("command", [["renew"], ["obtain", "U1"], ["show", "U1"], ["resume"]])
def test_what_needs_a_bank_says_that_there_is_none(
    cli_runner: CliRunner, capsys: Capture, command: list[str]
) -> None:
    cli_runner.banks = Banks(practice=False)
    assert cli_runner.run(*command) == 2
    err = capsys.readouterr().err
    assert err.count("CC-NO-BANK") == 1
    assert "practice" not in err, "this build has no practice bank"
    assert "CC-PROFILE-NOT-FOUND" not in err


def test_same_user_id_at_two_banks_is_ambiguous_and_bank_decides(
    both: CliRunner, capsys: Capture
) -> None:
    assert both.banks is not None
    first, second = both.banks.configured
    rule = SubjectRule(re.compile(r"(?P<user_id>[A-Z0-9]+)-(?P<suffix>[A-Z])"))
    profile = replace(both.profile, subject_rule=rule)
    both.banks = Banks((replace(first, profile=profile), second))
    add(both, "U111111-A")
    certificates = run_json(both, capsys, "list")["certificates"]
    assert [row["profile"] for row in certificates] == ["practice"], "the first that matches"
    fingerprint = certificates[0]["fingerprint"]
    both.statuses = replace(both.statuses, banks={fingerprint: "second"})
    certificates = run_json(both, capsys, "list")["certificates"]
    assert [row["profile"] for row in certificates] == ["second"], "obtained there by this computer"
    both.statuses = replace(both.statuses, set_up=frozenset({"practice", "second"}))
    damaged = CertclientError(ErrorCode.PROFILE_INVALID, file="second.toml")
    both.banks = Banks((both.banks.configured[0], replace(second, profile=None, error=damaged)))
    assert run_json(both, capsys, "list")["certificates"] == [], "not the first bank's meanwhile"
    both.statuses = replace(both.statuses, set_up=frozenset({"practice"}))
    listed = run_json(both, capsys, "list")["certificates"]
    assert [row["profile"] for row in listed] == ["practice"], "the second is not set up any more"


@pytest.mark.parametrize(("bank", "kept"), [("", None), ("profile=practice&", "tk")])
def test_a_links_ticket_is_for_the_bank_that_it_names(
    both: CliRunner, bank: str, kept: str | None
) -> None:
    add(both, "TKYM1408054 1403", days=5)
    both.terminal.interactive = True
    both.terminal.answers = ["y"]
    assert both.run("open-link", f"certclient:renew?{bank}user=TKYM1408054&ticket=tk") == 0
    assert both.procedures.tickets == [kept]

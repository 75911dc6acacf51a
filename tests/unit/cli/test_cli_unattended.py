"""renew --all --unattended: what it refuses, what it leaves to a person, and reminders."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from certclient.cli.main import run
from certclient.cli.ports import Services
from certclient.enrollment.overview import Row, read_overview
from certclient.enrollment.procedure import ProcedureKind, ProcedureState
from certclient.enrollment.reminder import Reminder, ReminderHistory
from certclient.model.banks import Banks, ConfiguredBank, banks_of
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy
from certclient.model.profile import Profile, RevocationSettings, SecretPolicy
from certclient.platform import log
from support.cli_runner import NOW, CliRunner, FakeTerminal, view, waiting

Capture = pytest.CaptureFixture[str]
CONSENT = Policy(unattended_renewal=True, spread_renewals=False)
SPREAD = Policy(unattended_renewal=True)
COMMAND = ("renew", "--all", "--unattended", "--json")


def services(
    cli_runner: CliRunner, policy: Policy = CONSENT, profiles: Sequence[Profile] = ()
) -> Services:
    return replace(
        cli_runner.services(),
        policy=lambda: policy,
        banks=lambda: banks_of(profiles or [cli_runner.profile]),
        reminders=cli_runner.log_file.with_name("reminders.json"),
    )


def start(cli_runner: CliRunner, capsys: Capture, *more: str, policy: Policy = CONSENT) -> Any:
    """Runs the command and returns its JSON, whose exit code matches the process's."""
    code = run([*COMMAND, *more], services(cli_runner, policy))
    record = json.loads(capsys.readouterr().out)
    assert record["exit_code"] == code
    return record


def test_unattended_renewal_requires_consent_by_policy(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add()
    record = start(cli_runner, capsys, policy=Policy())
    assert record["error"]["code"] == "CC-UNATTENDED-OFF"
    assert record["exit_code"] == 6
    assert cli_runner.procedures.seen == []


def test_certificate_that_needs_no_interaction_is_renewed_without_a_prompt(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.terminal = FakeTerminal(interactive=True)
    cli_runner.add("TKYM1408051", days=5)
    cli_runner.add("TKYM1408052", days=200)
    record = start(cli_runner, capsys)
    (result,) = record["results"]
    assert (result["outcome"], result["user_id"]) == ("done", "TKYM1408051 1403")
    assert result["profile"] == "practice"
    assert record["exit_code"] == 0
    assert cli_runner.terminal.prompts == []


def test_renewals_of_many_certificates_are_spread_over_days(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    users = [f"TKYM14080{number}" for number in range(10, 40)]
    for user in users:
        cli_runner.add(user, days=29)
    start(cli_runner, capsys, policy=SPREAD)
    first = {user for _, user, _ in cli_runner.procedures.seen}
    assert len(first) < len(users) / 2
    start(cli_runner, capsys, policy=SPREAD)
    assert {user for _, user, _ in cli_runner.procedures.seen} == first, "the same at each run"
    cli_runner.now = NOW + timedelta(days=20)
    start(cli_runner, capsys, policy=SPREAD)
    assert {user for _, user, _ in cli_runner.procedures.seen} == set(users)


def test_certificate_that_needs_a_person_is_reported_on_the_first_day(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add(days=29, store=cli_runner.add_token(pin="1234"))
    (result,) = start(cli_runner, capsys, policy=SPREAD)["results"]
    assert result["outcome"] == "needs-person"


def test_request_that_the_ca_could_not_answer_is_repeated_by_the_next_afternoon(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    users = [f"TKYM14080{number}" for number in range(10, 40)]
    for user in users:
        cli_runner.add(user, days=25)
    cli_runner.procedures.views = [
        replace(
            view(user, f"feed00{user[-2:]}"),
            state=ProcedureState.REQUESTED,
            last_error=ErrorCode.SERVER_BUSY,
            changed=NOW,
        )
        for user in users
    ]
    seen = cli_runner.procedures.seen
    assert start(cli_runner, capsys, policy=SPREAD)["error"]["code"] == "CC-CERT-NOTHING-DUE"
    assert seen == [], "not in the same half-day"
    cli_runner.now = NOW + timedelta(hours=3)
    start(cli_runner, capsys, policy=SPREAD)
    assert 0 < len(seen) < len(users), "not all at once when the CA comes back"
    assert {what for what, _, _ in seen} == {"resume"}, "what is put off is not begun anew"
    seen.clear()
    cli_runner.now = NOW + timedelta(days=1, hours=2)
    start(cli_runner, capsys, policy=SPREAD)
    assert {user for _, user, _ in seen} == set(users)


def test_nothing_due_is_reported(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add(days=200)
    cli_runner.add("TKYM1408052", days=-100)
    record = start(cli_runner, capsys)
    assert (record["exit_code"], record["error"]["code"]) == (3, "CC-CERT-NOTHING-DUE")


def test_certificates_that_need_a_person_are_reported_and_the_rest_renewed(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    """Even at an interactive terminal."""
    cli_runner.terminal = FakeTerminal(interactive=True)
    cli_runner.profile = replace(cli_runner.profile, ask_pin=SecretPolicy.ADMINISTRATORS)
    cli_runner.add("TKYM1408051", days=10)
    cli_runner.add("TKYM1408052", days=11, store=cli_runner.add_token(pin="1234"))
    cli_runner.add("TKYM1408053", "1394", days=12)
    cli_runner.add("TKYM1408054", days=-5)
    record = start(cli_runner, capsys)
    reported = {
        r["user_id"]: (r["outcome"], r["error"] and r["error"]["code"]) for r in record["results"]
    }
    assert reported == {
        "TKYM1408051 1403": ("done", None),
        "TKYM1408052 1403": ("needs-person", "CC-PIN-REQUIRED"),
        "TKYM1408053 1394": ("needs-person", "CC-BANK-PIN-REQUIRED"),
        "TKYM1408054 1403": ("needs-person", "CC-CERT-EXPIRED"),
    }
    assert record["exit_code"] == 2
    assert [user for _, user, _ in cli_runner.procedures.seen] == ["TKYM1408051"]
    assert cli_runner.terminal.prompts == []


def test_destination_withheld_by_policy_is_refused(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.profile = replace(
        cli_runner.profile, destinations=("usb",), excluded_destinations=("pc",)
    )
    cli_runner.add()
    record = start(cli_runner, capsys)
    assert record["results"][0]["error"]["code"] == "CC-POLICY-FORBIDS"
    assert record["exit_code"] == 6
    assert cli_runner.procedures.seen == []


def test_procedure_running_elsewhere_is_left_alone(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add("TKYM1408051", days=5)
    cli_runner.add("TKYM1408052", days=10)
    running = CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id="TKYM1408051")
    cli_runner.procedures.outcomes["TKYM1408051"] = running
    record = start(cli_runner, capsys)
    first, second = record["results"]
    assert (first["outcome"], first["error"]["code"]) == ("failed", "CC-PROCEDURE-RUNNING")
    assert second["outcome"] == "done"
    assert record["exit_code"] == 5


def test_procedures_left_waiting_are_resumed_first(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add("TKYM1408051", days=5)
    cli_runner.procedures.views = [
        view("TKYM1408051", "feed0001"),
        view("TKYM1408052", "feed0002", profile_id="another"),
        replace(view("TKYM1408053", "feed0003"), kind=ProcedureKind.OBTAIN),
    ]
    cli_runner.procedures.outcomes["TKYM1408051"] = waiting()
    record = start(cli_runner, capsys)
    assert cli_runner.procedures.seen == [("resume", "TKYM1408051", "shelf:pc")]
    assert [result["outcome"] for result in record["results"]] == ["waiting"]
    assert record["exit_code"] == 4


def test_all_configured_banks_are_covered(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add()
    cli_runner.add("KYM14080")
    rule = re.compile(r"(?P<user_id>KYM[0-9]+) (?P<suffix>[0-9]{4})")
    narrow = replace(
        cli_runner.profile,
        id="narrow",
        subject_rule=replace(cli_runner.profile.subject_rule, pattern=rule),
    )
    both = services(cli_runner, profiles=[narrow, cli_runner.profile])
    code = run(list(COMMAND), both)
    results = json.loads(capsys.readouterr().out)["results"]
    assert {result["user_id"]: result["profile"] for result in results} == {
        "KYM14080 1403": "narrow",  # the first matching pattern wins; the other matches, too
        "TKYM1408054 1403": "practice",
    }
    assert (code, len(results)) == (0, 2)
    assert run(["--language", "ja", *COMMAND[:-1]], both) == 0
    assert capsys.readouterr().out.count("インストールが完了しました") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("renew", "--unattended"),
        ("renew", "--unattended", "TKYM1408054"),
        ("renew", "--all", "--unattended", "--yes"),
        ("renew", "--all", "--unattended", "--pin-stdin"),
        ("renew", "--all", "--unattended", "--to", "usb"),
        ("renew", "--all", "--unattended", "--store", "x"),
    ],
)
def test_options_for_interactive_use_are_refused(
    cli_runner: CliRunner, capsys: Capture, arguments: tuple[str, ...]
) -> None:
    cli_runner.add()
    assert run([*arguments, "--json"], services(cli_runner)) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CC-USAGE"
    assert cli_runner.procedures.seen == []


def test_log_records_certificates_that_need_a_person(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    on_token = cli_runner.add(store=cli_runner.add_token(pin="1234"))
    with log.writing_to(cli_runner.log_file):
        start(cli_runner, capsys)
    lines = [json.loads(line) for line in cli_runner.log_file.read_text("utf-8").splitlines()]
    reported = [line for line in lines if line["event"] == "needs-person"]
    assert [(line["profile"], line["serial"], line["code"]) for line in reported] == [
        ("practice", on_token.serial_hex, "CC-PIN-REQUIRED")
    ]
    assert (lines[-1]["event"], lines[-1]["exit_code"]) == ("command", "2")


def test_reminder_is_repeated_at_most_once_a_day(
    cli_runner: CliRunner, capsys: Capture, tmp_path: Path
) -> None:
    cli_runner.add(days=20, store=cli_runner.add_token(pin="1234"))
    book = ReminderHistory(tmp_path / "reminders.json")
    assert services(cli_runner).reminders == tmp_path / "reminders.json"

    def due() -> list[Reminder]:
        stores = [cli_runner.pc, *cli_runner.others]
        return book.due(
            read_overview([cli_runner.profile], stores, cli_runner.now, cli_runner.statuses).rows,
            cli_runner.now,
        )

    book.note(due(), cli_runner.now)
    start(cli_runner, capsys)
    assert due() == [], "already shown today"
    cli_runner.now = NOW + timedelta(days=1)
    assert due() == [], "no further reminder day of the bank was reached"
    start(cli_runner, capsys)
    assert len(due()) == 1


def test_unusable_bank_is_reported(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add()
    missing = CertclientError(ErrorCode.PROFILE_NOT_FOUND, file="so-shinkin")
    banks = Banks(
        (
            ConfiguredBank("practice", None, cli_runner.profile),
            ConfiguredBank("so-shinkin", None, None, missing),
        )
    )
    several = replace(services(cli_runner), banks=lambda: banks)
    assert run(list(COMMAND), several) == 2
    results = json.loads(capsys.readouterr().out)["results"]
    assert [(r["profile"], r["outcome"]) for r in results] == [
        ("practice", "done"),
        ("so-shinkin", "failed"),
    ]


@pytest.mark.parametrize("first", ["usable", "other-issuer", "second-unusable", "first-chosen"])
def test_no_bank_is_asked_about_another_banks_certificate(
    cli_runner: CliRunner, capsys: Capture, first: str
) -> None:
    """Both banks' rules match the certificate, which this computer obtained at the second."""
    fingerprint = cli_runner.add().fingerprint
    rule = cli_runner.profile.subject_rule
    if first == "other-issuer":
        other = replace(rule, issuers=frozenset({"Another CA"}))
        earlier = replace(cli_runner.profile, id="a-first", subject_rule=other)
    else:
        earlier = replace(cli_runner.profile, id="a-first")
        cli_runner.statuses = replace(
            cli_runner.statuses,
            banks={fingerprint: "practice"},
            set_up=frozenset({"a-first", "practice"}),
        )
    usable = first != "second-unusable"
    broken = None if usable else CertclientError(ErrorCode.PROFILE_INVALID, file="practice.toml")
    banks = Banks(
        (
            ConfiguredBank("a-first", None, earlier),
            ConfiguredBank("practice", None, cli_runner.profile if usable else None, broken),
        )
    )
    several = replace(services(cli_runner), banks=lambda: banks, profile=lambda _: earlier)
    more = ["--bank", "a-first"] if first == "first-chosen" else []
    run([*COMMAND, *more], several)
    record = json.loads(capsys.readouterr().out)
    at_bank = [(r["profile"], r["outcome"]) for r in record.get("results", [])]
    expected = {"second-unusable": [("practice", "failed")], "first-chosen": []}
    assert at_bank == expected.get(first, [("practice", "done")])
    assert len(cli_runner.procedures.seen) == (1 if at_bank == [("practice", "done")] else 0)


def test_a_run_without_a_person_looks_up_what_the_bank_has_revoked(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    """Where nobody logs on, `remind` never runs."""
    revocation = RevocationSettings(ocsp_url="http://ocsp.example.jp/")
    cli_runner.profile = replace(cli_runner.profile, revocation=revocation)
    certificate = cli_runner.add(days=200)
    looked_up: list[str] = []

    def check(rows: Sequence[Row]) -> bool:
        looked_up.extend(row.entry.certificate.serial_hex for row in rows)
        return False

    run(COMMAND, replace(services(cli_runner), check_revocation=check))
    assert looked_up == [certificate.serial_hex]
    assert json.loads(capsys.readouterr().out)["exit_code"] == 3


def test_a_renewal_knows_the_next_one_unless_that_needs_a_person(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    token = cli_runner.add_token(pin="824601")
    cli_runner.add("TKYM1408051", days=5)
    second = cli_runner.add("TKYM1408052", days=6)
    cli_runner.add("TKYM1408053", days=7, store=token)
    start(cli_runner, capsys)
    assert cli_runner.procedures.followings == [second.serial_hex, None]

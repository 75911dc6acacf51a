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
from certclient.enrollment.overview import take_overview
from certclient.enrollment.procedure import Kind
from certclient.enrollment.reminder import Reminder, ReminderBook
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy
from certclient.model.profile import AskWhom, Profile
from certclient.platform import log
from support.clerk import NOW, Clerk, TypingTerminal, view, waiting

Capture = pytest.CaptureFixture[str]
CONSENT = Policy(unattended_renewal=True)
COMMAND = ("renew", "--all", "--unattended", "--json")


def services(clerk: Clerk, policy: Policy = CONSENT, profiles: Sequence[Profile] = ()) -> Services:
    return replace(
        clerk.services(),
        policy=lambda: policy,
        profiles=lambda: tuple(profiles),
        reminders=clerk.log_file.with_name("reminders.json"),
    )


def start(clerk: Clerk, capsys: Capture, *more: str, policy: Policy = CONSENT) -> Any:
    """Runs the command and returns its JSON, whose exit code matches the process's."""
    code = run([*COMMAND, *more], services(clerk, policy))
    record = json.loads(capsys.readouterr().out)
    assert record["exit_code"] == code
    return record


def test_unattended_renewal_requires_consent_by_policy(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    record = start(clerk, capsys, policy=Policy())
    assert record["error"]["code"] == "CC-UNATTENDED-OFF"
    assert record["exit_code"] == 6
    assert clerk.procedures.seen == []


def test_certificate_that_needs_no_interaction_is_renewed_without_a_prompt(
    clerk: Clerk, capsys: Capture
) -> None:
    clerk.terminal = TypingTerminal(interactive=True)
    clerk.add("TKYM1408051", days=5)
    clerk.add("TKYM1408052", days=200)
    record = start(clerk, capsys)
    (result,) = record["results"]
    assert (result["outcome"], result["user_id"]) == ("done", "TKYM1408051 1403")
    assert result["profile"] == "practice"
    assert record["exit_code"] == 0
    assert clerk.terminal.asked == []


def test_nothing_due_is_reported(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(days=200)
    clerk.add("TKYM1408052", days=-100)
    record = start(clerk, capsys)
    assert (record["exit_code"], record["error"]["code"]) == (3, "CC-CERT-NOTHING-DUE")


def test_certificates_that_need_a_person_are_reported_and_the_rest_renewed(
    clerk: Clerk, capsys: Capture
) -> None:
    """Even at an interactive terminal."""
    clerk.terminal = TypingTerminal(interactive=True)
    clerk.profile = replace(clerk.profile, ask_pin=AskWhom.ADMINISTRATORS)
    clerk.add("TKYM1408051", days=10)
    clerk.add("TKYM1408052", days=11, store=clerk.add_token(pin="1234"))
    clerk.add("TKYM1408053", "1394", days=12)
    clerk.add("TKYM1408054", days=-5)
    record = start(clerk, capsys)
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
    assert [user for _, user, _ in clerk.procedures.seen] == ["TKYM1408051"]
    assert clerk.terminal.asked == []


def test_destination_withheld_by_policy_is_refused(clerk: Clerk, capsys: Capture) -> None:
    clerk.profile = replace(clerk.profile, destinations=("usb",), withheld=("pc",))
    clerk.add()
    record = start(clerk, capsys)
    assert record["results"][0]["error"]["code"] == "CC-POLICY-FORBIDS"
    assert record["exit_code"] == 6
    assert clerk.procedures.seen == []


def test_procedure_running_elsewhere_is_left_alone(clerk: Clerk, capsys: Capture) -> None:
    clerk.add("TKYM1408051", days=5)
    clerk.add("TKYM1408052", days=10)
    running = CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id="TKYM1408051")
    clerk.procedures.fate["TKYM1408051"] = running
    record = start(clerk, capsys)
    first, second = record["results"]
    assert (first["outcome"], first["error"]["code"]) == ("failed", "CC-PROCEDURE-RUNNING")
    assert second["outcome"] == "done"
    assert record["exit_code"] == 5


def test_procedures_left_waiting_are_resumed_first(clerk: Clerk, capsys: Capture) -> None:
    clerk.add("TKYM1408051", days=5)
    clerk.procedures.views = [
        view("TKYM1408051", "feed0001"),
        view("TKYM1408052", "feed0002", profile_id="another"),
        replace(view("TKYM1408053", "feed0003"), kind=Kind.OBTAIN),
    ]
    clerk.procedures.fate["TKYM1408051"] = waiting()
    record = start(clerk, capsys)
    assert clerk.procedures.seen == [("resume", "TKYM1408051", "shelf:pc")]
    assert [result["outcome"] for result in record["results"]] == ["waiting"]
    assert record["exit_code"] == 4


def test_all_configured_banks_are_covered(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.add("KYM14080")
    rule = re.compile(r"(?P<user_id>KYM[0-9]+) (?P<suffix>[0-9]{4})")
    narrow = replace(
        clerk.profile, id="narrow", subject_rule=replace(clerk.profile.subject_rule, pattern=rule)
    )
    both = services(clerk, profiles=[narrow, clerk.profile])
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
    clerk: Clerk, capsys: Capture, arguments: tuple[str, ...]
) -> None:
    clerk.add()
    assert run([*arguments, "--json"], services(clerk)) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CC-USAGE"
    assert clerk.procedures.seen == []


def test_log_records_certificates_that_need_a_person(clerk: Clerk, capsys: Capture) -> None:
    on_token = clerk.add(store=clerk.add_token(pin="1234"))
    with log.writing_to(clerk.log_file):
        start(clerk, capsys)
    lines = [json.loads(line) for line in clerk.log_file.read_text("utf-8").splitlines()]
    reported = [line for line in lines if line["event"] == "needs-person"]
    assert [(line["profile"], line["serial"], line["code"]) for line in reported] == [
        ("practice", on_token.serial_hex, "CC-PIN-REQUIRED")
    ]
    assert (lines[-1]["event"], lines[-1]["exit_code"]) == ("command", "2")


def test_reminder_is_repeated_at_most_once_a_day(
    clerk: Clerk, capsys: Capture, tmp_path: Path
) -> None:
    clerk.add(days=20, store=clerk.add_token(pin="1234"))
    book = ReminderBook(tmp_path / "reminders.json")
    assert services(clerk).reminders == tmp_path / "reminders.json"

    def due() -> list[Reminder]:
        stores = [clerk.pc, *clerk.others]
        return book.due(
            take_overview([clerk.profile], stores, clerk.now, clerk.statuses).rows, clerk.now
        )

    book.note(due(), clerk.now)
    start(clerk, capsys)
    assert due() == [], "already shown today"
    clerk.now = NOW + timedelta(days=1)
    assert due() == [], "no further reminder day of the bank was reached"
    start(clerk, capsys)
    assert len(due()) == 1


def test_unusable_bank_is_reported(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    missing = CertclientError(ErrorCode.PROFILE_NOT_FOUND, file="so-shinkin")
    several = replace(services(clerk, profiles=[clerk.profile]), unusable_banks=lambda: [missing])
    assert run(list(COMMAND), several) == 2
    results = json.loads(capsys.readouterr().out)["results"]
    assert [(r["profile"], r["outcome"]) for r in results] == [
        ("practice", "done"),
        ("so-shinkin", "failed"),
    ]

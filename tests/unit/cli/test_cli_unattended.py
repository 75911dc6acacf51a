"""renew --all --unattended: what it refuses, whom it leaves to a person, and who is reminded."""

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
    """The JSON; its exit code is the process's."""
    code = run([*COMMAND, *more], services(clerk, policy))
    record = json.loads(capsys.readouterr().out)
    assert record["exit_code"] == code
    return record


def test_without_the_companys_consent_nothing_is_done(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    record = start(clerk, capsys, policy=Policy())
    assert record["error"]["code"] == "CC-UNATTENDED-OFF"
    assert record["exit_code"] == 6
    assert clerk.procedures.seen == []


def test_what_needs_nobody_is_renewed_without_a_question(clerk: Clerk, capsys: Capture) -> None:
    clerk.terminal = TypingTerminal(interactive=True)
    clerk.add("TKYM1408051", days=5)
    clerk.add("TKYM1408052", days=200)
    record = start(clerk, capsys)
    (result,) = record["results"]
    assert (result["outcome"], result["user_id"]) == ("done", "TKYM1408051 1403")
    assert result["profile"] == "practice"
    assert record["exit_code"] == 0
    assert clerk.terminal.asked == []


def test_nothing_due(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(days=200)
    clerk.add("TKYM1408052", days=-100)
    record = start(clerk, capsys)
    assert (record["exit_code"], record["error"]["code"]) == (3, "CC-CERT-NOTHING-DUE")


def test_each_that_needs_a_person_says_why_and_the_rest_is_renewed(
    clerk: Clerk, capsys: Capture
) -> None:
    """Even where somebody sits at the terminal."""
    clerk.terminal = TypingTerminal(interactive=True)
    clerk.profile = replace(clerk.profile, ask_pin=AskWhom.ADMINISTRATORS)
    clerk.add("TKYM1408051", days=10)
    clerk.add("TKYM1408052", days=11, store=clerk.add_token(pin="1234"))
    clerk.add("TKYM1408053", "1394", days=12)
    clerk.add("TKYM1408054", days=-5)
    record = start(clerk, capsys)
    told = {
        r["user_id"]: (r["outcome"], r["error"] and r["error"]["code"]) for r in record["results"]
    }
    assert told == {
        "TKYM1408051 1403": ("done", None),
        "TKYM1408052 1403": ("needs-person", "CC-PIN-REQUIRED"),
        "TKYM1408053 1394": ("needs-person", "CC-BANK-PIN-REQUIRED"),
        "TKYM1408054 1403": ("needs-person", "CC-CERT-EXPIRED"),
    }
    assert record["exit_code"] == 2
    assert [user for _, user, _ in clerk.procedures.seen] == ["TKYM1408051"]
    assert clerk.terminal.asked == []


def test_a_place_that_the_policy_took_away_needs_a_person(clerk: Clerk, capsys: Capture) -> None:
    clerk.profile = replace(clerk.profile, destinations=("usb",), withheld=("pc",))
    clerk.add()
    record = start(clerk, capsys)
    assert record["results"][0]["error"]["code"] == "CC-POLICY-FORBIDS"
    assert record["exit_code"] == 6
    assert clerk.procedures.seen == []


def test_a_procedure_in_an_open_window_is_left_alone(clerk: Clerk, capsys: Capture) -> None:
    clerk.add("TKYM1408051", days=5)
    clerk.add("TKYM1408052", days=10)
    running = CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id="TKYM1408051")
    clerk.procedures.fate["TKYM1408051"] = running
    record = start(clerk, capsys)
    first, second = record["results"]
    assert (first["outcome"], first["error"]["code"]) == ("failed", "CC-PROCEDURE-RUNNING")
    assert second["outcome"] == "done"
    assert record["exit_code"] == 5


def test_what_an_earlier_run_left_waiting_is_resumed_first(clerk: Clerk, capsys: Capture) -> None:
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


def test_every_bank_that_is_set_up(clerk: Clerk, capsys: Capture) -> None:
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
        "KYM14080 1403": "narrow",  # its pattern comes first, although the other one fits as well
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
def test_what_only_a_person_says_is_refused(
    clerk: Clerk, capsys: Capture, arguments: tuple[str, ...]
) -> None:
    clerk.add()
    assert run([*arguments, "--json"], services(clerk)) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CC-USAGE"
    assert clerk.procedures.seen == []


def test_it_is_in_the_log(clerk: Clerk, capsys: Capture) -> None:
    on_token = clerk.add(store=clerk.add_token(pin="1234"))
    with log.writing_to(clerk.log_file):
        start(clerk, capsys)
    lines = [json.loads(line) for line in clerk.log_file.read_text("utf-8").splitlines()]
    told = [line for line in lines if line["event"] == "needs-person"]
    assert [(line["profile"], line["serial"], line["code"]) for line in told] == [
        ("practice", on_token.serial_hex, "CC-PIN-REQUIRED")
    ]
    assert (lines[-1]["event"], lines[-1]["exit_code"]) == ("command", "2")


def test_the_reminder_comes_again_but_once_a_day(
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
    assert due() == [], "shown today already"
    clerk.now = NOW + timedelta(days=1)
    assert due() == [], "no other of the bank's days was reached"
    start(clerk, capsys)
    assert len(due()) == 1


def test_a_bank_that_cannot_be_used_is_not_passed_over(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    missing = CertclientError(ErrorCode.PROFILE_NOT_FOUND, file="so-shinkin")
    several = replace(services(clerk, profiles=[clerk.profile]), unusable_banks=lambda: [missing])
    assert run(list(COMMAND), several) == 2
    results = json.loads(capsys.readouterr().out)["results"]
    assert [(r["profile"], r["outcome"]) for r in results] == [
        ("practice", "done"),
        ("so-shinkin", "failed"),
    ]

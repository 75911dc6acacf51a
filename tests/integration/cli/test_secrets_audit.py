"""Marked secrets through real commands: afterwards they are nowhere, or in the list of what memory
may still hold.

Searched: standard output and error, every file below the home folder (log, journal, settings),
arguments and environment, and the memory of the running program and of its children. The windows,
links, proxies and crashes are in the files beside this one.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from certclient.model.keys import KeySpec
from certclient.model.profile import SecretPolicy
from certclient.model.secret import Secret
from certclient_practice.admin.profile_writer import ProfileOptions
from support import memory
from support.audited_program import FAILS, KEEPS_A_LINE
from support.command_line import PC_USER, USB_USER, CliComputer
from support.secrets_audit import (
    AGREES,
    PROXY_PASSWORD,
    PROXY_USER,
    at_a_terminal,
    behind_a_proxy,
    diagnosed,
    link,
    login_of,
    running,
    ticket_of,
)

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root may look into a program that hides its memory"
)

PIN, WRONG_PIN, NEW_PIN = "71839264", "60935172", "84516093"
WRONG_PASSWORD = "tsukue-7391"
WAITING = 4
"""The exit code."""
BANK_PIN, ONE_TIME = "58402917", "39174026"


@pytest.fixture
def pc(started_pc: CliComputer) -> CliComputer:
    """A token whose PIN is marked, with a certificate that is due."""
    token = started_pc.hsm.new_token("専用USB", pin=PIN)
    started_pc.bank.add_customer(USB_USER)
    with token.store().open(lambda _request: Secret(PIN)) as session:
        key = session.create_key(KeySpec(), "old")
        spki = session.signer(key).spki
        certificate = started_pc.bank.issue_certificate(USB_USER, spki, 20)
        session.install_intermediates([started_pc.bank.intermediate])
        session.install(key, certificate, "old")
    return started_pc


def test_search_finds_what_a_program_keeps(pc: CliComputer) -> None:
    """Else the tests below would pass whatever the program did."""
    with running(pc, KEEPS_A_LINE, "list", stdin=f"{PIN}\n") as program:
        assert program.code == 0, program.texts["the output"]
        (found,) = memory.search(program.process.pid, {"line": PIN, "another": WRONG_PIN})
        assert (found.name, found.process) == ("line", "program")
        assert {"[heap]", "anonymous"} & found.places.keys(), str(found)
        with pytest.raises(AssertionError, match="line in the program"):
            program.assert_nowhere({"line": PIN})


@pytest.mark.parametrize("arguments", [["--all", "--yes"], [USB_USER, "--yes", "--json"]])
def test_pin_of_a_renewal(pc: CliComputer, arguments: list[str]) -> None:
    with running(pc, "renew", *arguments, "--pin-stdin", stdin=f"{PIN}\n") as program:
        assert program.code == 0, program.texts["the output"]
        program.assert_nowhere({"PIN": PIN})


def test_pin_by_name_and_a_wrong_one(pc: CliComputer) -> None:
    line = f'{{"専用USB": "{WRONG_PIN}"}}\n'
    with running(pc, "renew", USB_USER, "--yes", "--pin-stdin", stdin=line) as program:
        assert "[CC-PIN-INCORRECT]" in program.texts["the output"]
        program.texts["the diagnosis"] = diagnosed(pc)
        program.assert_nowhere({"wrong PIN": WRONG_PIN})


def test_pin_of_a_revocation(pc: CliComputer) -> None:
    (row,) = pc.list()
    options = ("--reason", "suspected", "--yes", "--last-one", "--pin-stdin")
    with running(pc, "revoke", row["serial"], *options, stdin=f"{PIN}\n") as program:
        assert program.code == 0, program.texts["the output"]
        program.texts["the diagnosis"] = diagnosed(pc)
        program.assert_nowhere({"PIN": PIN})


def test_issue_code_wrong_right_and_typed_again(pc: CliComputer) -> None:
    """There is no credential store: the code of a procedure that waits is nowhere meanwhile."""
    pc.bank.set_policy(wait_polls=1, check_after=0)
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    wrong = code[::-1] if code != code[::-1] else code + "A"
    command = ("obtain", PC_USER, "--to", "pc", "--yes", "--code-stdin", "--wait", "0")
    with running(pc, *command, stdin=f"{wrong}\n") as program:
        assert "[CC-CODE-WRONG]" in program.texts["the output"]
        program.assert_nowhere({"wrong code": wrong})
    with running(pc, *command, stdin=f"{code}\n") as program:
        assert program.code == WAITING, program.texts["the output"]
        program.texts["the diagnosis"] = diagnosed(pc)
        program.assert_nowhere({"issue code": code})
    with running(pc, "resume", "--code-stdin", stdin=f"{code}\n") as program:
        assert program.code == 0, program.texts["the output"]
        program.assert_nowhere({"issue code": code})


def test_bank_pin_and_one_time_password(started_pc: CliComputer) -> None:
    pc = started_pc
    options = ProfileOptions(
        ask_pin=SecretPolicy.EVERYBODY, ask_one_time_password=SecretPolicy.EVERYBODY
    )
    pc.bank.write_profile(options)
    pc.bank.add_customer(PC_USER, pin=BANK_PIN, one_time_password=ONE_TIME)
    pc.add_certificate(PC_USER, pc.nss.store())
    answers = {"暗証番号": BANK_PIN, "確認用パスワード": ONE_TIME}
    with at_a_terminal(pc, "renew", PC_USER, "--yes", answers=answers) as program:
        assert program.code == 0, program.texts["the screen"]
        program.assert_nowhere({"bank PIN": BANK_PIN, "one-time password": ONE_TIME})


def test_pins_of_a_change(pc: CliComputer) -> None:
    command = ("token", "change-pin", "--pin-stdin")
    with running(pc, *command, stdin=f"{WRONG_PIN}\n{NEW_PIN}\n") as program:
        assert "[CC-PIN-INCORRECT]" in program.texts["the output"]
        program.assert_nowhere({"wrong PIN": WRONG_PIN, "new PIN": NEW_PIN})
    with running(pc, *command, stdin=f"{PIN}\n {NEW_PIN} \n") as program:
        assert program.code == 0, program.texts["the output"]
        program.assert_nowhere({"PIN": PIN, "new PIN": NEW_PIN})


def test_pin_of_a_renewal_that_fails_unforeseen(pc: CliComputer) -> None:
    """The error's text has the PIN, backwards, and the frames that it went through have it, too."""
    with running(pc, FAILS, "renew", USB_USER, "--yes", "--pin-stdin", stdin=f"{PIN}\n") as program:
        assert "[CC-INTERNAL]" in program.texts["the output"]
        assert "builtins.RuntimeError" in program.texts["a file"], "the log has the crash"
        program.texts["the diagnosis"] = diagnosed(pc)
        assert "RuntimeError" in program.texts["the diagnosis"]
        program.assert_nowhere({"PIN": PIN})
        assert PIN[::-1] not in "".join(program.texts.values())


def test_ticket_of_a_link_at_the_terminal(started_pc: CliComputer) -> None:
    pc = started_pc
    pc.add_certificate(PC_USER, pc.nss.store())
    ticket = ticket_of(pc, PC_USER)
    answers = {"始めてよろしいですか": AGREES}
    with at_a_terminal(pc, "open-link", link(PC_USER, ticket), answers=answers) as program:
        assert program.code == 0, program.texts["the screen"]
        program.assert_nowhere({"ticket": ticket})


def test_proxys_password_wrong_and_right(pc: CliComputer, tmp_path: Path) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    command = ("renew", PC_USER, "--yes", "--proxy-user", PROXY_USER)
    with behind_a_proxy(pc, tmp_path):
        with running(pc, *command, stdin=f"{WRONG_PASSWORD}\n") as program:
            assert "[CC-NET-PROXY-AUTH]" in program.texts["the output"]
            program.assert_nowhere(login_of(WRONG_PASSWORD))
        with running(pc, *command, stdin=f"{PROXY_PASSWORD}\n") as program:
            assert program.code == 0, program.texts["the output"]
            program.texts["the diagnosis"] = diagnosed(pc)
            program.assert_nowhere(login_of(PROXY_PASSWORD))
        address = f"http://{PROXY_USER}:{WRONG_PASSWORD}@{pc.variables['HTTPS_PROXY']}"
        pc.variables["HTTPS_PROXY"] = address
        checked = pc.run("check", "--json")
        assert checked.code == 2, checked.out
        written = [checked.out, checked.err, diagnosed(pc), pc.everything_written()]
        assert WRONG_PASSWORD not in "".join(written)

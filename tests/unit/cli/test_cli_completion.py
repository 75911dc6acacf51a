"""What a shell is offered when the user presses Tab; no token and no bank is asked for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from certclient.cli.completion import SHELLS, VARIABLE, answer, script
from certclient.cli.invocation import Invocation
from certclient.cli.main import command_group, complete, run
from certclient.cli.ports import Services
from certclient.i18n.catalogue import Language
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore
from support.cli_runner import CliRunner, view

Offered = Callable[..., list[str]]


@pytest.fixture
def services(cli_runner: CliRunner) -> Services:
    """A PC with two certificates, an open procedure and a token module that must not be used."""
    cli_runner.profile = replace(cli_runner.profile, pkcs11_modules=(Path("/lib/token.so"),))
    cli_runner.add("TKYM1408054", days=20)
    cli_runner.add("TKYM1408055", days=200)
    cli_runner.procedures.views = [view("ABCD0001", "feed0001")]

    def stores(profiles: Sequence[Profile]) -> Sequence[CertificateStore]:
        assert [one.pkcs11_modules for one in profiles] == [()], "a token would be asked"
        return [cli_runner.pc]

    return replace(cli_runner.services(), stores=stores)


@pytest.fixture
def offered(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Offered:
    """The values offered for the last word of a line, as bash asks for them."""

    def ask(*words: str, own: Services = services) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", "\n".join(["certclient", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        assert complete("bash_complete", own) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return [line.partition(",")[2] for line in printed.out.split("\n") if line]

    return ask


def test_commands_and_options(offered: Offered) -> None:
    assert offered("ren") == ["renew"]
    assert {"list", "renew", "obtain", "practice"} <= set(offered(""))
    assert {"--all", "--profile", "--help"} <= set(offered("renew", "--"))
    assert offered("--language", "") == ["ja", "en"]
    assert offered("renew", "--to", "") == ["pc", "usb"]
    assert offered("completion", "") == list(SHELLS)


def test_user_ids_come_from_pc_and_journal(offered: Offered) -> None:
    assert offered("renew", "") == ["TKYM1408054", "TKYM1408055", "ABCD0001"]
    assert offered("obtain", "TKYM") == ["TKYM1408054", "TKYM1408055"]
    assert offered("--json", "renew", "TKYM1408055") == ["TKYM1408055"]


def test_serial_numbers_and_procedures(offered: Offered, cli_runner: CliRunner) -> None:
    serials = [stored.certificate.serial_hex for stored in cli_runner.pc.held]
    for command in ("show", "remove", "restore"):
        assert offered(command, "") == serials
    for command in ("resume", "abandon"):
        assert offered(command, "") == ["feed0001"]


def test_banks_are_offered_and_files(offered: Offered) -> None:
    assert offered("--bank", "") == offered("renew", "--bank", "") == ["practice"]
    assert offered("--profile", "pr") == ["pr", "practice"], "the first is for a file's name"
    assert "TKYM1408054" in offered("--bank", "practice", "renew", "")


def test_explanations_are_in_the_language_of_the_user(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMP_WORDS", "certclient renew --al")
    monkeypatch.setenv("COMP_CWORD", "2")
    group = command_group(services.commands)
    assert answer(group, "zsh_complete", Invocation(services, Language.JAPANESE)) == 0
    assert "更新" in capsys.readouterr().out


def test_powershell_is_answered_with_three_lines_each(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMP_WORDS", "certclient renew ")  # the line as PowerShell parsed it
    monkeypatch.setenv("COMP_CWORD", "2")
    assert complete("powershell_complete", services) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0::3] == ["plain"] * 3
    assert lines[1::3] == ["TKYM1408054", "TKYM1408055", "ABCD0001"]


@pytest.mark.parametrize(
    "words",
    [["nonsense", ""], ["renew", "--nonsense", ""], ["certclient:renew", ""], ["--version", ""]],
)
def test_lines_that_make_no_sense_are_no_error(offered: Offered, words: list[str]) -> None:
    offered(*words)


def test_errors_offer_nothing_and_print_nothing(offered: Offered, services: Services) -> None:
    def fail() -> NoReturn:
        raise CertclientError(ErrorCode.JOURNAL_DAMAGED)

    broken = replace(services, banks=fail, open_procedures=fail)
    assert offered("renew", "", own=broken) == []
    assert offered("resume", "", own=broken) == []


def test_bug_is_not_printed_into_the_line(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMP_WORDS", "certclient renew ")
    monkeypatch.setenv("COMP_CWORD", "2")

    def fail(_profiles: Sequence[Profile]) -> Sequence[CertificateStore]:
        raise ZeroDivisionError

    assert complete("bash_complete", replace(services, stores=fail)) == 1
    assert capsys.readouterr() == ("", "")


def test_command_left_out_of_this_build_is_neither_offered_nor_listed(
    offered: Offered, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    customers = replace(services, left_out=frozenset({"practice"}))
    assert offered("pra", own=customers) == []
    for own, listed in ((services, True), (customers, False)):
        assert run(["--help"], own) == 0
        assert ("practice" in capsys.readouterr().out) is listed


@pytest.mark.parametrize("shell", SHELLS)
def test_script_is_printed(
    cli_runner: CliRunner, shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli_runner.run("completion", shell) == 0
    printed = capsys.readouterr().out
    assert printed == script(shell)
    assert VARIABLE in printed
    assert "%(" not in printed


def test_unknown_shell_is_refused(cli_runner: CliRunner) -> None:
    assert cli_runner.run("completion", "tcsh") == 2

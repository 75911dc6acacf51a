"""`certclient check`: what is printed, the exit codes and the questions, with fake services."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from certclient.ca.client import CaClient
from certclient.model.banks import Banks, banks_of
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.proxy_login import ProxyLoginRequest, login_required
from support.cli_runner import NOW, CliRunner, FakeStore


@dataclass
class Ca:
    """A CA's client whose probes fail as told, one after the other."""

    faults: list[CertclientError] = field(default_factory=list)
    probes: int = 0

    def probe(self) -> Sequence[CertclientError]:
        self.probes += 1
        if self.faults:
            raise self.faults.pop(0)
        return ()

    def server_time(self) -> object:
        return NOW


def reaching(runner: CliRunner, ca: Ca) -> None:
    def connect(_profile: Profile) -> CaClient:
        return ca  # type: ignore[return-value] # as much of a client as the check needs

    runner.connect = connect


def printed(runner: CliRunner, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    runner.run("check", *arguments)
    return capsys.readouterr().out


def test_the_answer_comes_last_and_names_what_was_looked_at(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_runner.pc.pin = "1234"  # its key is not tried
    cli_runner.add(days=20)
    reaching(cli_runner, Ca())
    assert cli_runner.run("check") == 0
    out = capsys.readouterr().out
    assert "練習信用金庫" in out
    assert "電子証明書 TKYM1408054 1403" in out
    assert "今、更新できます。" in out
    assert out.splitlines()[-1] == "更新できる状態です。問題は見つかりませんでした。"
    assert not cli_runner.pc.done, "nothing is changed"
    assert not cli_runner.terminal.prompts, "nothing is asked"


def test_each_failure_says_what_to_do_and_gives_the_exit_code(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    error = CertclientError(ErrorCode.NETWORK_UNREACHABLE, host="bank.test")
    reaching(cli_runner, Ca([error]))
    assert cli_runner.run("check") == 5
    out = capsys.readouterr().out
    assert "[問題あり] 金融機関のサーバーとの接続" in out
    assert "[CC-NET-UNREACHABLE]" in out
    assert "問題が 1 件" in out
    assert "もう一度確かめてください" in out


def test_an_expired_certificate_is_the_users_to_act_on(cli_runner: CliRunner) -> None:
    cli_runner.pc.pin = "1234"
    cli_runner.add(days=-2)
    reaching(cli_runner, Ca())
    assert cli_runner.run("check") == 2


def test_profiles_are_read_once_however_many_findings_name_the_contact(
    cli_runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []

    def counted(profiles: Sequence[Profile]) -> Banks:
        reads.append(len(profiles))
        return banks_of(profiles)

    monkeypatch.setattr("support.cli_runner.banks_of", counted)
    error = CertclientError(ErrorCode.NETWORK_UNREACHABLE, host="bank.test")
    counts = []
    for expired in range(3):
        reads.clear()
        reaching(cli_runner, Ca([error]))
        assert cli_runner.run("check") != 0
        counts.append(len(reads))
        cli_runner.add(f"TKYM140805{expired}", days=-1)
    assert len(set(counts)) == 1, counts


def test_json_has_every_line(cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]) -> None:
    cli_runner.pc.pin = "1234"
    cli_runner.add(days=60)
    reaching(cli_runner, Ca())
    record = json.loads(printed(cli_runner, capsys, "--json"))
    assert record["ready"]
    assert record["exit_code"] == 0
    period = next(one for one in record["checks"] if one["check"] == "period")
    assert period["user_id"] == "TKYM1408054 1403"
    assert period["certificate"]
    assert "から" in period["note"]
    assert sum(record["counts"].values()) == len(record["checks"])


def test_one_bank_of_several_can_be_chosen(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    other = replace(cli_runner.profile, id="other")
    cli_runner.banks = banks_of([cli_runner.profile, other])
    reaching(cli_runner, Ca())
    all_banks = json.loads(printed(cli_runner, capsys, "--json"))
    assert {one["bank"] for one in all_banks["checks"]} == {None, "practice", "other"}
    one_bank = json.loads(printed(cli_runner, capsys, "--json", "--bank", "other"))
    assert {one["bank"] for one in one_bank["checks"]} == {None, "other"}


def test_a_proxys_login_is_asked_for_once_at_a_terminal_only(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = login_required(ProxyLoginRequest("proxy.test:3128", "Office", ("Basic",)))
    ca = Ca([refused, refused])
    reaching(cli_runner, ca)
    assert cli_runner.run("check") == 2
    assert "[CC-NET-PROXY-AUTH]" in capsys.readouterr().out
    ca.faults = [refused, refused]
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["taro", "hidden-Passw0rd", "n"]
    assert cli_runner.run("check") == 0
    assert "hidden-Passw0rd" not in capsys.readouterr().out


def test_a_missing_token_counts_only_where_the_bank_allows_nothing_else(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_runner.profile = replace(cli_runner.profile, destinations=("usb",))
    cli_runner.pc = FakeStore()
    reaching(cli_runner, Ca())
    assert cli_runner.run("check") == 2
    assert "[CC-TOKEN-MISSING]" in capsys.readouterr().out

"""`certclient token qualify` on real tokens (SoftHSM), and behind a module that lacks something."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from certclient.model.keys import KeySpec
from certclient.qualification.token import TokenCheck
from support.cli_runner import CliRunner, FakeTerminal
from support.pkcs11_shim import Shim
from support.softhsm import PIN, SoftHsm, SoftHsmToken, right_pin


def qualified(
    cli_runner: CliRunner,
    token: SoftHsmToken,
    capsys: pytest.CaptureFixture[str],
    code: int,
    *options: str,
) -> Sequence[Any]:
    cli_runner.others = [token.isolated_store()]
    cli_runner.terminal = FakeTerminal(stdin=[PIN])
    assert cli_runner.run("token", "qualify", "--yes", "--pin-stdin", "--json", *options) == code
    checks: Sequence[Any] = json.loads(capsys.readouterr().out)["checks"]
    return checks


def failed(checks: Sequence[Any]) -> list[tuple[str, str]]:
    return [(one["check"], one["error"]["code"]) for one in checks if one["verdict"] == "failed"]


def is_empty(token: SoftHsmToken) -> bool:
    store = token.isolated_store()
    return not store.certificates() and not store.unused_keys() and not store.describe().keys


def test_good_token_passes_and_nothing_is_left(
    cli_runner: CliRunner, softhsm: SoftHsm, capsys: pytest.CaptureFixture[str]
) -> None:
    token = softhsm.new_token()
    checks = qualified(cli_runner, token, capsys, 0)
    assert {one["check"] for one in checks} == {check.value for check in TokenCheck}
    assert {one["verdict"] for one in checks} == {"passed"}
    assert is_empty(token)


def test_report_in_words(
    cli_runner: CliRunner, softhsm: SoftHsm, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_runner.others = [softhsm.new_token().isolated_store()]
    cli_runner.terminal = FakeTerminal(interactive=True, answers=["y", PIN])
    assert cli_runner.run("token", "qualify") == 0
    shown = capsys.readouterr().out
    assert "SoftHSM v2" in shown
    assert "create-key: 専用USBの中で鍵が作られ、外に出せない" in shown
    assert shown.rstrip().endswith("この専用USBは使えます。")


@pytest.mark.parametrize(
    ("behaviours", "check", "code"),
    [
        (("extractable",), "create-key", "CC-KEY-UNSUPPORTED"),
        (("generate=0x31",), "create-key", "CC-TOKEN-FULL"),
        (("write=0x31",), "install", "CC-TOKEN-FULL"),
        (("destroy=0x30",), "delete", "CC-TOKEN-FAILED"),
    ],
)
def test_what_a_token_cannot_do_is_named(
    shim: Shim,
    cli_runner: CliRunner,
    capsys: pytest.CaptureFixture[str],
    behaviours: tuple[str, ...],
    check: str,
    code: str,
) -> None:
    token = shim.hsm.new_token()
    shim.play(*behaviours)
    checks = qualified(cli_runner, token, capsys, 6)
    assert (check, code) in failed(checks)


@pytest.mark.parametrize("behaviour", ["no-pss", "pss-listed"])
def test_token_without_pss_qualifies_for_tls_1_2(
    shim: Shim, cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], behaviour: str
) -> None:
    token = shim.hsm.new_token()
    shim.play(behaviour)
    checks = qualified(cli_runner, token, capsys, 0)
    (pss,) = [one for one in checks if one["check"] == "sign-pss"]
    assert pss["verdict"] == "not-applicable"


def test_a_token_qualifies_with_ec_keys(
    cli_runner: CliRunner, softhsm: SoftHsm, capsys: pytest.CaptureFixture[str]
) -> None:
    """TLS 1.3 takes what TLS 1.2 takes: there is no second kind of signature to try."""
    token = softhsm.new_token()
    checks = qualified(cli_runner, token, capsys, 0, "--algorithm", "ec-p384")
    verdicts = {one["check"]: one["verdict"] for one in checks}
    assert verdicts.pop("sign-pss") == "not-applicable"
    assert set(verdicts.values()) == {"passed"}


def test_a_token_without_ec_keys_does_not_qualify_for_them(
    shim: Shim, cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    token = shim.hsm.new_token()
    shim.play("no-ec")
    checks = qualified(cli_runner, token, capsys, 6, "--algorithm", "ec-p256")
    assert failed(checks) == [("create-key", "CC-KEY-UNSUPPORTED")]


def test_a_length_is_for_rsa_keys(cli_runner: CliRunner, softhsm: SoftHsm) -> None:
    cli_runner.others = [softhsm.new_token().isolated_store()]
    options = ("--yes", "--algorithm", "ec-p256", "--bits", "3072")
    assert cli_runner.run("token", "qualify", *options) == 2


def test_what_an_interrupted_run_left_is_cleaned_and_other_things_stay(
    shim: Shim, cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    token = shim.hsm.new_token()
    shim.play("destroy=0x30")
    qualified(cli_runner, token, capsys, 6)
    shim.play()
    assert len(token.isolated_store().certificates()) == 2
    with token.isolated_store().open(right_pin) as session:
        session.create_key(KeySpec(), "certclient 00000000000000aa")
    qualified(cli_runner, token, capsys, 0)
    assert list(token.isolated_store().unused_keys()) == ["certclient 00000000000000aa"]


def test_wrong_pin_costs_one_attempt_and_makes_nothing(
    cli_runner: CliRunner, softhsm: SoftHsm, capsys: pytest.CaptureFixture[str]
) -> None:
    token = softhsm.new_token()
    cli_runner.others = [token.isolated_store()]
    cli_runner.terminal = FakeTerminal(stdin=["111111", PIN])
    assert cli_runner.run("token", "qualify", "--yes", "--pin-stdin", "--json") == 6
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert failed(checks) == [("log-in", "CC-PIN-INCORRECT")]
    assert {one["verdict"] for one in checks[1:]} == {"not-run"}
    assert cli_runner.terminal.stdin == [PIN]

"""`certclient token`: real tokens (SoftHSM) in the child process of their module."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certclient.model.keys import KeySpec
from certclient.model.secret import Secret
from certclient.store.base import AttemptsLeft, PinProvider, PinPurpose, PinRequest
from certclient.store.isolated.store import IsolatedTokenStore, find_tokens
from support.cli_runner import CliRunner, FakeTerminal
from support.pkcs11_shim import Shim
from support.softhsm import PIN, SoftHsm, SoftHsmToken, opens_with, right_pin

NEW = "7410258"


@pytest.fixture
def token(softhsm: SoftHsm, cli_runner: CliRunner) -> SoftHsmToken:
    token = softhsm.new_token("専用USB")
    cli_runner.others = [token.isolated_store()]
    return token


def test_info_describes_the_token(
    cli_runner: CliRunner, token: SoftHsmToken, capsys: pytest.CaptureFixture[str]
) -> None:
    with token.store().open(right_pin) as session:
        session.create_key(KeySpec(), "certclient 0123456789abcdef")
    assert cli_runner.run("token", "info") == 0
    shown = capsys.readouterr().out
    assert "専用USB：専用USB" in shown
    assert f"シリアル番号：{token.name.serial}" in shown
    assert "PIN：設定されています" in shown
    assert "CKM_RSA_PKCS_PSS: 使えます" in shown
    assert "電子証明書のない鍵：certclient 0123456789abcdef" in shown


def test_info_as_json(
    cli_runner: CliRunner, token: SoftHsmToken, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli_runner.run("token", "info", "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)["tokens"]
    assert (told["label"], told["serial"], told["pin"]) == ("専用USB", token.name.serial, "ready")


def test_no_token_is_an_error(cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli_runner.run("token", "info", "--json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CC-TOKEN-MISSING"


def test_pin_is_changed_from_two_lines(
    cli_runner: CliRunner, token: SoftHsmToken, capsys: pytest.CaptureFixture[str]
) -> None:
    cli_runner.terminal = FakeTerminal(stdin=[PIN, NEW])
    assert cli_runner.run("token", "change-pin", "--pin-stdin", "--json") == 0
    assert json.loads(capsys.readouterr().out)["action"] == "pin-changed"
    assert opens_with(token.isolated_store(), NEW)


def test_pin_is_changed_at_a_terminal(
    cli_runner: CliRunner, token: SoftHsmToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong repetition and a wrong PIN are typed again. No copy of what was typed is left."""
    copies: list[bytearray] = []
    copied = Secret.copied

    def noted(secret: Secret) -> bytearray:
        copies.append(copied(secret))
        return copies[-1]

    monkeypatch.setattr(Secret, "copied", noted)
    answers = ["111111", NEW, "7410259", NEW, NEW, PIN]
    cli_runner.terminal = terminal = FakeTerminal(interactive=True, answers=answers)
    assert cli_runner.run("token", "change-pin") == 0
    assert [prompt.strip() for prompt in terminal.prompts] == [
        "専用USB の今のPIN：",
        "専用USB の新しいPIN：",
        "新しいPIN（もう一度）：",
        "専用USB の新しいPIN：",
        "新しいPIN（もう一度）：",
        "専用USB の今のPIN：",
    ]
    assert copies
    assert not any(any(copy) for copy in copies)
    assert opens_with(token.isolated_store(), NEW)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "CC-PIN-REQUIRED"),
        ([PIN], "CC-PIN-REQUIRED"),
        (["111111", NEW], "CC-PIN-INCORRECT"),
        ([PIN, "1"], "CC-PIN-NEW-REFUSED"),
        ([PIN, PIN], "CC-PIN-NEW-REFUSED"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    cli_runner: CliRunner,
    token: SoftHsmToken,
    capsys: pytest.CaptureFixture[str],
    lines: list[str],
    code: str,
) -> None:
    cli_runner.terminal = FakeTerminal(stdin=lines)
    assert cli_runner.run("token", "change-pin", "--pin-stdin", "--json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
    assert opens_with(token.isolated_store(), PIN)


@pytest.mark.parametrize(
    ("given", "code", "exit_code"),
    [(1, "CC-CANCELLED", 7), (2, "CC-TOKEN-FAILED", 5), (3, "CC-TOKEN-FAILED", 5)],
    ids=["before the new PIN", "during the change", "after a wrong PIN"],
)
def test_interrupted_change_does_not_claim_that_nothing_has_changed(
    cli_runner: CliRunner,
    token: SoftHsmToken,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    given: int,
    code: str,
    exit_code: int,
) -> None:
    """Ctrl+C reaches the program, and not the token."""

    def interrupted(store: IsolatedTokenStore, pin: PinProvider) -> None:
        asked = (PinPurpose.CURRENT, PinPurpose.NEW, PinPurpose.CURRENT)[:given]
        for purpose in asked:
            unknown = AttemptsLeft.UNKNOWN
            assert pin(PinRequest(store.store_id, store.label, unknown, purpose=purpose))
        raise KeyboardInterrupt

    assert token.label == "専用USB"
    monkeypatch.setattr(IsolatedTokenStore, "change_pin", interrupted)
    answers = [PIN, NEW, NEW, PIN]
    cli_runner.terminal = FakeTerminal(interactive=True, answers=answers)
    assert cli_runner.run("token", "change-pin", "--json") == exit_code
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == code
    assert error["data"].get("problem") == ("pin-unknown" if given > 1 else None)


def test_script_does_not_spend_the_last_attempt(
    shim: Shim, cli_runner: CliRunner, capsys: pytest.CaptureFixture[str]
) -> None:
    token = shim.hsm.new_token()
    shim.play("flags=0x20000")  # CKF_USER_PIN_FINAL_TRY
    cli_runner.others = [token.isolated_store()]
    cli_runner.terminal = FakeTerminal(stdin=[PIN, NEW])
    assert cli_runner.run("token", "change-pin", "--pin-stdin", "--json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "CC-PIN-REQUIRED"
    assert cli_runner.terminal.stdin == [PIN, NEW]


@pytest.mark.parametrize("command", ["info", "change-pin"])
def test_software_of_another_vendor_that_is_missing_does_not_matter(
    cli_runner: CliRunner,
    token: SoftHsmToken,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
) -> None:
    """A profile may name the modules of several vendors."""
    missing = find_tokens(tmp_path / "libvendor.so")
    cli_runner.others = [*missing, token.isolated_store()]
    cli_runner.terminal = FakeTerminal(stdin=[PIN, NEW])
    options = ["--pin-stdin"] if command == "change-pin" else []
    assert cli_runner.run("token", command, *options, "--json") == 0
    assert "専用USB" in capsys.readouterr().out
    cli_runner.others = list(missing)
    assert cli_runner.run("token", command, *options, "--json") == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "CC-STORE-MIDDLEWARE"


def test_two_tokens_are_told_apart_by_name(
    cli_runner: CliRunner,
    softhsm: SoftHsm,
    token: SoftHsmToken,
    capsys: pytest.CaptureFixture[str],
) -> None:
    second = softhsm.new_token("予備")
    cli_runner.others = [token.isolated_store(), second.isolated_store()]
    cli_runner.terminal = FakeTerminal(stdin=[PIN, NEW])
    assert cli_runner.run("token", "change-pin", "--pin-stdin", "--json") == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["data"]["stores"]) == ("CC-STORE-AMBIGUOUS", "専用USB, 予備")
    assert cli_runner.run("token", "change-pin", "--pin-stdin", "--store", "予備") == 0
    assert opens_with(second.isolated_store(), NEW)
    assert opens_with(token.isolated_store(), PIN)

"""remove and restore: one certificate, explicit consent, reversible, never the last valid one."""

from __future__ import annotations

import json

import pytest

from support.cli_runner import CliRunner, view

Capture = pytest.CaptureFixture[str]
USER = "TKYM1408054"


def test_old_certificate_is_archived_and_restored(cli_runner: CliRunner, capsys: Capture) -> None:
    old = cli_runner.add(days=20)
    cli_runner.add(days=300)
    assert cli_runner.run("remove", old.serial_hex, "--yes") == 0
    assert f"certclient restore {old.serial_hex}" in capsys.readouterr().out
    assert cli_runner.run("restore", old.serial_hex, "--yes") == 0
    assert cli_runner.pc.done == [("archive", old.serial_hex), ("unarchive", old.serial_hex)]


def test_certificate_in_use_must_be_archived_before_deletion(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    old = cli_runner.add(days=20)
    cli_runner.add(days=300)
    assert cli_runner.run("remove", old.serial_hex, "--delete", "--yes") == 2
    assert "CC-CERT-IN-USE" in capsys.readouterr().err
    assert cli_runner.run("remove", old.serial_hex, "--yes") == 0
    assert cli_runner.run("remove", old.serial_hex, "--delete", "--yes") == 0
    assert cli_runner.pc.done == [("archive", old.serial_hex), ("delete", old.serial_hex)]


def test_expired_certificate_may_be_deleted(cli_runner: CliRunner) -> None:
    expired = cli_runner.add(days=-1)
    assert cli_runner.run("remove", expired.fingerprint, "--delete", "--yes") == 0
    assert cli_runner.pc.done == [("delete", expired.serial_hex)]


@pytest.mark.parametrize("option", [[], ["--delete"]])
def test_last_valid_certificate_stays(
    cli_runner: CliRunner, capsys: Capture, option: list[str]
) -> None:
    last = cli_runner.add(days=20, archived=bool(option))
    cli_runner.add("TKYM1408055", days=300)  # another user's does not count
    cli_runner.add(days=-1)
    assert cli_runner.run("remove", last.serial_hex, "--yes", *option) == 6
    assert "CC-CERT-LAST-VALID" in capsys.readouterr().err
    assert cli_runner.pc.done == []


@pytest.mark.parametrize("name", [USER, f"{USER} 1403", "", "00"])
def test_remove_requires_an_exact_serial_or_fingerprint(cli_runner: CliRunner, name: str) -> None:
    cli_runner.add(days=20)
    cli_runner.add(days=300)
    assert cli_runner.run("remove", name, "--yes") == 2
    assert cli_runner.pc.done == []


def test_serial_prefix_is_not_enough(cli_runner: CliRunner) -> None:
    old = cli_runner.add(days=20)
    cli_runner.add(days=300)
    assert cli_runner.run("remove", old.serial_hex[:-2], "--yes") == 2
    assert cli_runner.pc.done == []


def test_serial_is_accepted_in_browser_notation(cli_runner: CliRunner) -> None:
    old = cli_runner.add(days=20)
    cli_runner.add(days=300)
    pairs = [old.serial_hex[i : i + 2].upper() for i in range(0, len(old.serial_hex), 2)]
    assert cli_runner.run("remove", ":".join(pairs), "--yes") == 0


@pytest.mark.parametrize(("answer", "code", "done"), [("y", 0, 1), ("", 7, 0), ("no", 7, 0)])
def test_prompt_identifies_the_certificate(
    cli_runner: CliRunner, answer: str, code: int, done: int
) -> None:
    old = cli_runner.add(days=20)
    cli_runner.add(days=300)
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = [answer]
    assert cli_runner.run("remove", old.serial_hex) == code
    (question,) = cli_runner.terminal.prompts
    for word in (USER, old.serial_hex, "2027年3月31日 12:00", "元に戻せます"):
        assert word in question
    assert len(cli_runner.pc.done) == done


def test_prompt_states_that_deletion_is_irreversible(cli_runner: CliRunner) -> None:
    old = cli_runner.add(days=20, archived=True)
    cli_runner.add(days=300)
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["n"]
    cli_runner.run("remove", old.serial_hex, "--delete")
    assert "元に戻せません" in cli_runner.terminal.prompts[0]


def test_remove_without_a_terminal_requires_consent(cli_runner: CliRunner, capsys: Capture) -> None:
    old = cli_runner.add(days=20)
    cli_runner.add(days=300)
    assert cli_runner.run("remove", old.serial_hex) == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err


def test_pin_from_stdin_unlocks_the_token(cli_runner: CliRunner) -> None:
    token = cli_runner.add_token(pin="824601")
    old = cli_runner.add(days=20, store=token)
    cli_runner.add(days=300, store=token)
    cli_runner.terminal.stdin = ["824601"]
    assert cli_runner.run("remove", old.serial_hex, "--yes", "--pin-stdin") == 0
    assert token.done == [("archive", old.serial_hex)]


def test_copy_with_the_key_is_selected(cli_runner: CliRunner) -> None:
    """A token's certificate is often copied into the PC's store, without the key."""
    token = cli_runner.add_token()
    old = cli_runner.add(days=20, store=token)
    (copy,) = token.held
    cli_runner.pc.held = [type(copy)(copy.certificate, cli_runner.pc.store_id, "copy", None, False)]
    cli_runner.add(days=300, store=token)
    assert cli_runner.run("remove", old.serial_hex, "--yes") == 0
    assert cli_runner.pc.done == []
    assert token.done == [("archive", old.serial_hex)]


def test_remove_as_json(cli_runner: CliRunner, capsys: Capture) -> None:
    old = cli_runner.add(days=20)
    cli_runner.add(days=300)
    assert cli_runner.run("remove", old.serial_hex, "--yes", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["action"] == "archived"
    assert record["certificate"]["serial"] == old.serial_hex


@pytest.mark.parametrize("option", [[], ["--delete"]])
def test_unfinished_procedure_blocks_removal(
    cli_runner: CliRunner, capsys: Capture, option: list[str]
) -> None:
    """The new certificate is installed but not confirmed to the CA: only the old one can log in."""
    old = cli_runner.add(days=20, archived=bool(option))
    cli_runner.add(days=300)
    cli_runner.procedures.views = [view(USER, "feed0001")]
    assert cli_runner.run("remove", old.serial_hex, "--yes", *option) == 5
    assert "CC-PROCEDURE-RUNNING" in capsys.readouterr().err
    assert cli_runner.pc.done == []


def test_procedure_at_another_bank_does_not_block_removal(cli_runner: CliRunner) -> None:
    """Two banks may have issued the same user ID."""
    old = cli_runner.add(days=20)
    cli_runner.add(days=300)
    cli_runner.procedures.views = [view(USER, "feed0001", profile_id="another-bank")]
    assert cli_runner.run("remove", old.serial_hex, "--yes") == 0
    assert cli_runner.pc.done == [("archive", old.serial_hex)]
